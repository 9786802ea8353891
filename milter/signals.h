/*
 * HUP and USR1 reload, TERM and INT end.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_MILTER_SIGNALS_H
#define HOPSEAL_MILTER_SIGNALS_H

struct signal_handlers {
	void (*reload)(void *arg);
	void (*end)(void *arg); /* does not return */
	void *arg;
};

/*
 * From now on these signals wait for the thread that takes them, which smfi_main() starts.  To be called before there are
 * threads.
 */
void signals_take(const struct signal_handlers *handlers);

#endif
