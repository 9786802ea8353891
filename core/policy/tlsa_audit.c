/* SPDX-License-Identifier: ISC */
#include "policy/tlsa_audit.h"

#include <stdio.h>

#include "base/mem.h"
#include "policy/tlsa_advice.h"

#define DAY_S 86400

/* --- DNS ---------------------------------------------------------------------------------------- */

static void
audit_addresses(const struct host_facts *h, struct remarks *out)
{
	switch (h->address_outcome) {
	case ADDRESS_FOUND:
		if (h->is_half)
			remark_add(out, REMARK_UNSURE, "",
			    "addresses of one family could not be found out: %s",
			    h->detail);
		break;
	case ADDRESS_NONE:
	case ADDRESS_INVALID:
		remark_add(
		    out, REMARK_BROKEN, "", "the name has no address (RFC 5321, 5.1)");
		break;
	case ADDRESS_ERROR:
		remark_add(out, REMARK_UNSURE, "",
		    "no address could be found out: %s; if other resolvers fail too, mail "
		    "waits (RFC 7672, 2.1.2)",
		    h->detail);
		break;
	}
}

/* Why TLSA was not asked for, or was denied. */
static void
audit_absence(const struct tlsa_audit_input *in, struct remarks *out)
{
	if (!in->is_resolver_trusted)
		remark_add(out, REMARK_UNSURE, "",
		    "the resolver is neither on loopback nor marked trusted: nothing that it "
		    "calls secure can be believed (RFC 7672, 2.1.1)");
	else if (!in->host->is_address_secure)
		remark_add(out, REMARK_BROKEN, "",
		    "DANE not effective: the addresses are not secure by DNSSEC, so senders "
		    "do not look for TLSA; sign the zone of the host, and let the resolver "
		    "here validate (RFC 7672, 2.2.2)");
	else
		remark_add(out, REMARK_BROKEN, "",
		    "DANE not effective: there are no secure TLSA records for this host "
		    "(RFC 7672, 2.2); \"hopseal tlsa make --live\" shows which to publish");
}

static void
audit_tlsa(const struct tlsa_audit_input *in, struct remarks *out)
{
	const struct host_facts *h = in->host;

	switch (h->tlsa_outcome) {
	case TLSA_NOT_ASKED:
	case TLSA_DENIED:
		if (h->address_outcome == ADDRESS_FOUND)
			audit_absence(in, out);
		break;
	case TLSA_FOUND:
		if (!domain_equal(h->base, &h->name))
			remark_add(out, REMARK_NOTE, "",
			    "the host is an alias; senders find TLSA at %s (RFC 7672, "
			    "2.2.2)",
			    h->base->text);
		tlsa_advise(h->tlsa, out);
		break;
	case TLSA_ERROR:
	case TLSA_ALIAS_ERROR:
		remark_add(out, REMARK_BROKEN, "",
		    "the lookup of TLSA fails, senders skip the host: %s (RFC 7672, "
		    "2.1.2)",
		    h->detail);
		break;
	}
	tlsa_advise_ttl(in->ttl_s, out);
}

/* --- one address -------------------------------------------------------------------------------- */

static void
audit_tls(const struct evidence *e, struct remarks *out)
{
	char about[ADDRESS_TEXT_MAX];

	address_text(e->remote, about);
	switch (e->tls) {
	case TLS_UP:
		if (strcmp(e->version, "TLSv1.2") != 0 &&
		    strcmp(e->version, "TLSv1.3") != 0)
			remark_add(out, REMARK_BROKEN, about,
			    "the server knows nothing newer than %s; senders want TLS 1.2 "
			    "(RFC 9325, 3.1.1)",
			    e->version);
		break;
	case TLS_NOT_OFFERED:
		remark_add(out, REMARK_BROKEN, about,
		    "STARTTLS is not offered; with TLSA it must be, to everybody "
		    "(RFC 7672, 2.2 and 9.2)");
		break;
	case TLS_REFUSED:
		remark_add(out, REMARK_BROKEN, about,
		    "STARTTLS is refused: %s (RFC 7672, 2.2)", e->reason);
		break;
	case TLS_FAILED:
		remark_add(out, REMARK_BROKEN, about, "TLS fails: %s (RFC 7672, 2.2)",
		    e->reason);
		break;
	case TLS_UNKNOWN:
		remark_add(
		    out, REMARK_UNSURE, about, "could not be looked at: %s", e->reason);
		break;
	}
}

/* What a sender that was content has not looked at. */
static void
audit_dates(
    const struct cert_facts *c, time_t now, const char *about, struct remarks *out)
{
	if (c->ends < now)
		remark_add(out, REMARK_ADVICE, about,
		    "the certificate has expired; usage 3 does not look at that, everybody "
		    "else does (RFC 7672, 3.1.1)");
	else if (c->ends < now + EXPIRY_WARN_S)
		remark_add(out, REMARK_ADVICE, about,
		    "the certificate expires in less than %d days; the next one may need "
		    "its record now (RFC 7671, 8.1)",
		    (int)((c->ends - now) / DAY_S) + 1);
	else if (c->starts > now)
		remark_add(out, REMARK_ADVICE, about,
		    "the certificate is not valid yet; usage 3 does not look at that, "
		    "everybody else does (RFC 7672, 3.1.1)");
}

