/*
 * What is wrong with a host before it is connected to.  SPDX-License-Identifier: ISC
 */
#include "host_audited.h"
#include "tlsa_certs.h"

#define SIGNED_HOST                                                                    \
	{                                                                              \
		.address_outcome = ADDRESS_FOUND, .is_address_secure = true,           \
		.tlsa_outcome = TLSA_DENIED                                            \
	}

/* What DNS says when there are no records to compare with. */
static const struct dns_case {
	const char *name;
	struct host_facts host;
	enum remark_level worst;
	const char *want;
	bool is_untrusted;
	bool is_modest; /* DANE is not asked of it */
	size_t ignored_tlsa, left_out;
} dns_cases[] = {
	{ .name = "SEED-34 the host's zone is unsigned",
	    .host = { .address_outcome = ADDRESS_FOUND },
	    .worst = REMARK_BROKEN,
	    .want = "the addresses are not secure by DNSSEC: DANE not effective" },
	{ .name = "signed, no TLSA records",
	    .host = SIGNED_HOST,
	    .worst = REMARK_BROKEN,
	    .want = "no secure TLSA records for this host: DANE not effective" },
	{ .name = "a resolver that cannot be believed",
	    .host = { .address_outcome = ADDRESS_FOUND },
	    .is_untrusted = true,
	    .worst = REMARK_UNSURE,
	    .want = "neither on loopback nor marked trusted" },
	{ .name = "SEED-31 the lookup of TLSA fails",
	    .host = { .address_outcome = ADDRESS_FOUND,
		.is_address_secure = true,
		.tlsa_outcome = TLSA_ERROR,
		.detail = "TLSA: SERVFAIL" },
	    .worst = REMARK_BROKEN,
	    .want = "TLSA: SERVFAIL: senders skip the host" },
	{ .name =
		"SEED-31 the resolver does not answer for TLSA, whoever it is that is slow",
	    .host = { .address_outcome = ADDRESS_FOUND,
		.is_address_secure = true,
		.tlsa_outcome = TLSA_ERROR,
		.is_tlsa_unheard = true,
		.detail = "TLSA: timeout" },
	    .worst = REMARK_UNSURE,
	    .want = "unsure : the lookup of TLSA fails: TLSA: timeout" },
	{ .name = "no address can be found out",
	    .host = { .address_outcome = ADDRESS_ERROR, .detail = "A: SERVFAIL" },
	    .worst = REMARK_UNSURE,
	    .want = "no address could be found out: A: SERVFAIL" },
	{ .name = "there is no address",
	    .host = { .address_outcome = ADDRESS_NONE },
	    .worst = REMARK_BROKEN,
	    .want = "the name has no address" },
	{ .name = "PUB-TLSA-07 one family cannot be found out",
	    .host = { .address_outcome = ADDRESS_FOUND,
		.is_half = true,
		.is_address_secure = true,
		.tlsa_outcome = TLSA_DENIED,
		.detail = "AAAA: SERVFAIL" },
	    .worst = REMARK_BROKEN,
	    .want = "unsure : addresses of one family|AAAA: SERVFAIL" },
	{ .name = "SEED-34 PUB-TLSA-09 records that nobody believes",
	    .host = { .address_outcome = ADDRESS_FOUND },
	    .is_modest = true,
	    .ignored_tlsa = 2,
	    .worst = REMARK_BROKEN,
	    .want =
		"broken : 2 TLSA records, the addresses are not secure by DNSSEC|DANE "
		"not effective" },
	{ .name = "PUB-TLSA-09 secure addresses, insecure records",
	    .host = SIGNED_HOST,
	    .is_modest = true,
	    .ignored_tlsa = 1,
	    .worst = REMARK_BROKEN,
	    .want = "1 TLSA record, not secure by DNSSEC" },
	{ .name = "a host without DANE, of which nobody asks it",
	    .host = SIGNED_HOST,
	    .is_modest = true,
	    .want = "note : there are no secure TLSA records" },
	{ .name = "a host in an unsigned zone, of which nobody asks DANE",
	    .host = { .address_outcome = ADDRESS_FOUND },
	    .is_modest = true },
	{ .name = "DNS-04 what a resolver calls insecure that cannot be believed",
	    .host = { .address_outcome = ADDRESS_FOUND },
	    .is_untrusted = true,
	    .is_modest = true,
	    .ignored_tlsa = 2 },
	{ .name = "PUB-TLSA-07 addresses that were not looked at",
	    .host = SIGNED_HOST,
	    .is_modest = true,
	    .left_out = 3,
	    .worst = REMARK_UNSURE,
	    .want = "unsure : addresses that were not looked at: 3" },
};

static void
check_dns(void **state)
{
	const struct dns_case *c = *state;
	struct host_facts host = c->host;
	struct host_view view = {
		.host = &host,
		.is_resolver_trusted = !c->is_untrusted,
		.ignored_tlsa = c->ignored_tlsa,
		.left_out = c->left_out,
	};
	struct host_audit_input input = {
		.view = &view,
		.wants_dane = !c->is_modest,
		.now = CERT_NOW,
	};

	host.name = domain_named("mx1.example.com");
	assert_audit(&input, c->worst, c->want != NULL ? c->want : "");
}

static void
check_alias(void **state)
{
	struct domain base = domain_named("mx1.example.com");
	struct host_facts host = {
		.name = domain_named("alias.example.com"),
		.address_outcome = ADDRESS_FOUND,
		.is_address_secure = true,
		.tlsa_outcome = TLSA_FOUND,
		.base = &base,
		.tlsa = set_of("311l"),
	};
	struct host_view view = { .host = &host, .is_resolver_trusted = true };
	struct host_audit_input input = { .view = &view };

	(void)state;
	assert_audit(&input, REMARK_NOTE,
	    "note : an alias of mx1.example.com: senders find TLSA behind it");
	free(host.tlsa);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_dns, dns_cases),
		CASE("the host is an alias", check_alias),
	};
	int failed;

	certs_make();
	failed = cases_run("host_audit_dns", tables, COUNT_OF(tables));
	certs_clear();
	return failed;
}
