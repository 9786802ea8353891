/* SPDX-License-Identifier: ISC */
#include "audit/mix_audit.h"

#include <string.h>

#include "audit/resolver_view.h"

/* --- DANE and MTA-STS ----------------------------------------------------------------------------- */

static bool
has_dane(const struct audit_host *host)
{
	return host->view != NULL && host->view->host->tlsa_outcome == TLSA_FOUND;
}

/* Senders are told that there is none; what could not be found out is for host_audit() to say. */
static bool
lacks_dane(const struct audit_host *host)
{
	const struct host_facts *h = host->view != NULL ? host->view->host : NULL;

	return h != NULL && h->address_outcome == ADDRESS_FOUND &&
	       (h->tlsa_outcome == TLSA_NOT_ASKED || h->tlsa_outcome == TLSA_DENIED);
}

static size_t
count(const struct audit *audit, bool (*is_one)(const struct audit_host *host))
{
	size_t i, n = 0;

	for (i = 0; i < audit->count; i++)
		n += is_one(&audit->hosts[i]);
	return n;
}

/* A policy, or nobody can say. */
static bool
may_have_sts(const struct audit *audit)
{
	const struct sts_policy *policy = audit_policy(audit);

	if (policy != NULL)
		return policy->mode != STS_NONE;
	return audit->sts->record.is_error || audit->sts->is_host_error ||
	       sts_view_is_blind(audit->sts);
}

static const struct remark_kind
    unprotected = { REMARK_ADVICE, "unprotected",
	    "whoever is on the path can read the mail, or take it (RFC 7672, 1.3)",
	    "sign the zones and publish TLSA, or publish a policy: \"hopseal tlsa make\", "
	    "\"hopseal sts make\"" },
    partial = { REMARK_ADVICE, "dane-partial",
	    "whoever is on the path can lead mail to these (RFC 7672, 2.2.1)",
	    "publish TLSA for all of them" },
    mx_insecure = { REMARK_ADVICE, "dane-mx-insecure",
	    "whoever is on the path can name other hosts (RFC 7672, 2.2.1)",
	    "sign the zone of the mail domain, too" };

static void
audit_protection(const struct audit *audit, struct remarks *out)
{
	size_t dane = count(audit, has_dane), bare = count(audit, lacks_dane);
	const char *domain = audit->domain.text;

	if (bare == audit->count && bare > 0 && !may_have_sts(audit))
		remarks_add(out, &unprotected, domain, "neither DANE nor MTA-STS");
	if (dane > 0 && bare > 0)
		remarks_add(out, &partial, domain,
		    "%zu of %zu MX hosts have no secure TLSA records", bare,
		    audit->count);
	if (dane > 0 && !audit->mx->route->is_secure)
		remarks_add(out, &mx_insecure, domain,
		    "the MX hosts have TLSA records, the MX records are not secure");
}

static const struct remark_kind no_help = { REMARK_NOTE, "dane-before-sts",
	"MTA-STS does not override DANE, mail waits all the same (RFC 8461, 2)", "" };

static bool
is_refused_by_dane_alone(const struct audit_host *host)
{
	size_t i;

	for (i = 0; i < host->audit.count; i++) {
		const struct host_audit_address *a = &host->audit.addresses[i];

		if (a->has_verdict && a->verdict.outcome != CHAIN_MATCHED &&
		    a->has_webpki && a->webpki.outcome == CHAIN_MATCHED)
			return true;
	}
	return false;
}

static void
audit_conflicts(const struct audit *audit, struct remarks *out)
{
	size_t i;

	for (i = 0; i < audit->count; i++) {
		const struct audit_host *host = &audit->hosts[i];

		if (host->view != NULL && is_refused_by_dane_alone(host))
			remarks_add(out, &no_help, host->view->host->name.text,
			    "the certificate is good for MTA-STS, not for DANE");
	}
}

/* --- who runs the hosts ----------------------------------------------------------------------------- */

static const struct remark_kind elsewhere = { REMARK_NOTE, "mx-elsewhere",
	"TLSA must be in the zone of the MX host (RFC 7672, 2.2.2)",
	"ask who runs it to sign the zone and to publish TLSA" };

/* Both are known, and not the same. */
static bool
are_zones_apart(const struct zone_view *a, const struct zone_view *b)
{
	return a->apex.len > 0 && b->apex.len > 0 && !domain_equal(&a->apex, &b->apex);
}