/* What the sender says to the chain; detail is OpenSSL's. */
static void
audit_verdict(const struct chain_verdict *v, const struct tlsa_audit_input *in,
    const char *about, struct remarks *out)
{
	switch (v->outcome) {
	case CHAIN_MATCHED:
		break;
	case CHAIN_NO_MATCH:
		remark_add(out, REMARK_BROKEN, about,
		    "no TLSA record matches the certificate or an authority that the server "
		    "sends: mail waits (RFC 7672, 2.2; 3.1.2)");
		break;
	case CHAIN_NAME_MISMATCH:
		remark_add(out, REMARK_BROKEN, about,
		    "the certificate is not for %s, and usage 2 looks at names; only mail for "
		    "domains that it names arrives (RFC 7672, 3.2.2)",
		    in->host->base->text);
		break;
	case CHAIN_EXPIRED:
	case CHAIN_NOT_YET_VALID:
	case CHAIN_NOT_TRUSTED:
	case CHAIN_INVALID:
		remark_add(out, REMARK_BROKEN, about,
		    "%s: mail waits (RFC 7672, 3.1.2)", chain_outcome_text(v->outcome));
		break;
	case CHAIN_UNTRIED:
		remark_add(out, REMARK_UNSURE, about, "the chain was not verified: %s",
		    chain_outcome_text(v->outcome));
		break;
	}
}

/* RFC 7671, section 8: no kind of record without a match, though this sender was content with another. */
static void
audit_kinds(const struct tlsa_set *set, const struct tlsa_match *matches,
    const char *about, struct remarks *out)
{
	size_t i;

	for (i = 0; i < set->count; i++) {
		const struct tlsa *r = &set->records[i];

		if (matches[i].why_not[0] == '\0' && !tlsa_match_kind(set, matches, i))
			remark_add(out, REMARK_BROKEN, about,
			    "no record %u %u %u matches what the server sends, and a sender "
			    "need not look at others; every kind must match (RFC 7671, 8)",
			    r->usage, r->selector, r->matching);
	}
}

static void
audit_match(const struct tlsa_audit_input *in, const struct chain *chain,
    const char *about, struct tlsa_audit_address *a, struct remarks *out)
{
	const struct tlsa_set *set = in->host->tlsa;
	const struct domain *base = in->host->base;
	struct tlsa_set *usable = tlsa_select(set, &tlsa_digests_default);

	a->matches = xcalloc(set->count, sizeof(a->matches[0]));
	tlsa_match_each(set, chain, base, in->now, a->matches);
	if (usable == NULL)
		return;
	a->has_verdict = true;
	dane_verify(chain, usable, &base, 1, in->now, &a->verdict);
	audit_verdict(&a->verdict, in, about, out);
	if (a->verdict.outcome == CHAIN_MATCHED)
		audit_kinds(set, a->matches, about, out);
	free(usable);
}

static void
audit_chain(const struct tlsa_audit_input *in, const struct evidence *e,
    struct tlsa_audit_address *a, struct remarks *out)
{
	const struct chain *chain = e->chain;
	char about[ADDRESS_TEXT_MAX + sizeof(a->cert.key) + 2];

	address_text(e->remote, about);
	a->has_cert = chain->count > 0 && cert_facts_find(chain->certs[0].der,
					      chain->certs[0].len, &a->cert);
	if (a->has_cert)
		snprintf(about + strlen(about), sizeof(about) - strlen(about), ", %s",
		    a->cert.key);
	if (in->host->tlsa_outcome == TLSA_FOUND)
		audit_match(in, chain, about, a, out);
	if (!a->has_cert)
		return;
	if (!a->has_verdict || a->verdict.outcome == CHAIN_MATCHED)
		audit_dates(&a->cert, in->now, about, out);
	if (a->cert.is_weak)
		remark_add(out, REMARK_ADVICE, about,
		    "the key is short; use at least %d bits (RFC 9325, 4.5)",
		    CERT_RSA_BITS_MIN);
}

void
tlsa_audit(const struct tlsa_audit_input *in, struct tlsa_audit *out)
{
	size_t i;

	*out = (struct tlsa_audit){ .count = in->count };
	out->addresses = xcalloc(in->count + 1, sizeof(out->addresses[0]));
	audit_addresses(in->host, &out->remarks);
	audit_tlsa(in, &out->remarks);
	for (i = 0; i < in->count; i++) {
		const struct evidence *e = &in->seen[i];

		audit_tls(e, &out->remarks);
		if (e->chain != NULL)
			audit_chain(in, e, &out->addresses[i], &out->remarks);
	}
}

void
tlsa_audit_clear(struct tlsa_audit *audit)
{
	size_t i;

	for (i = 0; i < audit->count; i++)
		free(audit->addresses[i].matches);
	free(audit->addresses);
	remarks_clear(&audit->remarks);
	*audit = (struct tlsa_audit){ .count = 0 };
}
