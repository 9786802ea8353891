/* SPDX-License-Identifier: ISC */
#include "policy/judge.h"

#include "policy/judging.h"

/* --- what applied --------------------------------------------------------------------------------- */

/* A policy is not there when the operator wants none (conformance MAND-04). */
static bool
lacks_sts(const struct session *s)
{
	const struct facts *facts = s->input->facts;
	struct cause cause;

	if (facts == NULL || s->answer.policy != NULL ||
	    (facts->override != NULL && facts->override->action == OVERRIDE_MAY))
		return false;
	return sts_failure_find(facts, NULL, &cause);
}

/*
 * The entries that RFC 8460 wants beside each other (4.; conformance MIX-06): what decide() rests on is what applied.
 *
 *                                               applies   usable
 * tlsa   secure records, DANE on for the host   yes       yes
 *        the same, none of them usable          yes       no: tlsa-invalid
 * sts    mode enforce or testing, in force      yes       yes
 *        mode none (RPT-CNT-09)                 no
 *        valid record, but no policy to be had  yes       no: sts-policy-... (RPT-CNT-12)
 */
bool
session_has_policy(const struct session *s, enum policy_type type, bool *is_usable)
{
	const struct host_answer *host = s->host_answer;
	const struct sts_policy *policy = s->answer.policy;

	switch (type) {
	case POLICY_TLSA:
		*is_usable = host != NULL && host->tlsa != NULL;
		return host != NULL && host->base != NULL;
	case POLICY_STS:
		*is_usable = policy != NULL && policy->mode != STS_NONE;
		return *is_usable || lacks_sts(s);
	case POLICY_NOT_FOUND:
		break;
	}
	*is_usable = false;
	return false;
}

/* --- what is known of the session --------------------------------------------------------------------- */

/* The first failure that the source tells of; NULL: none. */
static const struct event_failure *
first_failure(const struct tls_event *event)
{
	size_t i;

	for (i = 0; i < event->policy_count; i++)
		if (event->policies[i].failure_count > 0)
			return &event->policies[i].failures[0];
	return NULL;
}

/* What a failure says of the handshake: certificates are seen only in one that was completed. */
static enum event_tls
tls_of(const struct event_failure *f)
{
	static const enum event_tls tls[] = {
		[RESULT_STARTTLS_NOT_SUPPORTED] = TLS_NOT_OFFERED,
		[RESULT_HOST_MISMATCH] = TLS_UP,
		[RESULT_NOT_TRUSTED] = TLS_UP,
		[RESULT_EXPIRED] = TLS_UP,
		[RESULT_VALIDATION] = TLS_UP,
		[RESULT_STS_FETCH] = TLS_UNKNOWN,
		[RESULT_STS_INVALID] = TLS_UNKNOWN,
		[RESULT_STS_WEBPKI] = TLS_UNKNOWN,
		[RESULT_TLSA_INVALID] = TLS_UNKNOWN,
		[RESULT_DNSSEC_INVALID] = TLS_UNKNOWN,
		[RESULT_DANE_REQUIRED] = TLS_UNKNOWN,
	};

	/* Postfix; its other 205s are about certificates. */
	if (f->result == RESULT_VALIDATION &&
	    strcmp(f->reason, "tls-handshake-failure") == 0)
		return TLS_FAILED;
	return tls[f->result];
}

static void
learn_tls(struct session *s, const struct event_failure *told)
{
	const struct tls_event *event = s->input->event;

	s->tls = event->tls;
	s->tls_reason = event->reason;
	if (s->tls != TLS_UNKNOWN)
		return;
	if (told != NULL) {
		s->tls = tls_of(told);
		s->tls_reason = told->reason;
	} else if (event->policy_count > 0 || event->verified == VERIFIED_DANE ||
		   event->verified == VERIFIED_NAME ||
		   event->verified == VERIFIED_CHAIN) {
		s->tls = TLS_UP;
	}
}

/* An MTA that knows of no policy has held the certificate against what we have answered (wire/dialect_postfix.c). */
static void
learn_result(struct session *s, const struct event_failure *told)
{
	const struct tls_event *event = s->input->event;
	bool is_told = told != NULL && event->policies[0].type == POLICY_NOT_FOUND &&
		       tls_of(told) == TLS_UP;

	s->has_result = is_told || event->has_result;
	s->result = is_told ? told->result : event->result;
	s->reason = is_told ? told->reason : event->reason;
}

