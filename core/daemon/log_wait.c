/* SPDX-License-Identifier: ISC */
#include "daemon/log_wait.h"

#include <string.h>

#include "base/mem.h"
#include "net/loop.h"

struct log_wait {
	struct list node;
	struct log_waits *waits;
	char session[EVENT_SESSION_MAX + 1];
	struct loop_timer *timer;
	log_wait_fn *fn;
	void *arg;
};

void
log_waits_init(struct log_waits *waits, const struct opensmtpd_log *log)
{
	waits->log = log;
	list_init(&waits->list);
	waits->count = 0;
}

void
log_wait_cancel(struct log_wait *w)
{
	list_remove(&w->node);
	w->waits->count--;
	loop_timer_free(w->timer);
	free(w);
}

static void
go_on(void *arg)
{
	struct log_wait *w = arg;
	log_wait_fn *fn = w->fn;
	void *fn_arg = w->arg;

	log_wait_cancel(w);
	fn(fn_arg);
}

void
log_waits_end(struct log_waits *waits)
{
	while (!list_is_empty(&waits->list))
		go_on(LIST_ITEM(waits->list.next, struct log_wait, node));
}

void
log_waits_heard(struct log_waits *waits, const char *session)
{
	struct list *node, *next;

	for (node = waits->list.next; node != &waits->list; node = next) {
		struct log_wait *w = LIST_ITEM(node, struct log_wait, node);

		next = node->next;
		if (strcmp(w->session, session) == 0)
			go_on(w);
	}
}

bool
log_wait_is_due(const struct log_waits *waits, const struct tls_event *event)
{
	return waits->count < LOG_WAITING_MAX &&
	       opensmtpd_log_is_awaited(waits->log, event);
}

struct log_wait *
log_wait_start(struct log_waits *waits, const char *session, log_wait_fn *fn, void *arg)
{
	struct log_wait *w = xcalloc(1, sizeof(*w));

	w->waits = waits;
	snprintf(w->session, sizeof(w->session), "%s", session);
	w->fn = fn;
	w->arg = arg;
	w->timer = loop_timer_new(go_on, w);
	loop_timer_set(w->timer, LOG_WAIT_MS);
	list_init(&w->node);
	list_append(&waits->list, &w->node);
	waits->count++;
	return w;
}
