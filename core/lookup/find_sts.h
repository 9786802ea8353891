/*
 * A domain's MTA-STS policy: TXT record, then, if wanted, the policy itself (RFC 8461, 3.1 to 3.3).
 * SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_LOOKUP_FIND_STS_H
#define HOPSEAL_LOOKUP_FIND_STS_H

#include "lookup/lookup.h"
#include "policy/facts.h"

#define RECORD_TTL_MAX 3600 /* seconds until the live id is looked at again */

/* When the policy is to be fetched. */
enum sts_wish {
	STS_FETCH_IF_NEW, /* a live id that is neither known nor paused */
	STS_FETCH_ALWAYS, /* a refresh: also the known id, also without a live record */
};

struct sts_question {
	struct domain domain;
	enum sts_wish wish;
	char known_id[STS_ID_MAX +
		      1]; /* of the unexpired policy in the cache; "": none */
	char paused_id[STS_ID_MAX +
		       1]; /* failed a moment ago, not to be tried again; "" */
	bool has_pause;
};

struct sts_result {
	bool is_record_error;
	enum sts_record_outcome record;
	char id[STS_ID_MAX + 1]; /* live; "" without STS_RECORD_FOUND */
	uint32_t record_ttl_s;
	bool leans_on_known;       /* fetched, or not, because of the known policy */
	enum sts_attempt attempt;  /* STS_ATTEMPT_NONE: nothing was fetched */
	struct sts_policy *policy; /* STS_ATTEMPT_OK; the receiver may take it */
	char detail[FACT_DETAIL_MAX];
};

struct find_sts;

typedef void find_sts_done_fn(struct sts_result *result, void *arg);

/* question is copied; trace may be NULL.  done as in net/dns.h. */
struct find_sts *find_sts_start(struct lookup *lookup,
    const struct sts_question *question, struct trace *trace, find_sts_done_fn *done,
    void *arg);

void find_sts_cancel(struct find_sts *find);

#endif
