/* Where no session took place.  SPDX-License-Identifier: ISC */
#include "judge_world.h"

#define FETCH_404 "F HTTP status says no success: HTTP status 404"

static const struct refusal_case {
	const char *name, *mx, *hosts, *sts, *options, *attempt;
	const char *want, *host; /* of the first failure */
} refusal_cases[] = {
	{ "RPT-TYPE-07 a TLSA lookup failed", "S", "mx1=tlsa-error", "", "", "",
	    "tlsa failed dnssec-invalid", "mx1" },
	{ "RPT-TYPE-07 an alias lookup failed", "S", "mx1=alias-error", "", "", "",
	    "tlsa failed dnssec-invalid", "mx1" },
	{ "RPT-TYPE-07 over an insecure MX, too: the host's zone is secure", "I",
	    "mx1=tlsa-error", "", "", "", "tlsa failed dnssec-invalid", "mx1" },
	{ "RPT-TYPE-07 the addresses of a secure MX failed", "S", "mx1=address-error",
	    "", "", "", "tlsa failed dnssec-invalid", "mx1" },
	{ "RPT-TYPE-07 those of an insecure one may be anything", "I",
	    "mx1=address-error", "", "", "", "", "" },
	{ "RPT-TYPE-07 with DANE off nothing is secure", "S", "mx1=address-error", "",
	    "dane-off", "", "", "" },
	{ "RPT-TYPE-07 the operator does without DANE", "S", "mx1=address-error", "",
	    "no-dane", "", "", "" },
	{ "RPT-TYPE-07 the operator does without any policy", "S", "mx1=address-error",
	    "", "may", "", "", "" },
	{ "RPT-TYPE-08 DANE is required, and the host has none", "S", "mx1=denied", "",
	    "dane-only", "", "tlsa failed dane-required", "mx1" },
	{ "RPT-TYPE-08 DANE is required, and none of its records is usable", "S",
	    "mx1=unusable", "", "dane-only", "", "tlsa failed dane-required", "mx1" },
	{ "RPT-TYPE-08 DANE is required, and the MX is insecure", "I", "mx1=denied", "",
	    "dane-only", "", "tlsa failed dane-required", "mx1" },
	{ "DNS-13 DANE is required, and our resolver is at fault", "S", "mx1=usable",
	    "", "dane-only dane-off", "", "", "" },
	{ "RPT-TYPE-05 no host is named by the policy", "I",
	    "mx1=insecure mx2=insecure", "enforce mx3", "", "",
	    "sts failed validation-failure(sts-mx-mismatch)", "mx1" },
	{ "RPT-CNT-12 STS-REP-02 no host is named by the old policy, and a new one is "
	  "not to be had",
	    "I", "mx1=insecure", "enforce mx3", "", FETCH_404,
	    "sts failed validation-failure(sts-mx-mismatch) "
	    "sts-policy-fetch-error(http-404)",
	    "mx1" },
	{ "RPT-CNT-01 one session, of the most preferred host that counts", "S",
	    "mx1=no-address mx2=tlsa-error mx3=address-error", "", "", "",
	    "tlsa failed dnssec-invalid", "mx2" },
	{ "RPT-CNT-07 an MX lookup that failed", "error", "", "enforce mx1", "", "", "",
	    "" },
	{ "RPT-CNT-07 DNS has not answered yet", "unknown", "", "enforce mx1", "", "",
	    "", "" },
	{ "RPT-CNT-07 no host has an address", "S", "mx1=no-address", "", "", "", "",
	    "" },
	{ "an STS policy is required, and there is none", "I", "mx1=insecure", "",
	    "sts-verify", "", "", "" },
	{ "another host may be used: the MTA will tell", "S",
	    "mx1=tlsa-error mx2=usable", "", "", "", "", "" },
	{ "a domain that takes no mail", "null", "", "", "", "", "", "" },
};

static void
check_refusal(void **state)
{
	const struct refusal_case *c = *state;
	const struct scene scene = { c->mx, c->hosts, c->sts, c->options, c->attempt,
		"", "" };
	struct answer answer;
	struct judgement j;
	struct stage s;

	stage_init(&s, &scene);
	decide(&s.world.facts, &s.world.settings, NOW, &answer);
	judge_refusal(&s.world.facts, &answer, &j);
	assert_judgement(&j, c->want);
	if (j.count > 0)
		assert_string_equal(j.items[0].failures[0].host, c->host);
	judgement_clear(&j);
	answer_clear(&answer);
	stage_clear(&s);
}

