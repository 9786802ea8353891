/*
 * Name servers that are silent, fail, or did not validate.  SPDX-License-Identifier: ISC
 */
#include "scenario/stage.h"

/* --- slow name servers -------------------------------------------------------------------------------- */

static const struct slow_case {
	const char *name;
	const char *says[8];
	const char *want;
} slow_cases[] = {
	{ "BASE-10 no answer for AAAA, insecure A: delivered over IPv4",
	    { "slow.example MX I 300 10 mx.slow.example",
		"mx.slow.example A I 300 192.0.2.1", "mx.slow.example AAAA silent" },
	    "may mx.slow.example=may" },
	{ "BASE-10 no answer for AAAA, secure A: TLSA binds",
	    { "slow.example MX S 300 10 mx.slow.example",
		"mx.slow.example A S 300 192.0.2.1", "mx.slow.example AAAA silent",
		"_25._tcp.mx.slow.example TLSA S 300 " EE256 },
	    "dane-verify mx.slow.example=dane-verify" },
	{ "BASE-10 no answer for A, secure AAAA: TLSA binds",
	    { "slow.example MX S 300 10 mx.slow.example", "mx.slow.example A silent",
		"mx.slow.example AAAA S 300 2001:db8::1",
		"_25._tcp.mx.slow.example TLSA S 300 " EE256 },
	    "dane-verify mx.slow.example=dane-verify" },
	{ "MX-07 no address for one host in time: this host only",
	    { "slow.example MX I 300 10 a.slow.example; 20 b.slow.example",
		"a.slow.example A silent", "a.slow.example AAAA silent",
		"b.slow.example A I 300 192.0.2.1" },
	    "may a.slow.example=skip b.slow.example=may" },
	{ "BASE-07, MX-07 no TLSA answer for one host in time: this host only",
	    { "slow.example MX S 300 10 a.slow.example; 20 b.slow.example",
		"a.slow.example A S 300 192.0.2.2",
		"_25._tcp.a.slow.example TLSA silent",
		"b.slow.example A S 300 192.0.2.1",
		"_25._tcp.b.slow.example TLSA S 300 " EE256 },
	    "dane-verify a.slow.example=skip b.slow.example=dane-verify" },
	{ "BASE-07, MX-07 no answer about the alias of one host in time: this host only",
	    { "slow.example MX S 300 10 a.slow.example; 20 b.slow.example",
		"a.slow.example CNAME S 300 lb.example.net silent",
		"lb.example.net A I 300 192.0.2.2",
		"b.slow.example A S 300 192.0.2.1" },
	    "may a.slow.example=skip b.slow.example=may" },
	{ "BASE-07 the question about an alias fails: this host only",
	    { "slow.example MX S 300 10 a.slow.example; 20 b.slow.example",
		"a.slow.example CNAME S 300 lb.example.net servfail",
		"lb.example.net A I 300 192.0.2.2",
		"b.slow.example A S 300 192.0.2.1" },
	    "may a.slow.example=skip b.slow.example=may" },
	{ "BASE-07 no TLSA answer for the only host: defer",
	    { "slow.example MX S 300 10 a.slow.example",
		"a.slow.example A S 300 192.0.2.2",
		"_25._tcp.a.slow.example TLSA silent" },
	    "defer" },
};

static void
check_slow(void **state)
{
	const struct slow_case *c = *state;
	struct story s;
	size_t i;

	story_begin(&s);
	s.options.dns_deadline_ms = 10000;
	for (i = 0; i < COUNT_OF(c->says) && c->says[i] != NULL; i++)
		dns_says(c->says[i]);
	story_go(&s);
	assert_string_equal(ask(&s, "slow.example"), c->want);
	story_end(&s);
}

/* Two name servers are silent at once, and the first delivery is bound all the same. */
static void
check_slow_policy_host(void **state)
{
	struct story s;

	(void)state;
	stage_begin(&s, POLICY("enforce", MX1));
	s.options.dns_deadline_ms = 10000;
	dns_says("mta-sts.example.org AAAA silent");
	dns_says("mx1.example.org AAAA silent");
	story_go(&s);
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	story_end(&s);
}

