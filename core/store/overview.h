/*
 * Reports added up from every side, for a page.  SPDX-License-Identifier: ISC
 *
 * A part of store.h of its own: those that others sent us (store/received.h), or those that were made here (store/outbox.h,
 * with the counts of store/tally.h behind them).
 */
#ifndef HOPSEAL_STORE_OVERVIEW_H
#define HOPSEAL_STORE_OVERVIEW_H

#include "store/store.h"

enum overview_side { OVERVIEW_RECEIVED, OVERVIEW_SENT };

/*
 * What is added up under which texts.  A party is who reports to us: organization and the domain that the mail came from; or
 * the domain that we report to.  A failure without a host is under the policy's domain.
 */
#define OVERVIEW_PARTS(X)                                                              \
	X(OVERVIEW_ALL, "all")           /* one row, without texts */                  \
	X(OVERVIEW_DAYS, "days")         /* "2024-11-06", the first day of a report */ \
	X(OVERVIEW_RESULTS, "results")   /* result type */                             \
	X(OVERVIEW_HOSTS, "hosts")       /* host, address */                           \
	X(OVERVIEW_PARTIES, "parties")   /* party, where its mail came from */         \
	X(OVERVIEW_POLICIES, "policies") /* policy domain, type */                     \
	X(OVERVIEW_FAILURES,                                                           \
	    "failures") /* host, address, result, code, policy type, party */

enum overview_part {
#define X(name, word) name,
	OVERVIEW_PARTS(X)
#undef X
};

#define OVERVIEW_PART_COUNT (OVERVIEW_FAILURES + 1)
#define OVERVIEW_TEXTS      6

/* "all", "days", ... */
const char *overview_part_word(enum overview_part part);

struct overview_row {
	const char *texts[OVERVIEW_TEXTS]; /* never NULL */
	uint64_t successes,
	    failures; /* successes: of no use where hosts or results are told apart */
	uint64_t reports;    /* of all, of days, of parties */
	time_t since, until; /* the first and the last second of these */
	uint64_t of;         /* rows there are */
};

struct overview_filter {
	enum overview_side side;
	time_t from;        /* reports that end at this time or later */
	const char *domain; /* those about it; "": any */
	unsigned *work; /* left for all calls, some 50 microseconds each; NULL: any */
};

/*
 * Rows of one part, most failures first (days: the newest first), at most max.  For reading as in store/tally.h.  All of a
 * side is added up each time, which takes seconds where there are many reports.
 *
 * Returns ST_OK, ST_TOO_BIG (no work is left) or ST_IO; rows may have been seen in any case.
 */
typedef void store_overview_fn(const struct overview_row *row, void *arg);
MUST_CHECK enum status store_each_overview(struct store *store,
    const struct overview_filter *filter, enum overview_part part, size_t max,
    store_overview_fn *fn, void *arg);

#endif
