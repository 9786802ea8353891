/*
 * Our own domains, looked at on a schedule.  SPDX-License-Identifier: ISC
 *
 *   watch_next_look -> audit_start -> watch_state_look -> log, store
 *                                  -> watch_command_start, until it has ended well -> store
 *
 * What was known and what was told is kept in the store, so that a restart tells nothing twice; before that can be read
 * nothing is looked at.
 */
#ifndef HOPSEAL_WATCH_WATCH_H
#define HOPSEAL_WATCH_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/options.h"
#include "base/domain.h"
#include "watch/watch_state.h"

struct store;

#define WATCH_DOMAINS_MAX 1000
#define WATCH_LOOKS_MAX   2 /* at once */
#define WATCH_RUNS_MAX    4 /* of commands */

struct domain_list {
	struct domain *items;
	size_t count;
};

/* The least grave finding that the command is run for. */
#define WATCH_LEVELS(X)                                                                \
	X(WATCH_TELL_ADVICE, "advice", REMARK_ADVICE)                                  \
	X(WATCH_TELL_UNSURE, "unsure", REMARK_UNSURE)                                  \
	X(WATCH_TELL_BROKEN, "broken", REMARK_BROKEN)

enum watch_level {
#define X(name, word, level) name,
	WATCH_LEVELS(X)
#undef X
};

/* Config fills all of it. */
struct watch_options {
	struct domain_list domains;
	unsigned every_s;
	const char *command; /* see watch/watch_command.h; "": none */
	enum watch_level level;
};

struct watch;

/* options are copied; what those of the audit point to stays until watch_reconfigure() or watch_stop(). */
struct watch *watch_start(
    const struct watch_options *options, const struct audit_options *audit);

/* The store, when it can be had; once.  Borrowed.  Domains of before that are not on the list are forgotten. */
void watch_use_store(struct watch *watch, struct store *store);

/*
 * Take other options.  What is known of domains that stay on the list stays; looks under way begin anew, commands under way
 * go on, one that has failed is tried at once.
 */
void watch_reconfigure(struct watch *watch, const struct watch_options *options,
    const struct audit_options *audit);

/* Looks and commands under way end; they are begun anew after a restart.  NULL is fine. */
void watch_stop(struct watch *watch);

/* Look at a domain now, or at all of them: NULL.  ST_OK, ST_NOTFOUND (not on the list) or ST_BUSY (no store, or none that can be used). */
MUST_CHECK enum status watch_now(struct watch *watch, const struct domain *domain);

/* What there is to show of one domain; borrowed. */
struct watch_entry {
	const struct domain *domain;
	const struct watch_state *state;
	bool is_looking;   /* or is about to */
	time_t next;       /* look */
	unsigned failures; /* of the command, since it has succeeded */
	const char *error; /* of the last one; "" */
};

typedef void watch_entry_fn(const struct watch_entry *entry, void *arg);

/* In the order of the list. */
void watch_each(const struct watch *watch, watch_entry_fn *fn, void *arg);

struct watch_status {
	size_t domains, by_outcome[WATCH_OUTCOME_COUNT];
	size_t untold; /* domains of which the command does not know all */
	uint64_t looks, runs, failed_runs; /* ended */
};

void watch_status(const struct watch *watch, struct watch_status *out);

#endif
