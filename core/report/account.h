/*
 * From an event to the ledger.  SPDX-License-Identifier: ISC
 *
 *   accept -> journal -> (facts, probe) -> judge -> ledger -> store
 *
 * Accepted is what is in the journal.  What cannot be judged at once waits in the store; what cannot be taken further
 * (no store, a full ledger, too many that wait) stays in the journal.
 */
#ifndef HOPSEAL_REPORT_ACCOUNT_H
#define HOPSEAL_REPORT_ACCOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "lookup/engine.h"
#include "lookup/probe.h"
#include "net/datagram.h"
#include "net/loop.h"
#include "report/journal.h"
#include "report/options.h"

struct account;
struct opensmtpd_log;
struct store;

struct account_options {
	const char *folder;              /* of the journal */
	const struct trust_store *trust; /* for chains; NULL: WebPKI cannot be judged */
	struct turns *turns; /* learns from events, and completes them; NULL: none */
	unsigned
	    grace_s; /* after midnight; then sessions of the day before count for today */
	bool is_for_mail_hosts;
};

/* Begins without store: events go to the journal only.  engine, probes, trust and turns are borrowed; probes NULL: no looks. */
struct account *account_new(const struct account_options *options,
    struct engine *engine, struct probes *probes);
void account_free(
    struct account *account); /* before the store is closed; NULL is fine */
/* The folder stays what it is. */
void account_reconfigure(
    struct account *account, const struct account_options *options);

/* From here on count into this store: first what the journal has and the store has not.  Borrowed. */
void account_use_store(struct account *account, struct store *store);

/* From here on OpenSMTPD's events are completed by what its log says.  Borrowed; NULL: none is followed. */
void account_use_log(struct account *account, const struct opensmtpd_log *log);

/*
 * Whether the store has all that the journal held when account_use_store() was called: sessions, counted or waiting, and
 * what destinations have acknowledged.  Until then no day is closed and nothing is delivered.
 */
bool account_is_current(const struct account *account);

/*
 * Take a batch from libtlsrpt's socket; garbage is counted and forgotten.  True: safe in the journal, or, while the disk does
 * not take it, in memory up to a bound; false: neither, leave it in the socket (datagram_resume() is called through
 * on_room).  datagram_fn.
 */
bool account_take_datagrams(const struct datagram *batch, size_t count, void *account);
/* datagram_taken_fn. */
void account_note_taken(void *account);
void account_on_room(struct account *account, loop_fn *on_room, void *arg);

/*
 * Take the JSON of an adapter's event.  ST_OK: it is in the journal, or was before (same id), or is of no session of
 * ours: acknowledge it.  ST_SYNTAX, ST_TOO_BIG: it never
 * will be.  ST_IO: not now, ask again later.
 */
MUST_CHECK enum status account_take_event(
    struct account *account, const char *json, size_t len, struct why *why);

/* An MTA was told to wait, by this answer: count it if the reason is one of RFC 8460. */
void account_refused(struct account *account, const struct answer *answer);

/* A destination has acknowledged: on disk before this returns, where the disk takes it. */
void account_note_sent(struct account *account, uint64_t sending_id);

struct account_status {
	uint64_t accepted, rejected, counted, waiting, in_memory, lost;
	uint64_t by_source[SOURCE_OWN + 1];
	bool is_journal_healthy;
	char error[WHY_MAX]; /* "" when healthy */
};
void account_status(const struct account *account, struct account_status *out);

/* Merge all that can be, for a clean end. */
void account_flush(struct account *account);

#endif