/* SEED-30.  One host stands for all: a domain has one provider mostly. */
static void
audit_provider(const struct audit *audit, struct remarks *out)
{
	size_t i;

	for (i = 0; i < audit->count; i++) {
		const struct audit_host *host = &audit->hosts[i];

		if (host->zone == NULL || !lacks_dane(host) ||
		    !are_zones_apart(audit->zone, host->zone))
			continue;
		remarks_add(out, &elsewhere, audit->domain.text,
		    "%s, which has no TLSA, is in another zone",
		    audit->mx->route->hosts[i].name.text);
		return;
	}
}

static const struct remark_kind alias = { REMARK_ADVICE, "mx-alias",
	"an MX record has the name of a host that is no alias (RFC 2181, 10.3)",
	"name the host itself" };

static void
audit_aliases(const struct audit *audit, struct remarks *out)
{
	size_t i;

	for (i = 0; i < audit->count; i++) {
		const struct host_view *view = audit->hosts[i].view;

		if (view != NULL && view->host->canonical != NULL)
			remarks_add(out, &alias, view->host->name.text,
			    "an alias of %s", view->host->canonical->text);
	}
}

/* --- keys ------------------------------------------------------------------------------------------- */

static bool
has_key(const struct audit_host *host, const uint8_t *key_id)
{
	size_t i;

	for (i = 0; i < host->audit.count; i++)
		if (host->audit.addresses[i].has_cert &&
		    memcmp(host->audit.addresses[i].cert.key_id, key_id,
			CERT_KEY_ID_LEN) == 0)
			return true;
	return false;
}

static bool
has_cert(const struct audit_host *host)
{
	size_t i;

	for (i = 0; i < host->audit.count; i++)
		if (host->audit.addresses[i].has_cert)
			return true;
	return false;
}

/* Two names of one machine. */
static bool
is_same_machine(const struct audit_host *a, const struct audit_host *b)
{
	return a->view->host->address_count > 0 &&
	       host_has_address(b->view->host, &a->view->host->addresses[0]);
}

/* How many hosts on other machines there are that show a certificate; 0 when one of them has not this key. */
static size_t
count_sharers(
    const struct audit *audit, const struct audit_host *first, const uint8_t *key_id)
{
	size_t i, n = 0;

	for (i = 0; i < audit->count; i++) {
		const struct audit_host *host = &audit->hosts[i];

		if (host == first || host->view == NULL || !has_cert(host) ||
		    is_same_machine(first, host))
			continue;
		if (!has_key(host, key_id))
			return 0;
		n++;
	}
	return n;
}

static const struct remark_kind same_key = { REMARK_ADVICE, "mx-same-key",
	"one stolen key opens them all, one wrong record stops them all (RFC 7671, 8)",
	"give each MX host a key of its own" };

/* SEED-27 */
static void
audit_keys(const struct audit *audit, struct remarks *out)
{
	const struct audit_host *first = audit->hosts;
	size_t i;

	while (first < audit->hosts + audit->count && !has_cert(first))
		first++;
	if (first == audit->hosts + audit->count)
		return;
	for (i = 0; i < first->audit.count; i++) {
		const struct host_audit_address *a = &first->audit.addresses[i];

		if (a->has_cert && count_sharers(audit, first, a->cert.key_id) > 0)
			remarks_add(out, &same_key, audit->domain.text,
			    "all MX hosts have the same %s key", a->cert.key);
	}
}

/* --- reports ------------------------------------------------------------------------------------------ */

static const struct remark_kind unheard = { REMARK_ADVICE, "testing-unreported",
	"a policy is tested by the reports alone (RFC 8461, 5; RFC 8460, 3)",
	"publish a TLSRPT record" };

/* SEED-69 */
static void
audit_reports(const struct audit *audit, struct remarks *out)
{
	const struct sts_policy *policy = sts_view_policy(audit->sts);

	if (policy != NULL && policy->mode == STS_TESTING &&
	    !audit->rua->record.is_error && audit->rua->outcome != TLSRPT_RECORD_FOUND)
		remarks_add(out, &unheard, audit->domain.text,
		    "a policy in mode testing, and nowhere to report to");
}

/* What stands on DNSSEC, or on its absence. */
static void
audit_security(const struct audit *audit, struct remarks *out)
{
	resolver_audit(audit->resolver, audit->domain.text, out);
	if (!audit_believes(audit))
		return;
	audit_protection(audit, out);
	audit_provider(audit, out);
}

void
mix_audit(const struct audit *audit, struct remarks *out)
{
	audit_security(audit, out);
	audit_conflicts(audit, out);
	audit_aliases(audit, out);
	audit_keys(audit, out);
	audit_reports(audit, out);
}
