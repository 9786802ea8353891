/*
 * No session took place: questions that we answer with "later", and hosts that an MTA does not connect to.
 * SPDX-License-Identifier: ISC
 */
#include "policy/judging.h"

/* What the reasons count as; those without a row are no matter of TLS, or ours alone. */
static const struct refusal {
	enum reason reason;
	enum policy_type type;
	enum tls_result result;
	const char *code;
	bool needs_secure_mx; /* else the host's addresses need not be secure */
} refusals[] = {
	{ REASON_TLSA_ERROR, POLICY_TLSA, RESULT_DNSSEC_INVALID, "", false },
	{ REASON_ALIAS_ERROR, POLICY_TLSA, RESULT_DNSSEC_INVALID, "", false },
	{ REASON_ADDRESS_ERROR, POLICY_TLSA, RESULT_DNSSEC_INVALID, "", true },
	{ REASON_DANE_REQUIRED, POLICY_TLSA, RESULT_DANE_REQUIRED, "", false },
	{ REASON_DANE_REQUIRED_MX, POLICY_TLSA, RESULT_DANE_REQUIRED, "", false },
	{ REASON_STS_NOT_NAMED, POLICY_STS, RESULT_VALIDATION, "sts-mx-mismatch",
	    false },
};

/* The operator does without DANE: what DNS says of it counts for nothing. */
static bool
is_dane_ignored(const struct facts *facts)
{
	return facts->override != NULL &&
	       (facts->override->action == OVERRIDE_NO_DANE ||
		   facts->override->action == OVERRIDE_MAY);
}

static const struct refusal *
find_refusal(const struct facts *facts, const struct answer *answer,
    const struct host_answer *host)
{
	const struct refusal *r;
	size_t i;

	for (i = 0; i < COUNT_OF(refusals); i++) {
		r = &refusals[i];
		if (r->reason != host->reason)
			continue;
		if (r->needs_secure_mx &&
		    (!answer->mx_is_secure || is_dane_ignored(facts)))
			return NULL;
		return r;
	}
	return NULL;
}

/* A failure under DANE; base NULL: the host has none. */
static struct judged_policy *
add_tlsa(const struct domain *base, const struct domain *host,
    const struct cause *cause, struct judgement *out)
{
	struct judged_policy *p =
	    judgement_add(out, POLICY_TLSA, base != NULL ? base : host);

	judged_failure_set_host(judged_policy_note(p, cause), host);
	p->is_failed = true;
	return p;
}

static struct judged_policy *
add_refusal(const struct facts *facts, const struct answer *answer,
    const struct host_answer *host, const struct refusal *r, struct judgement *out)
{
	struct cause cause = cause_make(r->result, r->code);
	struct judged_policy *p;

	if (r->type == POLICY_TLSA)
		return add_tlsa(host->base, host->name, &cause, out);
	p = judgement_add(out, r->type, &answer->next_hop->domain);
	judged_policy_set_sts(p, answer->policy);
	judged_failure_set_host(judged_policy_note(p, &cause), host->name);
	p->is_failed = true;
	if (sts_failure_find(facts, answer->policy, &cause))
		judged_policy_note(p, &cause);
	return p;
}

void
judge_refusal(
    const struct facts *facts, const struct answer *answer, struct judgement *out)
{
	const struct refusal *r = NULL;
	size_t i;

	out->wants_probe = false;
	out->count = 0;
	if (answer->verdict != VERDICT_DEFER)
		return;
	for (i = 0; r == NULL && i < answer->count; i++) {
		r = find_refusal(facts, answer, &answer->hosts[i]);
		if (r != NULL)
			add_refusal(facts, answer, &answer->hosts[i], r, out);
	}
}

bool
judge_skipped(const struct session *s, struct judgement *out)
{
	const struct host_answer *host = s->host_answer;
	const struct refusal *r = NULL;
	struct judged_policy *p;

	if (host != NULL && host->verdict == VERDICT_SKIP)
		r = find_refusal(s->input->facts, &s->answer, host);
	if (r == NULL || r->type != POLICY_TLSA)
		return false;
	p = add_refusal(s->input->facts, &s->answer, host, r, out);
	judged_failure_place(&p->failures[0], s);
	return true;
}

/* Whether it is a failure of the host (RFC 8460, 4.3.2.2); what is required here only the operator can say (RPT-TYPE-08). */
static bool
counts_unreached(const struct facts *facts, enum tls_result result)
{
	switch (result) {
	case RESULT_TLSA_INVALID:
	case RESULT_DNSSEC_INVALID:
		return facts == NULL || !is_dane_ignored(facts);
	case RESULT_DANE_REQUIRED:
		return facts != NULL && facts->override != NULL &&
		       facts->override->action == OVERRIDE_DANE_ONLY;
	case RESULT_STARTTLS_NOT_SUPPORTED:
	case RESULT_HOST_MISMATCH:
	case RESULT_NOT_TRUSTED:
	case RESULT_EXPIRED:
	case RESULT_VALIDATION:
	case RESULT_STS_FETCH:
	case RESULT_STS_INVALID:
	case RESULT_STS_WEBPKI:
		break;
	}
	return false;
}

void
judge_unreached(const struct session *s, struct judgement *out)
{
	const struct tls_event *event = s->input->event;
	struct judged_policy *p;
	struct cause cause;

	if (!event->has_result || s->host == NULL ||
	    !counts_unreached(s->input->facts, event->result))
		return;
	cause = cause_of_words(POLICY_TLSA, event->result, event->reason);
	p = add_tlsa(
	    s->host_answer != NULL ? s->host_answer->base : NULL, s->host, &cause, out);
	if (s->host_answer != NULL && s->host_answer->base != NULL)
		judged_policy_set_tlsa(p, s->host_facts->tlsa);
}
