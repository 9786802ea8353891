/*
 * From what the journal holds to the ledger.  SPDX-License-Identifier: ISC
 *
 *   entry -> event -> judgement, now or when facts and looks are there -> ledger
 */
#ifndef HOPSEAL_REPORT_COUNTER_H
#define HOPSEAL_REPORT_COUNTER_H

#include "report/account.h"
#include "report/ledger.h"

/* Events that wait in memory, and their octets, before the counter is full. */
#define COUNTER_WAITING_MAX       10000
#define COUNTER_WAITING_BYTES_MAX ((size_t)64 << 20)

struct counter;

/* All but options borrowed.  on_room is called when it is no longer full. */
struct counter *counter_new(const struct account_options *options,
    struct engine *engine, struct probes *probes, struct ledger *ledger,
    loop_fn *on_room, void *arg);
void counter_free(
    struct counter *counter); /* those that wait are forgotten; NULL is fine */
void counter_reconfigure(
    struct counter *counter, const struct account_options *options);

/* The store has what was there before us: days may be closed from now on, and what is late for one counts today. */
void counter_set_current(struct counter *counter);

/*
 * Count an entry of the journal: JOURNAL_DATAGRAM, _EVENT or _REFUSAL.  One that waits for facts or a look is kept
 * in the ledger until it is counted.
 */
void counter_take(struct counter *counter, const struct journal_entry *entry);

/* The same for an entry that was parsed already; takes the event over. */
void counter_take_event(struct counter *counter, const struct journal_entry *entry,
    struct tls_event *event);

/*
 * So many wait for facts that others are to be left in the journal: after a start nothing is known, and what is judged
 * without facts may count for no policy at all.
 */
bool counter_is_full(const struct counter *counter);

/* What is no event is counted as rejected; what and fault are for the log. */
void counter_reject(struct counter *counter, const char *what, const char *fault);

/* An entry that the store keeps waiting. */
void counter_resume(struct counter *counter, const struct journal_entry *entry);

/* Forget all that wait. */
void counter_forget(struct counter *counter);

/* Fills rejected, counted, waiting and by_source. */
void counter_status(const struct counter *counter, struct account_status *out);

#endif