/* What an MTA calls a host may be the name that it is an alias of; reports want that of the MX record (RPT-JSON-15). */
static const struct domain *
mx_host(const struct session *s, const struct domain *seen)
{
	const struct facts *facts = s->input->facts;
	const struct host_facts *host = NULL;

	if (facts != NULL && facts->route != NULL)
		host = route_find_host(facts->route, seen);
	return host != NULL ? &host->name : seen;
}

static void
learn_place(struct session *s)
{
	const struct tls_event *event = s->input->event;

	s->host = event->host.len > 0 ? mx_host(s, &event->host) : NULL;
	s->local = event->has_local ? &event->local : NULL;
	s->remote = event->has_remote ? &event->remote : NULL;
	s->helo = event->helo;
}

/* The host of the TLSA records that the source has used. */
static const struct domain *
host_of_base(const struct session *s)
{
	const struct tls_event *event = s->input->event;
	size_t i, k;

	for (i = 0; i < event->policy_count; i++) {
		if (event->policies[i].type != POLICY_TLSA)
			continue;
		for (k = 0; k < s->answer.count; k++)
			if (s->answer.hosts[k].base != NULL &&
			    domain_equal(
				s->answer.hosts[k].base, &event->policies[i].domain))
				return s->answer.hosts[k].name;
	}
	return NULL;
}

/* The one host that has the session's address. */
static const struct domain *
host_of_address(const struct session *s)
{
	const struct route *route =
	    s->input->facts != NULL ? s->input->facts->route : NULL;
	const struct domain *host = NULL;
	size_t i;

	if (route == NULL || s->remote == NULL)
		return NULL;
	for (i = 0; i < route->host_count; i++) {
		if (!host_has_address(&route->hosts[i], s->remote))
			continue;
		if (host != NULL)
			return NULL;
		host = &route->hosts[i].name;
	}
	return host;
}

static bool
is_about(const struct evidence *evidence, const struct session *s)
{
	if (s->host != NULL && !domain_equal(s->host, evidence->host))
		return false;
	return s->remote == NULL || address_equal(s->remote, evidence->remote);
}

/* What the source leaves open: a next-hop with one host leaves no choice, else evidence names it. */
static void
complete_place(struct session *s)
{
	const struct evidence *evidence = s->input->evidence;

	if (s->host == NULL)
		s->host = host_of_base(s);
	if (s->host == NULL)
		s->host = host_of_address(s);
	if (s->host == NULL && s->answer.count == 1 && s->answer.hosts[0].name->len > 0)
		s->host = s->answer.hosts[0].name;
	s->evidence = NULL;
	if (evidence == NULL || evidence->tls == TLS_UNKNOWN || !is_about(evidence, s))
		return;
	s->evidence = evidence;
	s->host = evidence->host;
	s->remote = evidence->remote;
	if (s->helo[0] == '\0')
		s->helo = evidence->helo;
}

static void
find_host(struct session *s)
{
	size_t i;

	s->host_facts = NULL;
	s->host_answer = NULL;
	for (i = 0; s->host != NULL && i < s->answer.count; i++) {
		if (!domain_equal(s->answer.hosts[i].name, s->host))
			continue;
		s->host_facts = &s->input->facts->route->hosts[i];
		s->host_answer = &s->answer.hosts[i];
		return;
	}
}

static void
learn(struct session *s, const struct judge_input *input)
{
	const struct event_failure *told = first_failure(input->event);

	s->input = input;
	if (input->facts != NULL) {
		decide(input->facts, input->settings, input->now, &s->answer);
	} else {
		s->answer.policy = NULL;
		s->answer.count = 0;
	}
	learn_tls(s, told);
	learn_result(s, told);
	learn_place(s);
	complete_place(s);
	find_host(s);
}

void
judge(const struct judge_input *input, struct judgement *out)
{
	struct session s;

	out->wants_probe = false;
	out->count = 0;
	if (input->event->is_inbound)
		return;
	learn(&s, input);
	if (input->event->policy_count > 0)
		judge_told(&s, out);
	else if (s.tls != TLS_UNKNOWN)
		judge_seen(&s, 0, out);
	else
		judge_unreached(&s, out);
	answer_clear(&s.answer);
}
