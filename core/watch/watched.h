/*
 * One domain on the list: its looks, and the command for what has changed.  SPDX-License-Identifier: ISC
 *
 * For watch.c and watched.c.
 */
#ifndef HOPSEAL_WATCH_WATCHED_H
#define HOPSEAL_WATCH_WATCHED_H

#include "audit/audit.h"
#include "watch/watch.h"

/* What the domains share. */
struct watch {
	struct watched **items;
	size_t count;
	unsigned every_s;
	char *command;
	int least; /* level that the command is run for; REMARK_BROKEN + 1: there is none */
	struct audit_options audit;
	struct store *store; /* NULL: not yet */
	bool is_loaded;      /* what it knows is known here */
	struct loop_timer *timer;
	size_t looks, runs; /* under way */
	uint64_t looks_ended, runs_ended, runs_failed;
};

struct watched {
	struct watch *watch;
	struct domain domain;
	struct watch_state state;
	time_t next;             /* look */
	struct audit_ask *look;  /* NULL: none is under way */
	struct program *command; /* NULL: none is running */
	int64_t next_run_ms;     /* of a command that has failed, by loop_now_ms() */
	unsigned failures;
	char *error; /* of the last one; NULL: none */
};

/* Everything that is due follows in the next turn. */
void watch_wake(struct watch *watch);

MUST_CHECK struct watched *watched_new(
    struct watch *watch, const struct domain *domain);
void watched_free(struct watched *d); /* NULL is fine */

/* Begin, or go on with other options, from what is known. */
void watched_begin(struct watched *d);

/* Whether it is time for a look, or would be if it were not under way. */
bool watched_is_due(const struct watched *d);

/* Look, and tell the command; where that can be done, as these say. */
bool watched_can_look(const struct watched *d);
void watched_look(struct watched *d);
void watched_cancel_look(struct watched *d);
bool watched_can_tell(const struct watched *d);
void watched_tell(struct watched *d);

#endif
