/* Sessions of Exim: what it saw, what it refused, and the chain.  SPDX-License-Identifier: ISC */
#include "judge_world.h"

#define REFUSED "verified=no result=validation-failure"

static const struct exim_case {
	const char *name;
	struct scene scene;
	const char *want;
} exim_cases[] = {
	/* Refused by Exim, or by us in the midst of its handshake; it cannot say why, the chain can. */
	{ "RPT-TYPE-03 STS: refused, the chain has expired",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"up host=mx1 chain=expired " REFUSED, "" },
	    "sts failed certificate-expired(CERT_HAS_EXPIRED)" },
	{ "RPT-TYPE-04 STS: refused, the chain is self-signed",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"up host=mx1 chain=self " REFUSED, "" },
	    "sts failed certificate-not-trusted(DEPTH_ZERO_SELF_SIGNED_CERT)" },
	{ "RPT-TYPE-02 STS: refused, the chain is for another name",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"up host=mx1 chain=other-name " REFUSED, "" },
	    "sts failed certificate-host-mismatch(HOSTNAME_MISMATCH)" },
	{ "RPT-TYPE-05 STS: refused, the chain is not valid yet",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"up host=mx1 chain=future " REFUSED, "" },
	    "sts failed validation-failure(CERT_NOT_YET_VALID)" },
	{ "RPT-TYPE-05 STS: refused, and we find nothing wrong: a failure all the same",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"up host=mx1 chain=good " REFUSED, "" },
	    "sts failed validation-failure(certificate-not-verified)" },
	{ "RPT-TYPE-05 STS: refused, and no chain was seen: a look may tell",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "up host=mx1 " REFUSED, "" },
	    "sts failed validation-failure(certificate-not-verified); ?" },
	{ "RPT-TYPE-04 DANE: refused, no record matches",
	    { "S", "mx1=usable", "", "", "", "up host=mx1 chain=good " REFUSED, "" },
	    "tlsa failed certificate-not-trusted(DANE_NO_MATCH)" },
	{ "RPT-TYPE-05 DANE: refused, and the chain matches",
	    { "S", "mx1=usable", "", "match", "", "up host=mx1 chain=good " REFUSED,
		"" },
	    "tlsa failed validation-failure(certificate-not-verified)" },
	{ "RPT-TYPE-06 unusable TLSA: refused",
	    { "S", "mx1=unusable", "", "", "", "up host=mx1 chain=good " REFUSED, "" },
	    "tlsa failed tlsa-invalid(all-tlsa-unusable)" },
	{ "RPT-CNT-05 DANE and STS: refused by DANE, which says nothing of STS",
	    { "S", "mx1=usable", "enforce mx1", "", "",
		"up host=mx1 chain=good " REFUSED, "" },
	    "tlsa failed certificate-not-trusted(DANE_NO_MATCH); sts ok" },
	{ "RPT-CNT-05 DANE and STS: refused by DANE, and the chain has expired",
	    { "S", "mx1=usable", "enforce mx1", "", "",
		"up host=mx1 chain=expired " REFUSED, "" },
	    "tlsa failed certificate-not-trusted(DANE_NO_MATCH); "
	    "sts failed certificate-expired(CERT_HAS_EXPIRED)" },
	{ "RPT-CNT-05 DANE and STS: the chain matches, and is nobody's by WebPKI",
	    { "S", "mx1=usable", "enforce mx1", "", "",
		"up host=mx1 chain=self " REFUSED, "" },
	    "tlsa failed certificate-not-trusted(DANE_NO_MATCH); "
	    "sts failed certificate-not-trusted(DEPTH_ZERO_SELF_SIGNED_CERT)" },
	{ "RPT-CNT-05 MIX-03 unusable TLSA beside STS: refused by STS",
	    { "S", "mx1=unusable", "enforce mx1", "", "",
		"up host=mx1 chain=expired " REFUSED, "" },
	    "tlsa failed tlsa-invalid(all-tlsa-unusable); "
	    "sts failed certificate-expired(CERT_HAS_EXPIRED)" },
	{ "RPT-CNT-02 nothing binds: what Exim refused all the same had TLS",
	    { "I", "mx1=insecure", "", "", "", "up host=mx1 chain=good " REFUSED, "" },
	    "no-policy-found ok" },
	{ "RPT-CNT-03 testing: what Exim refused for reasons of its own is judged by "
	  "the chain",
	    { "I", "mx1=insecure", "testing mx1", "", "",
		"up host=mx1 chain=good " REFUSED, "" },
	    "sts ok" },
	{ "RPT-CNT-03 testing: and fails by it",
	    { "I", "mx1=insecure", "testing mx1", "", "",
		"up host=mx1 chain=self " REFUSED, "" },
	    "sts failed certificate-not-trusted(DEPTH_ZERO_SELF_SIGNED_CERT)" },
	{ "STS-APP-08 testing, held by the operator: refused",
	    { "I", "mx1=insecure", "testing mx1", "sts-verify", "",
		"up host=mx1 chain=good " REFUSED, "" },
	    "sts failed validation-failure(certificate-not-verified)" },

	/* Testing: nothing is refused. */
	{ "RPT-CNT-03 STS-REP-03 testing: not verified by Exim, the chain is good",
	    { "I", "mx1=insecure", "testing mx1", "", "",
		"up host=mx1 verified=no chain=good", "" },
	    "sts ok" },
	{ "RPT-CNT-03 STS-REP-03 testing: delivered, and a failure by the chain",
	    { "I", "mx1=insecure", "testing mx1", "", "",
		"up host=mx1 verified=no chain=expired", "" },
	    "sts failed certificate-expired(CERT_HAS_EXPIRED)" },
	{ "RPT-CNT-03 STS-REP-03 testing: the same where Exim does not say",
	    { "I", "mx1=insecure", "testing mx1", "", "",
		"up host=mx1 verified=unknown chain=other-name", "" },
	    "sts failed certificate-host-mismatch(HOSTNAME_MISMATCH)" },
	{ "RPT-CNT-03 testing: a host that the policy does not name",
	    { "I", "mx1=insecure", "testing mx2", "", "",
		"up host=mx1 verified=name chain=good", "" },
	    "sts failed validation-failure(sts-mx-mismatch)" },
	{ "RPT-CNT-09 mode none: the chain is nobody's business",
	    { "I", "mx1=insecure", "none", "", "", "up host=mx1 verified=no chain=self",
		"" },
	    "no-policy-found ok" },
	{ "MAND-03 audit: delivered, and judged",
	    { "S", "mx1=usable", "", "audit", "", "up host=mx1 verified=no chain=good",
		"" },
	    "tlsa failed certificate-not-trusted(DANE_NO_MATCH)" },

	/* Delivered because Exim was content. */
	{ "RPT-CNT-02 verified by Exim, and by us",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"up host=mx1 verified=name chain=good", "" },
	    "sts ok" },
	{ "RPT-CNT-03 verified by Exim, and we would have refused it: no success",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"up host=mx1 verified=name chain=other-name", "" },
	    "sts failed certificate-host-mismatch(HOSTNAME_MISMATCH)" },
	{ "RPT-CNT-03 Exim's own DANE is content, ours is not: no success",
	    { "S", "mx1=usable", "", "", "", "up host=mx1 verified=dane chain=good",
		"" },
	    "tlsa failed certificate-not-trusted(DANE_NO_MATCH)" },
	{ "RPT-CNT-02 Exim's own DANE is content, and ours",
	    { "S", "mx1=usable", "", "match", "",
		"up host=mx1 verified=dane chain=good", "" },
	    "tlsa ok" },
	{ "RPT-CNT-02 verified by Exim, no chain seen: its word is taken",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "up host=mx1 verified=name",
		"" },
	    "sts ok" },
	{ "RPT-CNT-02 verified by Exim, no trust anchors here: its word is taken",
	    { "I", "mx1=insecure", "enforce mx1", "no-trust", "",
		"up host=mx1 verified=name chain=good", "" },
	    "sts ok" },
	{ "RPT-CNT-02 let through by us: Exim has verified nothing",
	    { "S", "mx1=usable", "", "match", "", "up host=mx1 verified=no chain=good",
		"" },
	    "tlsa ok" },

	/* No TLS. */
	{ "RPT-TYPE-01 not offered, under both",
	    { "S", "mx1=usable", "enforce mx1", "match", "",
		"not-offered host=mx1 verified=no", "" },
	    "tlsa failed starttls-not-supported; sts failed starttls-not-supported" },
	{ "RPT-TYPE-01 STARTTLS refused, or the connection cut there",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "refused host=mx1", "" },
	    "sts failed starttls-not-supported" },
	{ "RPT-TYPE-01 STARTTLS refused, testing, delivered in the clear",
	    { "I", "mx1=insecure", "testing mx1", "", "", "refused host=mx1", "" },
	    "sts failed starttls-not-supported" },
	{ "RPT-TYPE-05 the handshake failed, in GnuTLS's words",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"failed host=mx1 reason=An_unexpected_TLS_packet_was_received.", "" },
	    "sts failed validation-failure(An_unexpected_TLS_packet_was_received.)" },
	{ "RPT-TYPE-05 the handshake failed, in OpenSSL's",
	    { "S", "mx1=usable", "", "", "",
		"failed host=mx1 reason=error:0A000126:SSL_routines::unexpected_eof",
		"" },
	    "tlsa failed validation-failure(error:0A000126:SSL_routines::unexpected_"
	    "eof)" },
	{ "RPT-TYPE-12 the handshake failed, and the words name a file",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"failed host=mx1 reason=alert:/etc/exim4/x", "" },
	    "sts failed validation-failure(alert)" },
	{ "RPT-TYPE-05 the handshake failed without a word",
	    { "I", "mx1=insecure", "", "", "", "failed host=mx1", "" },
	    "no-policy-found failed validation-failure(tls-handshake-failure)" },

	/* No session. */
	{ "RPT-CNT-07 RPT-TYPE-07 Exim's own TLSA lookup failed: not connected",
	    { "S", "mx1=denied", "", "", "", "unknown host=mx1 result=dnssec-invalid",
		"" },
	    "tlsa failed dnssec-invalid" },
	{ "RPT-CNT-07 RPT-TYPE-07 the same of a host whose records we have",
	    { "S", "mx1=usable", "testing mx1", "", "",
		"unknown host=mx1 result=dnssec-invalid", "" },
	    "tlsa failed dnssec-invalid" },
	{ "RPT-CNT-07 the same where the operator does without DANE",
	    { "S", "mx1=usable", "", "no-dane", "",
		"unknown host=mx1 result=dnssec-invalid", "" },
	    "" },
	{ "RPT-CNT-07 not connected, and nothing of DNSSEC: no session",
	    { "I", "mx1=insecure", "enforce mx1", "", "", "unknown host=mx1", "" },
	    "" },

	/* A host that our facts would not have let it reach. */
	{ "RPT-TYPE-07 TLS with a host whose TLSA lookup failed is no success",
	    { "S", "mx1=tlsa-error mx2=denied", "", "", "",
		"up host=mx1 verified=no chain=good", "" },
	    "tlsa failed dnssec-invalid" },
	{ "RPT-TYPE-07 the same, refused by us",
	    { "S", "mx1=alias-error mx2=denied", "", "", "",
		"up host=mx1 chain=good " REFUSED, "" },
	    "tlsa failed dnssec-invalid" },
	{ "RPT-TYPE-08 DANE is required and the host has none: refused by us",
	    { "S", "mx1=denied mx2=usable", "", "dane-only", "",
		"up host=mx1 chain=good " REFUSED, "" },
	    "tlsa failed dane-required" },
	{ "RPT-TYPE-05 a host of nobody's, under STS: refused by us",
	    { "I", "mx1=insecure", "enforce mx1", "", "",
		"up host=mx9 chain=good " REFUSED, "" },
	    "sts failed validation-failure(sts-mx-mismatch)" },

	/* Exim calls a host what it is an alias of. */
	{ "RPT-CNT-02 DANE: the target of an alias is the MX host",
	    { "S", "mx1=usable", "", "match alias", "",
		"up host=target verified=no chain=good", "" },
	    "tlsa ok" },
	{ "RPT-CNT-02 STS: so it is for the policy, and for the certificate",
	    { "I", "mx1=insecure", "enforce mx1", "alias", "",
		"up host=target verified=name chain=good", "" },
	    "sts ok" },
	{ "RPT-TYPE-02 STS: a certificate for the target only would not do",
	    { "I", "mx1=insecure", "enforce mx1", "alias", "",
		"up host=target verified=name chain=other-name", "" },
	    "sts failed certificate-host-mismatch(HOSTNAME_MISMATCH)" },
	{ "RPT-CNT-02 evidence of the MX host is about it",
	    { "I", "mx1=insecure", "enforce mx1", "alias", "", "up host=target",
		"mx1 good" },
	    "sts ok" },

	/* Nothing is known any more. */
	{ "a chain without facts: nothing is invented",
	    { "I", "mx1=insecure", "enforce mx1", "no-facts", "",
		"up host=mx1 chain=good " REFUSED, "" },
	    "" },
	{ "a chain, and DNS has not answered: no telling that there is no policy",
	    { "unknown", "", "", "", "", "up host=mx1 chain=self", "" }, "" },
	{ "a chain, DNS has not answered, and a policy is known",
	    { "unknown", "", "enforce mx1", "", "", "up host=mx1 chain=self", "" },
	    "sts failed certificate-not-trusted(DEPTH_ZERO_SELF_SIGNED_CERT)" },
	{ "RPT-CNT-07 no connection, and no facts: DNSSEC all the same",
	    { "I", "mx1=insecure", "", "no-facts", "",
		"unknown host=mx1 result=dnssec-invalid", "" },
	    "tlsa failed dnssec-invalid" },
};

