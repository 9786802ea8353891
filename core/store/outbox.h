/*
 * Reports that go out.  SPDX-License-Identifier: ISC
 *
 * A part of store.h of its own.  A report is made once; the same bytes go to every destination, each with a state of its
 * own (conformance RPT-TIME-03, RPT-RETRY-02).
 */
#ifndef HOPSEAL_STORE_OUTBOX_H
#define HOPSEAL_STORE_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "store/store.h"

#define SENDING_STATES(X)                                                              \
	X(SENDING_WAITS, "waiting")                                                    \
	X(SENDING_SENT, "sent")                                                        \
	X(SENDING_GIVEN_UP, "given-up")

enum sending_state {
#define X(name, word) name,
	SENDING_STATES(X)
#undef X
};

const char *sending_state_word(enum sending_state state);
MUST_CHECK enum status sending_state_parse(const char *word, enum sending_state *out);

/* One destination of one report; texts are never NULL. */
struct stored_sending {
	uint64_t id;
	const char *report_id, *domain; /* of the report */
	time_t day;
	const char *uri; /* as in the record */
	enum sending_state state;
	unsigned attempts;
	time_t first, last, next; /* attempts; 0: none */
	const char *detail;       /* what the last attempt said */
};

struct stored_report {
	const char *id;     /* report-id */
	const char *domain; /* policy domain of the report: whose record it follows */
	time_t day;         /* first second */
	time_t made;
	const char *record;    /* that was followed */
	const char *file_name; /* RPT-FILE-01 */
	const void *bytes;     /* len, gzip */
	size_t len;
	uint64_t successes, failures;
};

/*
 * Keep a report with its destinations and close that domain's day, in one transaction.  uris NULL and report->len 0:
 * nobody wants one; the day is closed and its counts stay until they are forgotten.  A second report for the same
 * domain and day is ignored; and one that lacks sessions merged since it was made: the day stays open.
 */
void store_put_report(struct store *store, const struct stored_report *report,
    const char *const *uris, const time_t *next, size_t count);

/* After an attempt; written soon, see store_when_written(). */
void store_put_sending(struct store *store, const struct stored_sending *sending);

/* The destination has acknowledged at this time: sent, whatever the row said; an id without a row is ignored. */
void store_put_sent(struct store *store, uint64_t id, time_t when);

/* Let it begin anew: waiting, no attempts, at this time. */
void store_resend(struct store *store, const char *report_id, time_t next);

/* --- reading, as in store/tally.h ------------------------------------------------------------------------ */

typedef void store_sending_fn(const struct stored_sending *sending, void *arg);

/* What is due at now, the longest first, at most max.  ST_OK or ST_IO. */
MUST_CHECK enum status store_each_due(
    struct store *store, time_t now, size_t max, store_sending_fn *fn, void *arg);

/* When the next one is due; 0: none waits. */
MUST_CHECK enum status store_next_due(struct store *store, time_t *out);

typedef void store_report_fn(const struct stored_report *report, void *arg);

/* One report with its bytes.  ST_OK, ST_NOTFOUND or ST_IO. */
MUST_CHECK enum status store_show_report(
    struct store *store, const char *id, store_report_fn *fn, void *arg);

/* Newest day first, its domains in the order of their names, without bytes (len is that of the file, bytes NULL), at
 * most max; domain "" and day 0: any. */
MUST_CHECK enum status store_each_report(struct store *store, const char *domain,
    time_t day, size_t max, store_report_fn *fn, void *arg);
MUST_CHECK enum status store_each_sending(
    struct store *store, const char *report_id, store_sending_fn *fn, void *arg);

/* How many destinations are in each state. */
MUST_CHECK enum status store_count_sendings(
    struct store *store, uint64_t counts[SENDING_GIVEN_UP + 1]);

#endif
