/*
 * What a session counts as (RFC 8460, sections 4.2 and 4.3).  SPDX-License-Identifier: ISC
 *
 * Like decide(), but that what a chain came to is remembered for a minute (policy/chain_memo.h): event, facts and evidence in, RFC 8460 results out, one for each policy that applied.
 */
#ifndef HOPSEAL_POLICY_JUDGE_H
#define HOPSEAL_POLICY_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/strbuf.h"
#include "policy/dane_verify.h"
#include "policy/decide.h"
#include "policy/facts.h"
#include "wire/tls_event.h"

/*
 * What a look of our own at the server showed (lookup/probe.h).  The chain is judged here, for the policies at
 * hand; it was taken from the host and address that the session went to, or, where the event does not say, from the most
 * preferred MX host that answered.
 */
struct evidence {
	const struct domain *host;
	const struct address *remote;
	const char *helo; /* "" */
	enum event_tls
	    tls; /* UP, NOT_OFFERED, REFUSED, FAILED; UNKNOWN: the host could not be reached */
	bool is_unroutable;        /* UNKNOWN, since this machine has no way there */
	const char *reason;        /* of FAILED and REFUSED; "" */
	const char *version;       /* of UP; "TLSv1.3" */
	const struct chain *chain; /* UP only */
};

#define JUDGED_MAX (EVENT_POLICIES_MAX + 2)

/* One failure of one session under one policy; "" and has_ false: not known, left out of the report. */
struct judged_failure {
	enum tls_result result;
	char code[REASON_CODE_MAX + 1];
	bool has_local, has_remote;
	struct address local, remote;
	char host[DOMAIN_MAX + 1];
	char helo[HELO_MAX + 1];
};

struct judged_policy {
	enum policy_type type;
	struct domain domain; /* RPT-JSON-09: next-hop, or TLSA base domain */
	struct strbuf text;   /* policy strings, joined by '\n' (RPT-JSON-08) */
	struct strbuf mx;     /* MX patterns, joined by '\n' */
	/* The session counts as failed, or as successful.  A successful one may have a failure beside it: of the
	 * last fetch of a policy that still holds (RPT-CNT-12). */
	bool is_failed;
	size_t failure_count;
	struct judged_failure *failures; /* owned */
};

struct judgement {
	/* The judgement would be better with a look at the server: wanted of whom the MTA has not judged. */
	bool wants_probe;
	size_t count; /* 0: not counted (RPT-CNT-07, -08, -10) */
	struct judged_policy items[JUDGED_MAX];
};

struct judge_input {
	const struct tls_event *event;
	const struct facts *facts; /* NULL: nothing is known of the next-hop any more */
	const struct settings *settings;
	const struct evidence *evidence; /* NULL: no probe was made, none can be */
	const struct trust_store *trust; /* for chains; NULL: PKIX cannot be judged */
	time_t now;
};

/*
 * Judge one outbound session.
 *
 * Where the source has judged (event->policies), its successes and failures stand, made more precise: code 205 with an
 * OpenSSL reason becomes the type that RFC 8460 has for it; success under a testing policy that the MTA did not verify
 * waits for evidence; a failed fetch of the policy (RPT-CNT-12), unusable TLSA (RPT-TYPE-06) and the STS policy beside
 * DANE (RPT-CNT-05, with evidence only) are added from facts.  Else everything comes from facts, the event's tls, verified
 * and chain, and evidence.  Nothing is invented: without evidence an MTA's own word is taken, and a policy of which nothing
 * is known for this session gets no entry.
 *
 * Of the session's own chain and the MTA's word the stricter one counts: success is compliance with the policy, not delivery
 * (RPT-CNT-02, -03).  What the MTA refused is a failure under the policy that it enforced, with the chain's fault as the
 * cause, certificate-not-verified where we find none.  What we would have refused is a failure although the MTA was
 * content, and so is TLS with a host that is not to be used because of DANE.  A policy in mode testing nobody has enforced:
 * there the chain alone counts.
 *
 * *out is to be cleared with judgement_clear().
 */
void judge(const struct judge_input *input, struct judgement *out);

/*
 * Judge a refusal of ours: a question answered with VERDICT_DEFER for a reason that RFC 8460 has a word for
 * (dnssec-invalid, dane-required, an MX set without a host of the policy).  count 0 when it is none of these, or
 * the MTA will see and report it itself.  One question counts as one session, with the most preferred host that was
 * refused for such a reason.
 */
void judge_refusal(
    const struct facts *facts, const struct answer *answer, struct judgement *out);

void judgement_clear(struct judgement *judgement);

#endif
