/*
 * What is wrong with the certificates that an address shows.  SPDX-License-Identifier: ISC
 */
#include "audit/host_audit_parts.h"

#include <stdio.h>

#define DAY_S 86400

/* --- the certificate itself ------------------------------------------------------------------- */

static const struct remark_kind
    expired = { REMARK_ADVICE, "cert-expired",
	    "usage 3 does not look at that, everybody else does (RFC 7672, 3.1.1)",
	    "renew it" },
    expires = { REMARK_ADVICE, "cert-expires",
	    "the next one may need its record now (RFC 7671, 8.1)",
	    "renew it; \"hopseal tlsa plan\" says in which order" },
    early = { REMARK_ADVICE, "cert-early",
	    "usage 3 does not look at that, everybody else does (RFC 7672, 3.1.1)",
	    "set the clock of the server, or wait" };

/* What a sender that was content has not looked at. */
static void
audit_dates(
    const struct cert_facts *c, time_t now, const char *about, struct remarks *out)
{
	if (c->ends < now)
		remarks_add(out, &expired, about, "the certificate has expired");
	else if (c->ends < now + EXPIRY_WARN_S)
		remarks_add(out, &expires, about,
		    "the certificate expires in less than %d days",
		    (int)((c->ends - now) / DAY_S) + 1);
	else if (c->starts > now)
		remarks_add(out, &early, about, "the certificate is not valid yet");
}

static const struct remark_kind
    weak = { REMARK_ADVICE, "key-weak",
	    "senders may refuse RSA of less than 2048 bits (RFC 9325, 4.5)",
	    "make an RSA key of 2048 bits, or an EC key of P-256" },
    old_digest = { REMARK_ADVICE, "cert-old-digest",
	    "TLS libraries take no such chain any more (RFC 9325, 4.5)",
	    "get a certificate that is signed over SHA2-256" };

/* Where the key alone counts, by usage 3, who has signed the certificate does not matter (conformance TLS-04). */
static bool
is_key_alone(const struct host_audit_address *a)
{
	return a->has_verdict && a->verdict.outcome == CHAIN_MATCHED &&
	       a->verdict.matched.usage == TLSA_DANE_EE && !a->has_webpki;
}

static bool
is_refused(bool has_verdict, const struct chain_verdict *v)
{
	return has_verdict && v->outcome != CHAIN_MATCHED;
}

static void
audit_cert(const struct host_audit_address *a, time_t now, const char *about,
    struct remarks *out)
{
	if (!is_refused(a->has_verdict, &a->verdict) &&
	    !is_refused(a->has_webpki, &a->webpki))
		audit_dates(&a->cert, now, about, out);
	if (a->cert.is_weak)
		remarks_add(out, &weak, about, "the key is short");
	if (!is_key_alone(a) && a->has_old_digest)
		remarks_add(out, &old_digest, about, "a signature over SHA-1 or MD5");
}

/* --- DANE ------------------------------------------------------------------------------------- */

static const struct remark_kind
    no_match = { REMARK_BROKEN, "tlsa-no-match", "mail waits (RFC 7672, 2.2; 3.1.2)",
	    "publish the record of this certificate; \"hopseal tlsa make --live\" shows it" },
    wrong_name = { REMARK_BROKEN, "tlsa-name-mismatch",
	    "usage 2 looks at names, only mail for domains that it names arrives "
	    "(RFC 7672, 3.2.2)",
	    "get a certificate with the name of the host" },
    chain_fails = { REMARK_BROKEN, "tlsa-chain-fails", "mail waits (RFC 7672, 3.1.2)",
	    "renew the certificate, or send the whole chain" },
    untried = { REMARK_UNSURE, "tlsa-untried",
	    "the TLS library here would not do it (RFC 7672, 2.2)", "try again" };

/* What the sender says to the chain. */
static void
audit_verdict(const struct chain_verdict *v, const struct host_audit_input *in,
    const char *about, struct remarks *out)
{
	switch (v->outcome) {
	case CHAIN_MATCHED:
		break;
	case CHAIN_NO_MATCH:
		remarks_add(out, &no_match, about,
		    "no TLSA record matches the certificate or an authority that the "
		    "server sends");
		break;
	case CHAIN_NAME_MISMATCH:
		remarks_add(out, &wrong_name, about, "the certificate is not for %s",
		    in->view->host->base->text);
		break;
	case CHAIN_EXPIRED:
	case CHAIN_NOT_YET_VALID:
	case CHAIN_NOT_TRUSTED:
	case CHAIN_INVALID:
		remarks_add(
		    out, &chain_fails, about, "%s", chain_outcome_text(v->outcome));
		break;
	case CHAIN_UNTRIED:
		remarks_add(out, &untried, about, "the chain was not verified: %s",
		    chain_outcome_text(v->outcome));
		break;
	}
}

static const struct remark_kind kind_unmatched = { REMARK_BROKEN, "tlsa-kind-unmatched",
	"a sender need not look at the others; every kind must match (RFC 7671, 8)",
	"correct or remove the records of this kind" };

/* RFC 7671, section 8: no kind of record without a match, though this sender was content with another. */
static void
audit_kinds(const struct tlsa_set *set, const struct tlsa_match *matches,
    const char *about, struct remarks *out)
{
	size_t i;

	for (i = 0; i < set->count; i++) {
		const struct tlsa *r = &set->records[i];

		if (matches[i].why_not[0] == '\0' && !tlsa_match_kind(set, matches, i))
			remarks_add(out, &kind_unmatched, about,
			    "no record %u %u %u matches what the server sends",
			    r->usage, r->selector, r->matching);
	}
}

static void
audit_dane(const struct host_audit_input *in, const struct host_audit_address *a,
    const char *about, struct remarks *out)
{
	audit_verdict(&a->verdict, in, about, out);
	if (a->verdict.outcome == CHAIN_MATCHED)
		audit_kinds(in->view->host->tlsa, a->matches, about, out);
}

/* --- MTA-STS ---------------------------------------------------------------------------------- */

static const struct remark_kind
    refused = { REMARK_BROKEN, "webpki-fails",
	    "senders that know MTA-STS do not deliver (RFC 8461, 4.2; 5)",
	    "get a certificate for the name of the host from a public authority, and send "
	    "the whole chain" },
    refused_later = { REMARK_ADVICE, "webpki-fails-testing",
	    "under enforce mail will wait (RFC 8461, 4.2; 5)",
	    "get a certificate for the name of the host from a public authority, and send "
	    "the whole chain" };

static void
audit_webpki(const struct host_audit_input *in, const struct chain_verdict *v,
    const char *about, struct remarks *out)
{
	const struct remark_kind *kind =
	    in->sts == STS_ENFORCE ? &refused : &refused_later;

	if (v->outcome != CHAIN_MATCHED)
		remarks_add(out, kind, about, "%s%s%s", chain_outcome_text(v->outcome),
		    v->detail[0] != '\0' ? ": " : "", v->detail);
}

/* --- all of it ---------------------------------------------------------------------------------- */

void
audit_chain(const struct host_audit_input *in, const struct evidence *e,
    const struct host_audit_address *a, struct remarks *out)
{
	char about[ADDRESS_TEXT_MAX + sizeof(a->cert.key) + 2];

	address_text(e->remote, about);
	if (a->has_cert)
		snprintf(about + strlen(about), sizeof(about) - strlen(about), ", %s",
		    a->cert.key);
	if (a->has_verdict)
		audit_dane(in, a, about, out);
	if (a->has_webpki)
		audit_webpki(in, &a->webpki, about, out);
	if (a->has_cert)
		audit_cert(a, in->now, about, out);
}
