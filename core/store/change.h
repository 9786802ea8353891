/*
 * One write that waits for the database.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_STORE_CHANGE_H
#define HOPSEAL_STORE_CHANGE_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/list.h"
#include "base/map.h"
#include "store/outbox.h"
#include "store/received.h"
#include "store/store.h"
#include "store/tally.h"
#include "store/watched.h"

/*
 * Whether it may be lost.  A change that may is about one row: a later one makes it void, and when the database
 * cannot be written for long the oldest go.  One that may not is written in its turn, however long that takes; its
 * maker bounds how many there are (store_is_busy(), one merge at a time).
 */
#define CHANGES(X)                                                                     \
	X(CHANGE_PUT_POLICY, true)                                                     \
	X(CHANGE_DROP_POLICY, true)                                                    \
	X(CHANGE_PUT_OVERRIDE, true)                                                   \
	X(CHANGE_DROP_OVERRIDE, true)                                                  \
	X(CHANGE_PUT_WATCH, true)                                                      \
	X(CHANGE_DROP_WATCH, true)                                                     \
	X(CHANGE_MERGE, false)                                                         \
	X(CHANGE_PUT_REPORT, false)                                                    \
	X(CHANGE_PUT_SENDING, false)                                                   \
	X(CHANGE_PUT_SENT, false)                                                      \
	X(CHANGE_RESEND, false)                                                        \
	X(CHANGE_PUT_RECEIVED, false)                                                  \
	X(CHANGE_FORGET, false)                                                        \
	X(CHANGE_BARRIER, false) /* writes nothing */

enum change_kind {
#define X(name, may_be_lost) name,
	CHANGES(X)
#undef X
};

#define CHANGE_KINDS (CHANGE_BARRIER + 1)

/* A report with its destinations. */
struct report_change {
	struct stored_report report;
	const char *const *uris;
	const time_t *next;
	size_t count;
};

/* A merge, numbered by the first attempt to write it: 0 before. */
struct merge_change {
	struct merge merge;
	uint64_t number;
};

/* Owns all that it holds, in one allocation; only the insides of a merge are its maker's. */
struct change {
	struct list place;      /* in a queue or a batch */
	struct list lost_place; /* in a queue, among those that may be lost */
	struct map_link link;   /* in a queue, the same */
	enum change_kind kind;
	size_t bytes;         /* of the allocation */
	store_done_fn *done;  /* NULL: nobody waits for it */
	void *arg;            /* of done */
	struct domain domain; /* of what may be lost */
	union {               /* dropping uses the key only: domain, with_subdomains */
		struct stored_policy policy;
		struct stored_override override;
		struct stored_watch watch;
		struct merge_change merge;
		struct report_change report;
		struct stored_sending
		    sending; /* sent: id, last; to resend: report_id, next */
		struct stored_received received;
		time_t day; /* to forget what is before */
	};
	alignas(max_align_t) char text[];
};

/* Copies of what they are given; freed with free(). */
MUST_CHECK struct change *change_put_policy(const struct stored_policy *policy);
MUST_CHECK struct change *change_drop_policy(const struct domain *domain);
MUST_CHECK struct change *change_put_override(const struct stored_override *override);
MUST_CHECK struct change *change_drop_override(
    const struct domain *domain, bool with_subdomains);
MUST_CHECK struct change *change_put_watch(const struct stored_watch *watch);
MUST_CHECK struct change *change_drop_watch(const struct domain *domain);
MUST_CHECK struct change *change_merge(
    const struct merge *merge, store_done_fn *done, void *arg);
MUST_CHECK struct change *change_put_report(const struct stored_report *report,
    const char *const *uris, const time_t *next, size_t count);
MUST_CHECK struct change *change_put_sending(const struct stored_sending *sending);
MUST_CHECK struct change *change_put_sent(uint64_t id, time_t when);
MUST_CHECK struct change *change_resend(const char *report_id, time_t next);
MUST_CHECK struct change *change_put_received(const struct stored_received *received);
MUST_CHECK struct change *change_forget(time_t day);
MUST_CHECK struct change *change_barrier(store_done_fn *done, void *arg);

bool change_may_be_lost(const struct change *c);

/* Whether two that may be lost are about the same row, so that the later one makes the earlier one void. */
bool change_is_same_row(const struct change *a, const struct change *b);

#endif
