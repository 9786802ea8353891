/*
 * Turning the real loop by hand.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_TESTS_UNIT_RUN_LOOP_H
#define HOPSEAL_TESTS_UNIT_RUN_LOOP_H

#include <time.h>
#include <unistd.h>

#include "cases.h"
#include "net/loop.h"

#define GIVE_UP_S 30 /* only a broken test waits so long */

static inline void
stop_loop(void *arg)
{
	(void)arg;
	loop_stop();
}

/* Deferred calls, then everything that is ready; does not wait. */
static inline void
one_turn(void)
{
	loop_defer(stop_loop, NULL);
	loop_run();
}

#define RUN_UNTIL(condition)                                                           \
	do {                                                                           \
		time_t give_up_ = time(NULL) + GIVE_UP_S;                              \
                                                                                       \
		while (!(condition)) {                                                 \
			assert_true(time(NULL) < give_up_);                            \
			one_turn();                                                    \
			usleep(100);                                                   \
		}                                                                      \
	} while (0)

/* As cases_run(), with one loop for all cases. */
static inline int
cases_run_in_loop(const char *group, const struct case_table *tables, size_t count)
{
	struct why why;
	int failed;

	if (loop_init(&why) != ST_OK) {
		printf("not ok - %s\n", why.text);
		return 1;
	}
	failed = cases_run(group, tables, count);
	loop_clear();
	return failed;
}

#endif
