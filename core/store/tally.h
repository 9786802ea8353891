/*
 * Counts, on their way into the database and out of it.  SPDX-License-Identifier: ISC
 *
 * A part of store.h of its own.  Counts are added to what is there; the journal's position moves in the same
 * transaction, so that after a crash nothing is missing and nothing is there twice.
 */
#ifndef HOPSEAL_STORE_TALLY_H
#define HOPSEAL_STORE_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "store/store.h"
#include "wire/tls_result.h"

/* Distinct failures kept for one policy and day; the rest is folded into one row for each result type (RPT-FILE-03). */
#define TALLY_DETAILS_MAX 10000
/* Policies kept for one domain and day; the rest is folded into one with empty text for each type and policy domain,
 * and beyond twice this number into one with the domain as policy domain. */
#define TALLY_POLICIES_MAX 100
/* Distinct rows of inbound sessions kept for one day; the rest is counted without its client. */
#define TALLY_INBOUND_MAX 100000

/* One kind of failure under one policy; texts are never NULL, "" is unknown. */
struct tally_detail {
	enum tls_result result;
	const char *code, *local, *remote, *host, *helo;
	uint64_t count;
};

/* One policy of one domain on one day; if that is closed, on the first day after it that is not. */
struct tally {
	time_t day;         /* its first second, UTC */
	const char *domain; /* whose report it is for */
	enum policy_type type;
	const char *policy_domain;
	const char *text, *mx; /* lines joined by '\n' */
	uint64_t successes, failures;
	const struct tally_detail *details;
	size_t detail_count;
};

struct tally_inbound {
	time_t day;
	const char *client; /* domain, "" unknown */
	const char *version, *cipher, *verified;
	uint64_t count;
};

/* The TLSRPT record of a domain, as last seen on that day. */
struct tally_record {
	time_t day;
	const char *domain, *record;
};

/* Accepted, journalled, and still waiting for facts or a probe. */
struct tally_waiting {
	uint64_t id; /* the journal's number of the event */
	int kind;    /* the journal's */
	time_t when; /* accepted */
	const void *bytes;
	size_t len;
};

/* Where in the journal everything before is counted or waits in the database. */
struct journal_position {
	uint64_t segment, offset;
};

/* One transaction.  Arrays and texts are borrowed by store_merge(), which copies nothing: they stay until done. */
struct merge {
	const struct tally *tallies;
	size_t tally_count;
	const struct tally_inbound *inbound;
	size_t inbound_count;
	const struct tally_record *records;
	size_t record_count;
	const struct tally_waiting *waiting;
	size_t waiting_count;
	const uint64_t
	    *settled; /* ids that wait no longer; those unknown are ignored */
	size_t settled_count;
	struct journal_position position;
	int sync_fd; /* fdatasync() it first; -1: nothing to sync */
	bool
	    is_durable; /* on the disk when done runs, so that the journal may be deleted up to position */
};

/*
 * Write it, not before what was put earlier (the position may speak of it).  One at a time; the writer tries again until
 * it can.  done runs in the writer's thread, once, when the
 * transaction is committed, never when the store is closed before.
 */
typedef void store_done_fn(void *arg);
void store_merge(
    struct store *store, const struct merge *merge, store_done_fn *done, void *arg);

/* Take back the merge under way, for the end: waits if it is being written.  When this returns, done has run or never
 * will, and nothing is borrowed any more.  Nothing under way: nothing happens. */
void store_merge_cancel(struct store *store);

/* done runs in the writer's thread when all that was put before is written.  Also for outcomes of the outbox. */
void store_when_written(struct store *store, store_done_fn *done, void *arg);

/*
 * --- reading: in the caller's thread, on a connection of its own, any time -------------------------------
 *
 * What a row's function gets is borrowed for the call.  It may read with other functions than the one that calls it.
 */

/* What the last merge left; segment 0 when there was none.  ST_OK or ST_IO. */
MUST_CHECK enum status store_journal_position(
    struct store *store, struct journal_position *out);

typedef void store_waiting_fn(const struct tally_waiting *waiting, void *arg);
MUST_CHECK enum status store_each_waiting(
    struct store *store, store_waiting_fn *fn, void *arg);

/* All that was counted for a domain on a day, details included, ordered by type, policy domain, text; borrowed
 * for the call.  ST_OK or ST_IO. */
typedef void store_tally_fn(const struct tally *tally, void *arg);
MUST_CHECK enum status store_each_tally(
    struct store *store, time_t day, const char *domain, store_tally_fn *fn, void *arg);

/* One day of one domain, in sums. */
struct tally_day {
	time_t day;
	const char *domain;
	const char *record; /* as last seen; "" never */
	uint64_t successes, failures;
	bool is_closed; /* a report was made, or there was nobody to send one to */
};

/*
 * Domains of a day in the order of their names, those after `after` ("": from the first), at most max; only_open: not
 * yet closed.  ST_OK or ST_IO.
 */
typedef void store_day_fn(const struct tally_day *day, void *arg);
MUST_CHECK enum status store_each_day(struct store *store, time_t day,
    const char *after, size_t max, bool only_open, store_day_fn *fn, void *arg);

/* The worst domains of a day, by failures, at most max. */
MUST_CHECK enum status store_each_worst(
    struct store *store, time_t day, size_t max, store_day_fn *fn, void *arg);

/* The first day on or after `from` and before `before` that has an open domain; 0 in *out: none. */
MUST_CHECK enum status store_open_day(
    struct store *store, time_t from, time_t before, time_t *out);

/* Sums of a day: sessions, failures by result, domains. */
struct tally_sums {
	uint64_t domains, successes, failures;
	uint64_t results[TLS_RESULT_COUNT];
};
MUST_CHECK enum status store_day_sums(
    struct store *store, time_t day, struct tally_sums *out);

/* Rows of the days on or after `from` and before `to`.  ST_OK or ST_IO. */
typedef void store_inbound_fn(const struct tally_inbound *inbound, void *arg);
MUST_CHECK enum status store_each_inbound(
    struct store *store, time_t from, time_t to, store_inbound_fn *fn, void *arg);

/* Forget counts, reports and what was received of days before this one; nothing that is still to be sent. */
void store_forget_before(struct store *store, time_t day);

#endif
