/*
 * What a domain has served as its MTA-STS policy, as far as it was looked at.  SPDX-License-Identifier: ISC
 *
 * Senders keep policies for up to a year.  Whether a change was made in the right order, and when the last old policy has been
 * forgotten, shows only to who remembers.  Kept as text, a line for each policy.
 *
 * What was served before the first look is not known.  It was replaced by then, so that nobody has it any more a year later
 * (STS_MAX_AGE_MAX): a history that is as old is all there is to know.  What comes and goes between two looks is missed.
 */
#ifndef HOPSEAL_PUBLISH_STS_HISTORY_H
#define HOPSEAL_PUBLISH_STS_HISTORY_H

#include <stdbool.h>
#include <time.h>

#include "base/strbuf.h"
#include "wire/sts_policy.h"
#include "wire/sts_record.h"

#define STS_HISTORY_MAX       64 /* policies; the oldest are dropped */
#define STS_HISTORY_BYTES_MAX 16384

struct sts_served {
	time_t first, last;      /* seen, UTC */
	char id[STS_ID_MAX + 1]; /* of the record beside it; "" none */
	enum sts_mode mode;
	uint32_t max_age_s;
	uint64_t sum; /* of the text, to see a change; 0: there was none */
};

/* All zero: nothing is remembered. */
struct sts_history {
	size_t count;
	struct sts_served items[STS_HISTORY_MAX]; /* oldest first */
	struct {
		time_t since; /* it was first said, UTC */
		uint64_t sum; /* 0: nothing is */
	} wanted;             /* what is to be served, and is not yet */
};

/* ST_OK, or ST_SYNTAX with the line. */
MUST_CHECK enum status sts_history_parse(
    const char *text, size_t len, struct sts_history *out, struct why *why);

void sts_history_add_text(const struct sts_history *history, struct strbuf *out);

/* The policy is served now beside a record with this id, "" none.  policy NULL: there is none, which is one of mode none. */
void sts_history_note(struct sts_history *history, const struct sts_policy *policy,
    const char *id, time_t now);

/* This policy is to be served.  Since when is remembered until it is served, or another one is wanted. */
void sts_history_want(
    struct sts_history *history, const struct sts_policy *policy, time_t now);

/* The last one; NULL: there is none. */
const struct sts_served *sts_history_last(const struct sts_history *history);

bool sts_served_is(const struct sts_served *served, const struct sts_policy *policy);

/*
 * Until when a sender may have a policy of the history in memory that is not of mode none: it got that at the last moment before
 * another one was there, which is now for the last.  0: none was served.
 */
time_t sts_history_cached_until(const struct sts_history *history, time_t now);

/* The same of what was served before the first look. */
time_t sts_history_unknown_until(const struct sts_history *history, time_t now);

/* Since when nothing but mode none was seen; now where that has not begun. */
time_t sts_history_none_since(const struct sts_history *history, time_t now);

#endif
