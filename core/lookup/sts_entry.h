/*
 * What is known of one domain's MTA-STS.  SPDX-License-Identifier: ISC
 *
 * Kept, made and freed by lookup/policies.h; here is what one entry says of itself.
 */
#ifndef HOPSEAL_LOOKUP_STS_ENTRY_H
#define HOPSEAL_LOOKUP_STS_ENTRY_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/list.h"
#include "base/map.h"
#include "lookup/find_sts.h"
#include "policy/facts.h"

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

/* Whether it holds a policy in mode enforce or testing, expired or not. */
bool sts_entry_is_strong(const struct sts_entry *entry);

/* Whether it says anything: not while its first lookup is under way. */
bool sts_entry_is_known(const struct sts_entry *entry);

/* Whether it has an unexpired policy. */
bool sts_entry_is_valid(const struct sts_entry *entry, time_t now);

/* Whether what was last looked up still stands: nothing dropped, no policy at its end. */
bool sts_entry_is_settled(const struct sts_entry *entry, time_t now);

/* Whether, besides, the record need not be looked at again yet: a question can be answered. */
bool sts_entry_is_fresh(const struct sts_entry *entry, time_t now);

/* Whether a fetch failed less than retry_after seconds ago. */
bool sts_entry_is_paused(
    const struct sts_entry *entry, unsigned retry_after, time_t now);

/* What to look up for it.  force: fetch although nothing is new. */
void sts_entry_question(const struct sts_entry *entry, bool force, unsigned retry_after,
    time_t now, struct sts_question *out);

/* As facts, borrowed from the entry. */
void sts_entry_facts(const struct sts_entry *entry, time_t now, struct sts_facts *out);

/* A policy fetched in the future: the clock was wrong then or is now.  It is due, and no longer valid than if it
 * were fetched now (STS-CACHE-10). */
void sts_entry_limit_to_clock(struct sts_entry *entry, time_t now);

/* Log lines: what came of a fetch; that refreshes keep failing. */
void sts_entry_tell_attempt(
    const struct sts_entry *entry, const struct sts_result *result);
void sts_entry_tell_refresh_failure(const struct sts_entry *entry, time_t now);

#endif