static void
check_eight_aliases(void **state)
{
	char line[80];
	struct story s;
	int i;

	(void)state;
	story_begin(&s);
	for (i = 0; i < 9; i++) {
		snprintf(line, sizeof(line), "a%d.example CNAME S 300 a%d.example%s", i,
		    i + 1, i % 2 == 0 ? " stop" : "");
		dns_says(line);
	}
	dns_says("a9.example MX S 300 10 mx.example.org");
	dns_says("mx.example.org A S 300 192.0.2.1");
	story_go(&s);
	assert_string_equal(ask(&s, "a1.example"), "may mx.example.org=may");
	assert_string_equal(ask(&s, "a0.example"), "defer");
	story_end(&s);
}

/* --- a resolver that is mended --------------------------------------------------------------------------- */

static void
check_repaired(void **state)
{
	struct engine_status status;
	struct story s;

	(void)state;
	story_begin(&s);
	dns_says("signed.example SOA I 60 x");
	dns_says("example.org MX I 3600 10 mx.example.org");
	dns_says("mx.example.org A I 3600 192.0.2.1");
	dns_says("mx.example.org AAAA I 3600 nodata");
	dns_says("_25._tcp.mx.example.org TLSA I 3600 " EE256);
	story_go(&s);
	assert_string_equal(ask(&s, "example.org"), "may mx.example.org=may");
	dns_says("signed.example SOA S 60 x");
	dns_says("example.org MX S 3600 10 mx.example.org");
	dns_says("mx.example.org A S 3600 192.0.2.1");
	dns_says("mx.example.org AAAA S 3600 nodata");
	dns_says("_25._tcp.mx.example.org TLSA S 3600 " EE256);
	fake_pass(60);
	engine_status(s.engine, &status);
	assert_int_equal(status.resolver, RESOLVER_OK);
	assert_string_equal(
	    ask(&s, "example.org"), "dane-verify mx.example.org=dane-verify");
	story_end(&s);
}

static const struct ahead_case {
	const char *name, *fails, *afterwards;
} ahead_cases[] = {
	{ "DNS-10 a look ahead that fails for MX takes nothing away",
	    "example.org MX servfail", "defer" },
	{ "DNS-10 a look ahead that fails for the address takes nothing away",
	    "mx.example.org A servfail", "defer mx.example.org=skip" },
	{ "DNS-10 a look ahead that fails for TLSA takes nothing away",
	    "_25._tcp.mx.example.org TLSA servfail", "defer mx.example.org=skip" },
};

static void
check_ahead_fails(void **state)
{
	const struct ahead_case *c = *state;
	struct story s;
	int i;

	story_begin(&s);
	dns_says("example.org MX S 1000 10 mx.example.org");
	dns_says("mx.example.org A S 1000 192.0.2.1");
	dns_says("mx.example.org AAAA S 1000 nodata");
	dns_says("_25._tcp.mx.example.org TLSA S 1000 " EE256);
	dns_says("_mta-sts.example.org TXT I 3600 nodata");
	story_go(&s);
	ask(&s, "example.org");
	fake_pass(920);
	dns_says(c->fails);
	dns_forget_questions();
	for (i = 0; i < 60; i++) {
		assert_string_equal(
		    ask(&s, "example.org"), "dane-verify mx.example.org=dane-verify");
		fake_pass(1);
	}
	assert_in_range(dns_asked("example.org MX"), 1, 4);
	fake_pass(60);
	assert_string_equal(ask(&s, "example.org"), c->afterwards);
	story_end(&s);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_slow, slow_cases),
		CASE("STS-FETCH-13 no answer for the policy host's AAAA: bound in time",
		    check_slow_policy_host),
		CASE("DNS-07 eight aliases are followed, nine are an error",
		    check_eight_aliases),
		CASE("DNS-13 what a resolver said before it validated is forgotten",
		    check_repaired),
		CASES(check_ahead_fails, ahead_cases),
	};

	return cases_run("slow", tables, COUNT_OF(tables));
}
