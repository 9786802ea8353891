/*
 * Sessions by what their sources have seen, and by what hopseal knows.  SPDX-License-Identifier: ISC
 */
#include "policy/judging.h"
#include "policy/sts_match.h"

#define HANDSHAKE_FAILED "tls-handshake-failure" /* Postfix's word */
#define NOT_VERIFIED     "certificate-not-verified"

/* --- ways to find out what a session came to under a policy that it could comply with -------- */

/*
 * Under verified TLS, OpenSMTPD 7 ends alike where a handshake fails and where it refuses the certificate.  A look that
 * shows a failed handshake settles it.
 */
static bool
may_be_certificate(const struct session *s)
{
	return s->input->event->source == SOURCE_OPENSMTPD && s->tls == TLS_FAILED &&
	       s->input->event->verified == VERIFIED_NO && *s->tls_reason == '\0' &&
	       (s->evidence == NULL || s->evidence->tls != TLS_FAILED);
}

/* The MTA's words, else those of a look. */
static struct cause
handshake_cause(const struct session *s)
{
	const char *said = s->tls_reason;
	const char *seen = s->evidence != NULL ? s->evidence->reason : "";
	bool is_probed = *said == '\0' && *seen != '\0';
	const char *words = is_probed ? seen : said;
	struct cause cause =
	    cause_make(RESULT_VALIDATION, *words != '\0' ? words : HANDSHAKE_FAILED);

	cause.is_probed = is_probed;
	return cause;
}

/* Without TLS there is nothing more to find out (RPT-TYPE-01, -05). */
static enum found
by_handshake(const struct session *s, struct cause *cause)
{
	switch (s->tls) {
	case TLS_NOT_OFFERED:
	case TLS_REFUSED:
		*cause = cause_make(RESULT_STARTTLS_NOT_SUPPORTED, "");
		return FOUND_FAILURE;
	case TLS_FAILED:
		if (may_be_certificate(s))
			break;
		*cause = handshake_cause(s);
		return FOUND_FAILURE;
	case TLS_UP:
	case TLS_UNKNOWN:
		break;
	}
	return FOUND_NOTHING;
}

typedef enum found way_fn(const struct session *s, enum policy_type type,
    struct cause *cause, bool *wants_look);

/* RFC 8461, 4.1. */
static enum found
by_mx_name(const struct session *s, enum policy_type type, struct cause *cause,
    bool *wants_look)
{
	(void)type;
	(void)wants_look;
	if (s->host == NULL || sts_policy_names(s->answer.policy, s->host))
		return FOUND_NOTHING;
	*cause = cause_make(RESULT_VALIDATION, "sts-mx-mismatch");
	return FOUND_FAILURE;
}

/* Whether it is the one that an MTA with our answers holds the certificate against; one in mode testing is not. */
static bool
is_enforced(const struct session *s, enum policy_type type)
{
	bool is_dane;

	if (s->input->event->source == SOURCE_OPENSMTPD)
		return type == POLICY_STS; /* WebPKI is all it knows */
	session_has_policy(s, POLICY_TLSA, &is_dane);
	return type == POLICY_TLSA ? is_dane : !is_dane && s->answer.is_sts_binding;
}

/*
 * Postfix's log says "Verified" of both.  Over an insecure MX a policy that binds makes it pin TLSA records, or verify
 * the name (wire/dialect_postfix.c): no telling which.
 */
static bool
says_verified(const struct session *s, enum policy_type type)
{
	const struct tls_event *event = s->input->event;
	const struct answer *a = &s->answer;

	if (event->verified == VERIFIED_DANE)
		return type == POLICY_TLSA;
	if (event->verified != VERIFIED_NAME)
		return false;
	if (event->source != SOURCE_POSTFIX_LOG)
		return type == POLICY_STS;
	if (a->is_sts_binding && !a->mx_is_secure && !a->mx_is_implicit &&
	    is_enforced(s, POLICY_TLSA))
		return false;
	return is_enforced(s, type);
}

