/*
 * SPDX-License-Identifier: ISC
 *
 * libmilter has a thread of its own that waits for signals, in which HUP means the end and TERM takes seconds.  It calls
 * sigwait(); ours, which the linker finds before libc's, is where that thread then stays.
 */
#include "signals.h"

#include <errno.h>
#include <signal.h>

#include "base/attr.h"

static struct signal_handlers handlers;
static sigset_t ours;

void
signals_take(const struct signal_handlers *h)
{
	handlers = *h;
	sigemptyset(&ours);
	sigaddset(&ours, SIGHUP);
	sigaddset(&ours, SIGUSR1);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGINT);
	pthread_sigmask(SIG_BLOCK, &ours, NULL);
	signal(SIGPIPE, SIG_IGN);
}

EXPORTED int
sigwait(const sigset_t *set UNUSED, int *number UNUSED)
{
	for (;;)
		switch (sigwaitinfo(&ours, NULL)) {
		case SIGHUP:
		case SIGUSR1:
			handlers.reload(handlers.arg);
			break;
		case SIGTERM:
		case SIGINT:
			handlers.end(handlers.arg);
			break;
		default: /* stopped and continued */
			break;
		}
}
