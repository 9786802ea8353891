/*
 * What is known of the domains that are watched (watch/watch.h).  SPDX-License-Identifier: ISC
 *
 * A part of store.h of its own.  Words are those of watch/watch_state.h.
 */
#ifndef HOPSEAL_STORE_WATCHED_H
#define HOPSEAL_STORE_WATCHED_H

#include "store/store.h"

/* A remark about the domain, with its history.  All texts are never NULL. */
struct stored_finding {
	const char *domain; /* when read: whose */
	const char *stage;  /* whether it is there */
	bool is_told;
	const char *level, *word, *about, *seen, *why, *remedy;
	time_t since, last; /* first and last seen */
};

struct stored_watch {
	const struct domain *domain;
	const char *outcome, *told; /* known to us, and to the operator's command */
	time_t since;               /* the outcome */
	time_t looked, sure;        /* last; 0: never */
	const struct stored_finding *findings; /* when put */
	size_t count;
};

/* Keep a domain's state instead of what was kept before; borrowed for the call. */
void store_put_watch(struct store *store, const struct stored_watch *watch);
void store_drop_watch(struct store *store, const struct domain *domain);

/* --- reading, as in store/tally.h ------------------------------------------------------------------------ */

typedef void store_watch_fn(const struct stored_watch *watch, void *arg);
typedef void store_finding_fn(const struct stored_finding *finding, void *arg);

/* Every domain, and every finding of all of them, in the order of the domains' names.  ST_OK or ST_IO. */
MUST_CHECK enum status store_each_watch(
    struct store *store, store_watch_fn *fn, void *arg);
MUST_CHECK enum status store_each_finding(
    struct store *store, store_finding_fn *fn, void *arg);

#endif