/* Whether a result that the MTA names can be one under this policy (RFC 8460, 4.3). */
static bool
is_of_kind(const struct session *s, enum policy_type type, enum tls_result result)
{
	switch (result) {
	case RESULT_HOST_MISMATCH:
	case RESULT_NOT_TRUSTED:
		/* Sendmail tries WebPKI in every session, and has no such words for DANE. */
		if (s->input->event->source == SOURCE_SENDMAIL)
			return type == POLICY_STS;
		return is_enforced(s, type);
	case RESULT_EXPIRED:
	case RESULT_VALIDATION:
		return is_enforced(s, type);
	case RESULT_STS_FETCH:
	case RESULT_STS_INVALID:
	case RESULT_STS_WEBPKI:
		return type == POLICY_STS;
	case RESULT_TLSA_INVALID:
	case RESULT_DNSSEC_INVALID:
	case RESULT_DANE_REQUIRED:
		return type == POLICY_TLSA;
	case RESULT_STARTTLS_NOT_SUPPORTED:
		break;
	}
	return false; /* TLS was up */
}

/* Whether what a chain shows is what the MTA means; Sendmail's one word for a bad chain is for its dates, too. */
static bool
is_same_matter(const struct session *s, enum tls_result said, enum tls_result seen)
{
	return said == RESULT_VALIDATION || said == seen ||
	       (s->input->event->source == SOURCE_SENDMAIL &&
		   said == RESULT_NOT_TRUSTED && seen == RESULT_EXPIRED);
}

/* The MTA's reason; where it has none, the chain's, unless that is another matter. */
static struct cause
mta_cause(const struct session *s, enum policy_type type, bool *wants_look)
{
	struct cause seen, said = cause_of_words(type, s->result, s->reason);

	if (said.code[0] != '\0')
		return said;
	if (judge_chain(s, type, &seen, wants_look) == FOUND_FAILURE &&
	    is_same_matter(s, said.result, seen.result))
		return seen;
	return cause_make(said.result, NOT_VERIFIED);
}

/* What it has refused is a failure, be the chain what it may. */
static enum found
by_mta_refusal(const struct session *s, enum policy_type type, struct cause *cause,
    bool *wants_look)
{
	if (!s->has_result || !is_of_kind(s, type, s->result))
		return FOUND_NOTHING;
	*cause = mta_cause(s, type, wants_look);
	return FOUND_FAILURE;
}

/* What we would have refused is no success, whatever the MTA was content with: it may know laxer rules. */
static enum found
by_own_chain(const struct session *s, enum policy_type type, struct cause *cause,
    bool *wants_look)
{
	if (s->input->event->chain.count == 0)
		return FOUND_NOTHING;
	return judge_chain(s, type, cause, wants_look);
}

/* Else what it has verified itself it knows best. */
static enum found
by_mta_word(const struct session *s, enum policy_type type, struct cause *cause,
    bool *wants_look)
{
	(void)cause;
	(void)wants_look;
	return says_verified(s, type) ? FOUND_SUCCESS : FOUND_NOTHING;
}

/* What OpenSMTPD has refused by WebPKI has not failed by TLSA for that, and the session has not gone well, either. */
static enum found
by_tlsa(const struct session *s, enum policy_type type, struct cause *cause,
    bool *wants_look)
{
	enum found found = judge_chain(s, type, cause, wants_look);
	bool is_refused = s->input->event->source == SOURCE_OPENSMTPD &&
			  (s->has_result || s->tls != TLS_UP);

	return found == FOUND_SUCCESS && is_refused ? FOUND_NOTHING : found;
}

/* Handshake or certificate: only a look can say more than that the MTA could not verify. */
static enum found
by_look(const struct session *s, enum policy_type type, struct cause *cause,
    bool *wants_look)
{
	if (type == POLICY_NOT_FOUND)
		return FOUND_NOTHING;
	if (type == POLICY_TLSA)
		return by_tlsa(s, type, cause, wants_look);
	if (judge_chain(s, type, cause, wants_look) != FOUND_FAILURE)
		*cause = cause_make(RESULT_VALIDATION, "");
	return FOUND_FAILURE;
}

/* RPT-CNT-02: any TLS will do. */
static enum found
by_any_tls(const struct session *s, enum policy_type type, struct cause *cause,
    bool *wants_look)
{
	(void)s;
	(void)type;
	(void)cause;
	(void)wants_look;
	return FOUND_SUCCESS;
}

#define WAYS_MAX 5

