/*
 * Counts of sessions, added up in memory for a moment, then merged into the store.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_REPORT_LEDGER_H
#define HOPSEAL_REPORT_LEDGER_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "policy/judge.h"
#include "report/journal.h"
#include "store/tally.h"

/* Distinct cells waiting to be merged, and their octets; beyond, ledger_is_full() and the journal is the queue. */
#define LEDGER_CELLS_MAX 200000
#define LEDGER_BYTES_MAX ((size_t)64 << 20)

struct ledger;

/* merged runs in the loop's thread after each merge. */
typedef void ledger_merged_fn(void *arg);
struct ledger *ledger_new(ledger_merged_fn *merged, void *arg);
/* What is not merged is forgotten; before the store is closed. */
void ledger_free(struct ledger *ledger);

/* The store to merge into, once, and the position that it has. */
void ledger_use_store(struct ledger *ledger, struct store *store,
    const struct journal_position *position);

/* Count one judgement of a session of this domain, on the UTC day of when. */
void ledger_count(struct ledger *ledger, const struct domain *domain, time_t when,
    const struct judgement *judgement);
/* Only one of its policies, for another domain's report (RPT-DNS-10). */
void ledger_count_policy(struct ledger *ledger, const struct domain *domain,
    time_t when, const struct judged_policy *policy);
void ledger_count_inbound(struct ledger *ledger, const struct tls_event *event);

/* The domain's TLSRPT record, seen now. */
void ledger_note_record(struct ledger *ledger, const struct domain *domain, time_t when,
    const char *record);

/* An accepted event that is not counted yet is kept with the next merge; a settled one forgotten with it. */
void ledger_keep_waiting(struct ledger *ledger, const struct journal_entry *entry);
void ledger_settle(struct ledger *ledger, uint64_t id);

/*
 * Everything in the journal before this is counted or kept waiting; moves with the next merge, which may begin in here,
 * and in no other function that counts: what belongs to one entry stays together.
 */
void ledger_reached(struct ledger *ledger, const struct journal *journal,
    const struct journal_position *position);

bool ledger_is_full(const struct ledger *ledger);
bool ledger_is_merging(const struct ledger *ledger);

/* Merge now if there is anything; it happens by itself within a second. */
void ledger_merge(struct ledger *ledger);

/* Merge all of it and wait until it is written or writing has failed once: for a clean end. */
void ledger_flush(struct ledger *ledger);

/* The position of the last finished merge. */
struct journal_position ledger_merged(const struct ledger *ledger);

/* What a finished merge has made sure of, on disk; everything before may be deleted. */
struct journal_position ledger_safe(const struct ledger *ledger);

#endif