static void
check_tlsa(void **state)
{
	struct answer answer;
	struct judgement j;
	struct stage s;

	(void)state;
	stage_init(
	    &s, &(struct scene){ "S", "mx1=unusable", "", "dane-only", "", "", "" });
	*s.world.route->hosts[0].base = domain_named("base.example");
	decide(&s.world.facts, &s.world.settings, NOW, &answer);
	judge_refusal(&s.world.facts, &answer, &j);
	assert_string_equal(j.items[0].domain.text, "base.example");
	assert_string_equal(strbuf_str(&j.items[0].text), "");
	assert_string_equal(strbuf_str(&j.items[0].mx), "");
	assert_false(j.items[0].failures[0].has_remote);
	judgement_clear(&j);
	answer_clear(&answer);
	stage_clear(&s);
}

static void
check_sts(void **state)
{
	struct answer answer;
	struct judgement j;
	struct stage s;

	(void)state;
	stage_init(&s,
	    &(struct scene){ "I", "mx1=insecure", "enforce mx2 mx3", "", "", "", "" });
	s.world.policy->body = "version: STSv1";
	s.world.policy->body_len = (uint32_t)strlen(s.world.policy->body);
	decide(&s.world.facts, &s.world.settings, NOW, &answer);
	judge_refusal(&s.world.facts, &answer, &j);
	assert_string_equal(j.items[0].domain.text, "example.com");
	assert_string_equal(strbuf_str(&j.items[0].text), "version: STSv1");
	assert_string_equal(strbuf_str(&j.items[0].mx), "mx2\nmx3");
	judgement_clear(&j);
	answer_clear(&answer);
	stage_clear(&s);
}

/* --- hosts that an MTA does not connect to --------------------------------------------------------- */

static const struct unreached_case {
	const char *name;
	struct scene scene;
	const char *want;
} unreached_cases[] = {
	{ "RPT-TYPE-07 the MTA's TLSA lookup failed",
	    { "S", "mx1=usable", "", "", "", "unknown host=mx1 result=dnssec-invalid",
		"" },
	    "tlsa failed dnssec-invalid" },
	{ "RPT-TYPE-06 the MTA can use none of the records",
	    { "S", "mx1=unusable", "", "", "", "unknown host=mx1 result=tlsa-invalid",
		"" },
	    "tlsa failed tlsa-invalid(all-tlsa-unusable)" },
	{ "RPT-TYPE-08 the MTA found no records where the operator wants them",
	    { "S", "mx1=denied", "", "dane-only", "",
		"unknown host=mx1 result=dane-required", "" },
	    "tlsa failed dane-required" },
	{ "RPT-TYPE-08 where only we want them, so that it narrows safely",
	    { "S", "mx1=denied", "", "", "", "unknown host=mx1 result=dane-required",
		"" },
	    "" },
	{ "MAND-04 the operator does without DANE",
	    { "S", "mx1=usable", "", "no-dane", "",
		"unknown host=mx1 result=dnssec-invalid", "" },
	    "" },
	{ "RPT-CNT-07 of a session nothing is known",
	    { "S", "mx1=usable", "", "", "",
		"unknown host=mx1 result=certificate-expired", "" },
	    "" },
	{ "RPT-CNT-07 nor of a host",
	    { "S", "mx1=usable mx2=usable", "", "", "", "unknown result=dnssec-invalid",
		"" },
	    "" },
	{ "RPT-TYPE-07 a host of which nothing is known any more",
	    { "S", "mx1=usable", "", "no-facts", "",
		"unknown host=mx1 result=dnssec-invalid", "" },
	    "tlsa failed dnssec-invalid" },
};

static void
check_unreached(void **state)
{
	const struct unreached_case *c = *state;
	struct judgement j;
	struct stage s;

	stage_init(&s, &c->scene);
	judge(&s.input, &j);
	assert_judgement(&j, c->want);
	if (j.count > 0)
		assert_string_equal(j.items[0].domain.text, "mx1");
	judgement_clear(&j);
	stage_clear(&s);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_refusal, refusal_cases),
		CASE("RPT-TYPE-08 RPT-JSON-09 dane-required: base domain, empty text",
		    check_tlsa),
		CASE(
		    "RPT-JSON-08 RPT-JSON-10 the policy that names no host", check_sts),
		CASES(check_unreached, unreached_cases),
	};
	int failed;

	judge_certs_make();
	failed = cases_run("judge_refusal", tables, COUNT_OF(tables));
	judge_certs_clear();
	return failed;
}
