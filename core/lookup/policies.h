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
#include "lookup/find_sts.h"
#include "policy/facts.h"
#include "store/store.h"

struct operation;

struct sts_entry {
	struct map_link link;
	struct list by_use;
	struct sts_policy *policy;   /* NULL: none */
	char *detail;                /* of the last attempt or lookup; NULL: "" */
	struct operation *operation; /* under way; an entry with one is never evicted */
	time_t fetched, expires;     /* of policy */
	time_t record_until; /* the live record must be looked up again from here on */
	time_t attempted, used, refresh_at;
	char id[STS_ID_MAX + 1];           /* of policy */
	char attempted_id[STS_ID_MAX + 1]; /* live id of the last attempt */
	uint8_t refresh_failures;
	uint8_t attempt; /* enum sts_attempt */
	uint8_t record;  /* enum sts_record_outcome */
	bool is_record_known, is_record_error;
	char name[];
};

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

/* Whether it has an unexpired policy. */
bool sts_entry_is_valid(const struct sts_entry *entry, time_t now);

/* Whether what was last looked up still stands: nothing dropped, no policy at its end. */
bool sts_entry_is_settled(const struct sts_entry *entry, time_t now);

/* Whether, besides, the record need not be looked at again yet: a question can be answered. */
bool sts_entry_is_fresh(const struct sts_entry *entry, time_t now);

/* What to look up for it.  force: fetch although nothing is new. */
void sts_entry_question(const struct policies *policies, const struct sts_entry *entry,
    bool force, time_t now, struct sts_question *out);

/* Whether a fetch failed less than retry_after ago. */
bool sts_entry_is_paused(
    const struct policies *policies, const struct sts_entry *entry, time_t now);

/* Take in what a lookup found; result->policy is taken over.  Evicts when that is too much, entries without an
 * operation only. */
void policies_apply(struct policies *policies, struct sts_entry *entry,
    struct sts_result *result, bool was_refresh, time_t now);

/* As facts, borrowed from the entry. */
void sts_entry_facts(const struct sts_entry *entry, time_t now, struct sts_facts *out);

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
