/*
 * What outlives the process.  SPDX-License-Identifier: ISC
 *
 * Reading happens in the caller's thread: of policies and overrides at start, of counts and reports (store/tally.h,
 * store/outbox.h) any time.  Every change is queued and written by one thread that owns the database, so that no
 * commit stalls an answer.  SQLite stands behind this; a second driver may.
 */
#ifndef HOPSEAL_STORE_STORE_H
#define HOPSEAL_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/domain.h"
#include "base/status.h"

struct store;

/*
 * Open or make the database in this folder, which must exist.  A file of a newer version is refused, one of an older
 * version made anew in place; a damaged one is moved aside under a name that the log tells, and a new one made:
 * policies can be fetched again, counts and reports of before are in that file only.
 * One that cannot be opened now (disk full, no permission) is logged and tried again by the writer: until then the
 * store is unhealthy and has nothing to hand over.
 *
 * Returns ST_OK or ST_IO (no such folder, newer version).
 */
MUST_CHECK enum status store_open(
    const char *folder, struct store **out, struct why *why);

/* Open for reading only, for the command without a daemon: no thread, changes are
 * forgotten.  ST_OK or ST_IO: also when there is no database. */
MUST_CHECK enum status store_open_readonly(
    const char *folder, struct store **out, struct why *why);

/* Start the writer.  Call after everything was read.  ST_OK or ST_LIBRARY. */
MUST_CHECK enum status store_start(struct store *store, struct why *why);

/* Write what is queued, end the thread, close.  NULL is fine. */
void store_close(struct store *store);

/* An STS policy as fetched.  All pointers are borrowed for the call. */
struct stored_policy {
	const struct domain *domain;
	const char *id;   /* of the TXT that led to the fetch */
	const char *body; /* len bytes, as received */
	size_t len;
	time_t fetched;
	time_t expires;
	time_t used; /* last question for it, for eviction */
};

typedef void store_policy_fn(const struct stored_policy *policy, void *arg);

/* Hand every policy to fn, in no order; before store_start().  ST_OK or ST_IO. */
MUST_CHECK enum status store_each_policy(
    struct store *store, store_policy_fn *fn, void *arg);

void store_put_policy(struct store *store, const struct stored_policy *policy);
void store_drop_policy(struct store *store, const struct domain *domain);

/* An override, in the words of the command; borrowed for the call. */
struct stored_override {
	const struct domain *domain;
	bool with_subdomains;
	const char *action, *reason;
	time_t created, expires;
};

typedef void store_override_fn(const struct stored_override *override, void *arg);

MUST_CHECK enum status store_each_override(
    struct store *store, store_override_fn *fn, void *arg);
void store_put_override(struct store *store, const struct stored_override *override);
void store_drop_override(
    struct store *store, const struct domain *domain, bool with_subdomains);

/*
 * Changes waiting, and their octets.  Beyond, the oldest of policies and overrides is dropped, and counted; counts and
 * reports (store/tally.h, store/outbox.h) never are: their makers stop long before, see store_is_busy().
 */
#define STORE_QUEUE_MAX       100000
#define STORE_QUEUE_BYTES_MAX ((size_t)128 << 20)

/*
 * More than so many changes, or octets, wait: whoever makes many goes on later, told by store_when_written().  Two batches
 * of the writer: one is made while the other is written.
 */
#define STORE_BUSY       8192
#define STORE_BUSY_BYTES ((size_t)16 << 20)
bool store_is_busy(struct store *store);

struct store_state {
	bool is_healthy; /* the last write succeeded */
	time_t failing_since;
	char error[WHY_MAX]; /* "" when healthy */
	uint64_t written, dropped;
	size_t queued;
};

/* May be called from any thread; *out is written in full.  The writer retries a failed batch every few seconds,
 * logs the first failure and the recovery, and nothing between. */
void store_state(struct store *store, struct store_state *out);

/* Wait until everything queued so far is written: true; or has failed once.  Not for the loop, but at its end. */
bool store_flush(struct store *store);

#endif
