/*
 * Reports that others sent us.  SPDX-License-Identifier: ISC
 *
 * A part of store.h of its own.  Each is kept as it came, with rows of what it says, so that many can be added up without
 * being read again.
 */
#ifndef HOPSEAL_STORE_RECEIVED_H
#define HOPSEAL_STORE_RECEIVED_H

#include "store/store.h"

/* What is kept, whoever mails how many: beyond, the oldest go, and are counted. */
#define RECEIVED_MAX       10000
#define RECEIVED_BYTES_MAX ((size_t)64 << 20) /* files and rows together */

/* All texts are never NULL; "" is "not said". */
struct received_policy {
	const char *domain, *type;
	uint64_t successes, failures;
};

struct received_failure {
	const char *type, *host, *address, *result, *code;
	uint64_t count;
	/* when read: whose sessions, and the first and last second of the reports that tell of them */
	const char *organization;
	time_t begin, end;
};

struct stored_received {
	uint64_t number; /* when read: what the store calls it, never used again */
	const char *submitter; /* domain that the mail came from */
	const char *organization, *contact, *report_id;
	const char *domain; /* the first that it is about */
	time_t begin, end, received;
	uint64_t successes, failures;
	const void *
	    bytes; /* len, the JSON as it came, gzip; NULL in lists, where len is told */
	size_t len;
	/* when put; rows that differ in no text are added up */
	const struct received_policy *policies;
	size_t policy_count;
	const struct received_failure *details;
	size_t detail_count;
};

/*
 * Keep a report.  The same one again (submitter, organization, report_id, domain, begin; without a report_id also end,
 * successes and failures) is counted, and nothing else.  On the disk when store_flush() says so.
 */
void store_put_received(struct store *store, const struct stored_received *received);

/* --- reading, as in store/tally.h ------------------------------------------------------------------------ */

struct received_filter {
	time_t from;        /* those that end at this time or later */
	const char *domain; /* those about it; "": any */
};

typedef void store_received_fn(const struct stored_received *received, void *arg);

/* Newest first, at most max.  ST_OK or ST_IO, as all below. */
MUST_CHECK enum status store_each_received(struct store *store,
    const struct received_filter *filter, size_t max, store_received_fn *fn, void *arg);

/* One with its bytes.  Also ST_NOTFOUND. */
MUST_CHECK enum status store_show_received(
    struct store *store, uint64_t number, store_received_fn *fn, void *arg);

/* What one organization has sent, as far as its mails say so and come from one domain. */
struct received_sender {
	const char *organization, *submitter;
	uint64_t reports, successes, failures;
	time_t begin, end; /* of all of them */
};
typedef void store_sender_fn(const struct received_sender *sender, void *arg);

/* Sums over all reports that the filter lets through, most failures first, at most max. */
MUST_CHECK enum status store_each_received_sender(struct store *store,
    const struct received_filter *filter, size_t max, store_sender_fn *fn, void *arg);

typedef void store_received_policy_fn(const struct received_policy *policy, void *arg);
MUST_CHECK enum status store_each_received_policy(struct store *store,
    const struct received_filter *filter, size_t max, store_received_policy_fn *fn,
    void *arg);

/* By all texts of struct received_failure but the address, which is "". */
typedef void store_received_failure_fn(
    const struct received_failure *failure, void *arg);
MUST_CHECK enum status store_each_received_failure(struct store *store,
    const struct received_filter *filter, size_t max, store_received_failure_fn *fn,
    void *arg);

struct received_sums {
	uint64_t reports, bytes;      /* kept */
	uint64_t duplicates, dropped; /* ever */
};
MUST_CHECK enum status store_received_sums(
    struct store *store, struct received_sums *out);

#endif
