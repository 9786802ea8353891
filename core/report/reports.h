/*
 * Accounting, closing and delivery together.  SPDX-License-Identifier: ISC
 *
 *   account -> ledger -> store -> closing -> outbox -> delivery
 *
 * account    intake    what was accepted is in the journal: journal (journal_record, segments), backlog while the disk is
 *                      full, leftover and ids against counting twice, spool_in from adapters
 *            counter   what it counts as: inquiry (facts and looks), refusal, records
 * ledger     generation, rows: cells that wait for the next merge
 * closing    close_domain, render, schedule
 * delivery   job (one destination), attempt by its carrier: post, or mailing with message, dkim and relay; hosts, commits
 *
 * Apart from that: inbox, reports of others, taken in by a thread of its own: inbox_folder, digest, aside.
 */
#ifndef HOPSEAL_REPORT_REPORTS_H
#define HOPSEAL_REPORT_REPORTS_H

#include "report/account.h"
#include "report/closing.h"
#include "report/delivery.h"

struct reports;

/* Counts from now on, into the journal.  The texts of options are borrowed until reports_reconfigure() or reports_free(). */
struct reports *reports_new(const struct report_options *options,
    const struct account_options *account, const struct probe_options *probe,
    struct engine *engine, struct https *https);
void reports_free(struct reports *reports); /* NULL is fine */

/* The store, when it can be had; once.  Days are closed and reports sent when it has all that the journal has.  Borrowed. */
void reports_use_store(struct reports *reports, struct store *store);

/* What is under way is cancelled, and begins anew. */
void reports_reconfigure(struct reports *reports, const struct report_options *options,
    const struct account_options *account, const struct probe_options *probe,
    struct https *https);

/* Something was put into the outbox that is due: it leaves when it is written. */
void reports_wake(struct reports *reports);

struct account *reports_account(struct reports *reports);
struct probes *reports_probes(struct reports *reports);

struct reports_status {
	struct account_status account;
	struct probe_counts probe;
	struct closing_status closing;
	struct delivery_status delivery;
};
void reports_status(const struct reports *reports, struct reports_status *out);

#endif