static void
check_exim(void **state)
{
	const struct exim_case *c = *state;
	struct judgement j;
	struct stage s;

	stage_init(&s, &c->scene);
	judge(&s.input, &j);
	assert_judgement(&j, c->want);
	judgement_clear(&j);
	stage_clear(&s);
}

/* Where the session went is in every failure (RFC 8460, 4.3.1). */
static void
check_place(void **state)
{
	const struct judged_failure *f;
	struct judgement j;
	struct stage s;

	(void)state;
	stage_init(&s, &(struct scene){ "S", "mx1=tlsa-error mx2=denied", "", "", "",
			   "up host=mx1 remote=192.0.2.1 local=192.0.2.7 helo=h "
			   "chain=good " REFUSED,
			   "" });
	judge(&s.input, &j);
	assert_int_equal(j.count, 1);
	f = &j.items[0].failures[0];
	assert_string_equal(f->host, "mx1");
	assert_string_equal(f->helo, "h");
	assert_true(f->has_local && address_equal(&f->local, &s.event.local));
	assert_true(f->has_remote && address_equal(&f->remote, &s.event.remote));
	judgement_clear(&j);
	stage_clear(&s);
}

static void
check_alias_place(void **state)
{
	struct judgement j;
	struct stage s;

	(void)state;
	stage_init(&s, &(struct scene){ "I", "mx1=insecure", "", "alias", "",
			   "not-offered host=target", "" });
	judge(&s.input, &j);
	assert_string_equal(j.items[0].failures[0].host, "mx1");
	judgement_clear(&j);
	stage_clear(&s);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_exim, exim_cases),
		CASE("RPT-TYPE-07 a refused session says where it went", check_place),
		CASE("RPT-JSON-15 the MX record's name, not what it is an alias of",
		    check_alias_place),
	};
	int failed;

	judge_certs_make();
	failed = cases_run("judge_exim", tables, COUNT_OF(tables));
	judge_certs_clear();
	return failed;
}