/* For a session with TLS, in this order until one finds something. */
static way_fn *const ways[][WAYS_MAX] = {
	[POLICY_TLSA] = { by_mta_refusal, by_own_chain, by_mta_word, by_tlsa },
	[POLICY_STS] = { by_mx_name, by_mta_refusal, by_own_chain, by_mta_word,
	    judge_chain },
	[POLICY_NOT_FOUND] = { by_any_tls },
};

static enum found
find_out(const struct session *s, enum policy_type type, struct cause *cause,
    bool *wants_look)
{
	enum found found = by_handshake(s, cause);
	size_t i;

	if (may_be_certificate(s))
		return by_look(s, type, cause, wants_look);
	if (s->tls != TLS_UP)
		return found;
	for (i = 0; found == FOUND_NOTHING && i < WAYS_MAX; i++)
		if (ways[type][i] != NULL)
			found = ways[type][i](s, type, cause, wants_look);
	return found;
}

/* --- entries -------------------------------------------------------------------------------------- */

static void
add_failure(const struct session *s, struct judged_policy *p, const struct cause *cause)
{
	judged_failure_place(judged_policy_note(p, cause), s);
	p->is_failed = true;
}

/* Its domain and text (RPT-JSON-08, -09). */
static struct judged_policy *
add_policy(const struct session *s, enum policy_type type, struct judgement *out)
{
	struct judged_policy *p;

	if (type == POLICY_TLSA) {
		p = judgement_add(out, type, s->host_answer->base);
		judged_policy_set_tlsa(p, s->host_facts->tlsa);
		return p;
	}
	p = judgement_add(out, type, &s->input->facts->next_hop->domain);
	if (type == POLICY_STS && s->answer.policy != NULL)
		judged_policy_set_sts(p, s->answer.policy);
	return p;
}

/* No session can comply with it; how far this one came may fail as well (RPT-CNT-04). */
static void
add_unusable(const struct session *s, enum policy_type type, struct judgement *out)
{
	struct judged_policy *p = add_policy(s, type, out);
	struct cause cause;

	if (type == POLICY_TLSA) {
		cause = cause_of_words(type, RESULT_TLSA_INVALID, "");
		judged_failure_set_host(judged_policy_note(p, &cause), s->host);
	} else if (sts_failure_find(s->input->facts, NULL, &cause)) {
		judged_policy_note(p, &cause);
	}
	p->is_failed = true;
	if (by_handshake(s, &cause) == FOUND_FAILURE)
		add_failure(s, p, &cause);
}

static void
add_usable(const struct session *s, enum policy_type type, struct judgement *out)
{
	struct judged_policy *p;
	struct cause cause;
	enum found found = find_out(s, type, &cause, &out->wants_probe);

	if (found == FOUND_NOTHING)
		return;
	p = add_policy(s, type, out);
	if (found == FOUND_FAILURE)
		add_failure(s, p, &cause);
	if (type == POLICY_STS)
		judged_policy_note_refresh(p, s);
}

/* Whether the host of the session is not known, and may be one with TLSA records. */
static bool
may_have_tlsa(const struct session *s)
{
	size_t i;

	for (i = 0; s->host_answer == NULL && i < s->answer.count; i++)
		if (s->answer.hosts[i].base != NULL)
			return true;
	return false;
}

/* Whether there is no other policy, so that "no policy found" is more than ignorance. */
static bool
is_all_known(const struct session *s)
{
	const struct facts *facts = s->input->facts;

	return facts != NULL && facts->route != NULL && !may_have_tlsa(s);
}

void
judge_seen(const struct session *s, unsigned told, struct judgement *out)
{
	static const enum policy_type types[] = { POLICY_TLSA, POLICY_STS };
	bool is_usable, is_none = true;
	size_t i;

	for (i = 0; i < COUNT_OF(types); i++) {
		if ((told & 1U << types[i]) != 0 ||
		    !session_has_policy(s, types[i], &is_usable))
			continue;
		is_none = false;
		if (is_usable)
			add_usable(s, types[i], out);
		else
			add_unusable(s, types[i], out);
	}
	if (told == 0 && is_none && is_all_known(s) && !judge_skipped(s, out))
		add_usable(s, POLICY_NOT_FOUND, out);
	/* Evidence names the host. */
	if ((told & 1U << POLICY_TLSA) == 0 && s->tls == TLS_UP &&
	    s->input->evidence == NULL && may_have_tlsa(s))
		out->wants_probe = true;
}
