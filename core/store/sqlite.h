/*
 * The database behind the store: SQLite.  SPDX-License-Identifier: ISC
 *
 * A second driver offers the same functions.  One thread at a time uses a struct db.
 */
#ifndef HOPSEAL_STORE_SQLITE_H
#define HOPSEAL_STORE_SQLITE_H

#include "base/list.h"
#include "store/outbox.h"
#include "store/overview.h"
#include "store/received.h"
#include "store/store.h"
#include "store/tally.h"
#include "store/watched.h"

struct db;

enum db_outcome {
	DB_OK,
	DB_FAILED,  /* disk full, no permission, busy: may be better later */
	DB_DAMAGED, /* never better: db_set_aside() */
	DB_TOO_NEW, /* written by a later version of this program */
	DB_STOPPED, /* it takes more work than it may */
};

enum db_mode { DB_WRITE, DB_READ };

/* Open the database in folder; with DB_WRITE make it when it is not there.  *out is NULL unless
 * DB_OK. */
MUST_CHECK enum db_outcome db_open(
    const char *folder, enum db_mode mode, struct db **out, struct why *why);
void db_close(struct db *db); /* NULL is fine */

/* Whether it could be opened only so that nobody else can (disk full): to be opened again before it is written. */
bool db_is_alone(const struct db *db);

/*
 * See whether what a start reads is whole: policies and overrides.  Counts and reports, which may be gigabytes, are
 * found damaged when they are used.
 */
MUST_CHECK enum db_outcome db_check(struct db *db, struct why *why);

/* Hand every row to fn.  Rows that cannot be what we wrote are left out and counted in a log line. */
MUST_CHECK enum db_outcome db_each_policy(
    struct db *db, store_policy_fn *fn, void *arg, struct why *why);
MUST_CHECK enum db_outcome db_each_override(
    struct db *db, store_override_fn *fn, void *arg, struct why *why);

/* Write a batch of struct change (store/change.h), all of it or nothing. */
MUST_CHECK enum db_outcome db_write(
    struct db *db, const struct list *batch, struct why *why);

/* --- reading for store/{tally,outbox,received,overview,watched}.h, where functions of like names are explained ----------------- */

MUST_CHECK enum db_outcome db_journal_position(
    struct db *db, struct journal_position *out, struct why *why);
MUST_CHECK enum db_outcome db_each_waiting(
    struct db *db, store_waiting_fn *fn, void *arg, struct why *why);
MUST_CHECK enum db_outcome db_each_tally(struct db *db, time_t day, const char *domain,
    store_tally_fn *fn, void *arg, struct why *why);
MUST_CHECK enum db_outcome db_each_day(struct db *db, time_t day, const char *after,
    size_t max, bool only_open, store_day_fn *fn, void *arg, struct why *why);
MUST_CHECK enum db_outcome db_each_worst(struct db *db, time_t day, size_t max,
    store_day_fn *fn, void *arg, struct why *why);
MUST_CHECK enum db_outcome db_open_day(
    struct db *db, time_t from, time_t before, time_t *out, struct why *why);
MUST_CHECK enum db_outcome db_day_sums(
    struct db *db, time_t day, struct tally_sums *out, struct why *why);
MUST_CHECK enum db_outcome db_each_inbound(struct db *db, time_t from, time_t to,
    store_inbound_fn *fn, void *arg, struct why *why);

MUST_CHECK enum db_outcome db_each_due(struct db *db, time_t now, size_t max,
    store_sending_fn *fn, void *arg, struct why *why);
MUST_CHECK enum db_outcome db_next_due(struct db *db, time_t *out, struct why *why);
MUST_CHECK enum db_outcome db_show_report(struct db *db, const char *id,
    store_report_fn *fn, void *arg, bool *is_found, struct why *why);
MUST_CHECK enum db_outcome db_each_report(struct db *db, const char *domain, time_t day,
    size_t max, store_report_fn *fn, void *arg, struct why *why);
MUST_CHECK enum db_outcome db_each_sending(struct db *db, const char *report_id,
    store_sending_fn *fn, void *arg, struct why *why);
MUST_CHECK enum db_outcome db_count_sendings(
    struct db *db, uint64_t counts[SENDING_GIVEN_UP + 1], struct why *why);

MUST_CHECK enum db_outcome db_each_received(struct db *db,
    const struct received_filter *filter, size_t max, store_received_fn *fn, void *arg,
    struct why *why);
MUST_CHECK enum db_outcome db_show_received(struct db *db, uint64_t number,
    store_received_fn *fn, void *arg, bool *is_found, struct why *why);
MUST_CHECK enum db_outcome db_each_received_sender(struct db *db,
    const struct received_filter *filter, size_t max, store_sender_fn *fn, void *arg,
    struct why *why);
MUST_CHECK enum db_outcome db_each_received_policy(struct db *db,
    const struct received_filter *filter, size_t max, store_received_policy_fn *fn,
    void *arg, struct why *why);
MUST_CHECK enum db_outcome db_each_received_failure(struct db *db,
    const struct received_filter *filter, size_t max, store_received_failure_fn *fn,
    void *arg, struct why *why);
MUST_CHECK enum db_outcome db_received_sums(
    struct db *db, struct received_sums *out, struct why *why);
MUST_CHECK enum db_outcome db_each_overview(struct db *db,
    const struct overview_filter *filter, enum overview_part part, size_t max,
    store_overview_fn *fn, void *arg, struct why *why);

MUST_CHECK enum db_outcome db_each_watch(
    struct db *db, store_watch_fn *fn, void *arg, struct why *why);
MUST_CHECK enum db_outcome db_each_finding(
    struct db *db, store_finding_fn *fn, void *arg, struct why *why);

/*
 * Rename the files of a closed database, so that a new one can be made and somebody can look at the old one;
 * an earlier one set aside is lost.  why tells the new name, or the error.  ST_OK or ST_IO.
 */
MUST_CHECK enum status db_set_aside(const char *folder, struct why *why);

#endif
