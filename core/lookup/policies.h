/*
 * MTA-STS policies in memory, and on disk through the store (RFC 8461, 3.3 and 5.1).
 * SPDX-License-Identifier: ISC
 *
 * Also what is known of domains without one, so that they are not asked for again with every message.
 */
#ifndef HOPSEAL_LOOKUP_POLICIES_H
#define HOPSEAL_LOOKUP_POLICIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/list.h"
#include "base/map.h"
#include "lookup/sts_entry.h"
#include "store/store.h"

/*
 * Two lists, least recently used first: strong entries hold a policy in mode enforce or testing, weak ones do not
 * and are evicted first (STS-CACHE-12).
 */
struct policies {
	struct map map;
	struct list weak, strong;
	size_t bytes, max, max_bytes;
	size_t with_policy, strong_count;
	uint64_t evicted;
	time_t eviction_told; /* last line about one; 0: none yet */
	size_t evictions_untold;
	struct store *store; /* NULL: memory only */
	unsigned refresh_every, retry_after;
	size_t cursor; /* of policies_walk */
};

void policies_init(struct policies *policies, const struct engine_options *options);

/*
 * Keep policies in this store from now on, which is borrowed; what it has and memory has not is loaded, what memory has
 * is written.  ST_OK, or ST_IO: then nothing is kept there.
 */
MUST_CHECK enum status policies_use_store(
    struct policies *policies, struct store *store, time_t now);
void policies_clear(struct policies *policies);

/* NULL when nothing is known. */
struct sts_entry *policies_find(
    const struct policies *policies, const struct domain *domain);

/* The entry, made if need be, marked as used at now; evicts when there are too many. */
struct sts_entry *policies_get(
    struct policies *policies, const struct domain *domain, time_t now);
void policies_touch(struct policies *policies, struct sts_entry *entry, time_t now);

/* Take in what a lookup found; result->policy is taken over.  Evicts when that is too much, entries without an
 * operation only. */
void policies_apply(struct policies *policies, struct sts_entry *entry,
    struct sts_result *result, bool was_refresh, time_t now);

/* Forget a domain; false when it was not known.  Not while an operation is under way: then
 * only the policy goes. */
bool policies_drop(struct policies *policies, const struct domain *domain);

/*
 * Look at the next part of all entries: forget expired policies, hand those due for a refresh to fn, which
 * may start one.  The whole is seen once in about parts calls.
 */
typedef void policies_due_fn(struct sts_entry *entry, void *arg);
void policies_walk(struct policies *policies, size_t parts, time_t now,
    policies_due_fn *fn, void *arg);

#endif
