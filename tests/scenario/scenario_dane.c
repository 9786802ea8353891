/*
 * The way to the TLSA records.  SPDX-License-Identifier: ISC
 */
#include "scenario/story.h"

/* What the world says, the question, the verdicts; then what must and must not have been asked. */
static const struct dane_case {
	const char *name;
	const char *says[10];
	const char *next_hop, *want;
	const char *asked[4], *not_asked[4];
} dane_cases[] = {
	{ "BASE-02, TLSA-03 secure MX and addresses: TLSA at the host",
	    { "example.org MX S 300 10 mx.example.org",
		"mx.example.org A S 300 192.0.2.1",
		"_25._tcp.mx.example.org TLSA S 300 " EE256 },
	    "example.org", "dane-verify mx.example.org=dane-verify",
	    { "_25._tcp.mx.example.org TLSA" }, { "_25._tcp.example.org TLSA" } },
	{ "BASE-03 insecure addresses: no TLSA question",
	    { "example.org MX S 300 10 mx.example.org",
		"mx.example.org A I 300 192.0.2.1",
		"_25._tcp.mx.example.org TLSA servfail" },
	    "example.org", "may mx.example.org=may", { NULL },
	    { "_25._tcp.mx.example.org TLSA", "mx.example.org CNAME" } },
	{ "BASE-04, DNS-09 alias into an insecure zone: the alias is asked, TLSA at the original only",
	    { "example.org MX S 300 10 mx.example.org",
		"mx.example.org CNAME S 300 lb.cloud.example",
		"lb.cloud.example A I 300 192.0.2.1",
		"_25._tcp.mx.example.org TLSA S 300 " EE256 },
	    "example.org", "dane-verify mx.example.org=dane-verify",
	    { "mx.example.org CNAME", "_25._tcp.mx.example.org TLSA" },
	    { "_25._tcp.lb.cloud.example TLSA" } },
	{ "BASE-04 insecure alias: no DANE",
	    { "example.org MX S 300 10 mx.example.org",
		"mx.example.org CNAME I 300 lb.cloud.example",
		"lb.cloud.example A I 300 192.0.2.1",
		"_25._tcp.mx.example.org TLSA S 300 " EE256 },
	    "example.org", "may mx.example.org=may", { "mx.example.org CNAME" },
	    { "_25._tcp.mx.example.org TLSA" } },
	{ "BASE-05 secure alias: TLSA at its target first",
	    { "example.org MX S 300 10 mx.example.org",
		"mx.example.org CNAME S 300 host.example.net",
		"host.example.net A S 300 192.0.2.1",
		"_25._tcp.host.example.net TLSA S 300 " EE256 },
	    "example.org", "dane-verify mx.example.org=dane-verify",
	    { "_25._tcp.host.example.net TLSA" }, { "_25._tcp.mx.example.org TLSA" } },
	{ "BASE-05 denied there: then at the original",
	    { "example.org MX S 300 10 mx.example.org",
		"mx.example.org CNAME S 300 host.example.net",
		"host.example.net A S 300 192.0.2.1",
		"_25._tcp.host.example.net TLSA S 300 nxdomain",
		"_25._tcp.mx.example.org TLSA S 300 " EE256 },
	    "example.org", "dane-verify mx.example.org=dane-verify",
	    { "_25._tcp.host.example.net TLSA", "_25._tcp.mx.example.org TLSA" },
	    { NULL } },
	{ "BASE-06, DNS-07 names between are no candidates, and an alias that leaves the message is followed",
	    { "example.org MX S 300 10 a.example.org",
		"a.example.org CNAME S 300 b.example.net stop",
		"b.example.net CNAME S 300 c.example.com",
		"c.example.com A S 300 192.0.2.1",
		"_25._tcp.c.example.com TLSA S 300 nodata",
		"_25._tcp.b.example.net TLSA S 300 " EE256,
		"_25._tcp.a.example.org TLSA S 300 nodata" },
	    "example.org", "may a.example.org=may",
	    { "b.example.net A", "_25._tcp.c.example.com TLSA",
		"_25._tcp.a.example.org TLSA" },
	    { "_25._tcp.b.example.net TLSA" } },
	{ "DNS-06 one insecure link makes the whole chain insecure",
	    { "example.org MX S 300 10 a.example.org",
		"a.example.org CNAME I 300 b.example.net stop",
		"b.example.net A S 300 192.0.2.1",
		"_25._tcp.b.example.net TLSA S 300 " EE256 },
	    "example.org", "may a.example.org=may", { NULL },
	    { "_25._tcp.b.example.net TLSA" } },
	{ "DNS-07 an alias loop is an error, not endless",
	    { "example.org MX S 300 10 a.example.org",
		"a.example.org CNAME S 300 b.example.net stop",
		"b.example.net CNAME S 300 a.example.org stop" },
	    "example.org", "defer a.example.org=skip", { "b.example.net A" },
	    { NULL } },
	{ "BASE-07 TLSA error at the target: the original is not tried, the host is skipped",
	    { "example.org MX S 300 10 mx.example.org",
		"mx.example.org CNAME S 300 host.example.net",
		"host.example.net A S 300 192.0.2.1",
		"_25._tcp.host.example.net TLSA servfail",
		"_25._tcp.mx.example.org TLSA S 300 " EE256 },
	    "example.org", "defer mx.example.org=skip", { NULL },
	    { "_25._tcp.mx.example.org TLSA" } },
	{ "BASE-07 a TLSA question without answer is an error, too",
	    { "example.org MX S 300 10 mx.example.org",
		"mx.example.org A S 300 192.0.2.1",
		"_25._tcp.mx.example.org TLSA silent" },
	    "example.org", "defer mx.example.org=skip", { NULL }, { NULL } },
	{ "BASE-08 the TLSA owner is an alias: followed",
	    { "example.org MX S 300 10 mx.example.org",
		"mx.example.org A S 300 192.0.2.1",
		"_25._tcp.mx.example.org CNAME S 300 tlsa201._dane.example.org",
		"tlsa201._dane.example.org TLSA S 300 " EE256 },
	    "example.org", "dane-verify mx.example.org=dane-verify", { NULL },
	    { NULL } },
	{ "BASE-09 no address at all: skipped, TLSA not asked",
	    { "example.org MX S 300 10 mx.example.org", "mx.example.org A S 300 nodata",
		"mx.example.org AAAA S 300 nodata",
		"_25._tcp.mx.example.org TLSA S 300 " EE256 },
	    "example.org", "defer mx.example.org=skip", { NULL },
	    { "_25._tcp.mx.example.org TLSA" } },
	{ "BASE-09 only AAAA: usable",
	    { "example.org MX S 300 10 mx.example.org", "mx.example.org A S 300 nodata",
		"mx.example.org AAAA S 300 2001:db8::1",
		"_25._tcp.mx.example.org TLSA S 300 " EE256 },
	    "example.org", "dane-verify mx.example.org=dane-verify", { NULL },
	    { NULL } },
	{ "BASE-10 AAAA fails, A is secure: TLSA binds",
	    { "example.org MX S 300 10 mx.example.org",
		"mx.example.org A S 300 192.0.2.1", "mx.example.org AAAA servfail",
		"_25._tcp.mx.example.org TLSA S 300 " EE256 },
	    "example.org", "dane-verify mx.example.org=dane-verify", { NULL },
	    { NULL } },
	{ "BASE-10 AAAA fails, A is insecure: no DANE, no deferral",
	    { "example.org MX I 300 10 mx.example.org",
		"mx.example.org A I 300 192.0.2.1", "mx.example.org AAAA servfail" },
	    "example.org", "may mx.example.org=may", { NULL },
	    { "_25._tcp.mx.example.org TLSA" } },
	{ "MX-07 both families fail: this host only",
	    { "example.org MX S 300 10 a.example.org; 20 b.example.org",
		"a.example.org A servfail", "a.example.org AAAA servfail",
		"b.example.org A S 300 192.0.2.2",
		"_25._tcp.b.example.org TLSA S 300 " EE256 },
	    "example.org", "dane-verify a.example.org=skip b.example.org=dane-verify",
	    { NULL }, { NULL } },
	{ "BASE-11, MX-04 no MX: the domain itself, with TLSA",
	    { "h.example MX S 300 nodata", "h.example A S 300 192.0.2.1",
		"_25._tcp.h.example TLSA S 300 " EE256 },
	    "h.example", "dane-verify h.example=dane-verify", { NULL }, { NULL } },
	{ "BASE-11 a next-hop in brackets: no MX question",
	    { "h.example A S 300 192.0.2.1", "_25._tcp.h.example TLSA S 300 " EE256 },
	    "[h.example]", "dane-verify h.example=dane-verify", { NULL },
	    { "h.example MX" } },
	{ "BASE-12 only unusable records: TLS is a must",
	    { "example.org MX S 300 10 mx.example.org",
		"mx.example.org A S 300 192.0.2.1",
		"_25._tcp.mx.example.org TLSA S 300 255 255 255 00" },
	    "example.org", "encrypt mx.example.org=encrypt", { NULL }, { NULL } },
	{ "TLSA-05 insecure TLSA is no TLSA",
	    { "example.org MX S 300 10 mx.example.org",
		"mx.example.org A S 300 192.0.2.1",
		"_25._tcp.mx.example.org TLSA I 300 " EE256 },
	    "example.org", "may mx.example.org=may", { NULL }, { NULL } },
	{ "DNS-05 NXDOMAIN for TLSA is a result",
	    { "example.org MX S 300 10 mx.example.org",
		"mx.example.org A S 300 192.0.2.1",
		"_25._tcp.mx.example.org TLSA S 300 nxdomain" },
	    "example.org", "may mx.example.org=may", { NULL }, { NULL } },
	{ "MX-11 SEED-09 the port of the route is in the TLSA name",
	    { "example.org MX S 300 10 mx.example.org",
		"mx.example.org A S 300 192.0.2.1",
		"_2525._tcp.mx.example.org TLSA S 300 " EE256 },
	    "example.org:2525", "dane-verify mx.example.org=dane-verify",
	    { "_2525._tcp.mx.example.org TLSA" }, { "_25._tcp.mx.example.org TLSA" } },
	{ "MX-01 sorted by preference, security never reorders",
	    { "example.org MX S 300 20 b.example.org; 10 a.example.org",
		"a.example.org A S 300 192.0.2.1", "b.example.org A S 300 192.0.2.2",
		"_25._tcp.b.example.org TLSA S 300 " EE256 },
	    "example.org", "may a.example.org=may b.example.org=dane-verify", { NULL },
	    { NULL } },
	{ "MX-09 the MX list is given in full, our own name or not",
	    { "example.org MX S 300 10 a.example.org; 20 me.example.net; 30 c.example.org",
		"a.example.org A I 300 192.0.2.1", "me.example.net A I 300 192.0.2.2",
		"c.example.org A I 300 192.0.2.3" },
	    "example.org", "may a.example.org=may me.example.net=may c.example.org=may",
	    { NULL }, { NULL } },
	{ "MX-03 no such domain: reject", { NULL }, "gone.example", "reject", { NULL },
	    { "gone.example A" } },
	{ "MX-05 null MX: reject", { "example.org MX S 300 0 ." }, "example.org",
	    "reject", { NULL }, { NULL } },
	{ "MX-05 null MX beside another: ignored",
	    { "example.org MX S 300 0 .; 10 mx.example.org",
		"mx.example.org A I 300 192.0.2.1" },
	    "example.org", "may mx.example.org=may", { NULL }, { NULL } },
	{ "MX-06, DANE-MX-02 SEED-31 bogus MX: defer, no look at the domain's address",
	    { "example.org MX servfail", "example.org A S 300 192.0.2.1" },
	    "example.org", "defer", { NULL }, { "example.org A" } },
	{ "MX-08 an address as MX target: no DANE, no question",
	    { "example.org MX S 300 10 192.0.2.1; 20 mx.example.org",
		"mx.example.org A S 300 192.0.2.1" },
	    "example.org", "may =skip mx.example.org=may", { NULL },
	    { "_25._tcp.192.0.2.1 TLSA" } },
	{ "MX-02, DANE-MX-06 the next-hop is a secure alias: MX secure, STS asked at the original name",
	    { "old.example CNAME S 300 new.example",
		"new.example MX S 300 10 mx.new.example",
		"mx.new.example A S 300 192.0.2.1",
		"_25._tcp.mx.new.example TLSA S 300 " EE256 },
	    "old.example", "dane-verify mx.new.example=dane-verify",
	    { "_mta-sts.old.example TXT" }, { "_mta-sts.new.example TXT" } },
	{ "DANE-MX-03 SEED-31 insecure MX, host with TLSA: DANE by default",
	    { "example.org MX I 300 10 mx.provider.example",
		"mx.provider.example A S 300 192.0.2.1",
		"_25._tcp.mx.provider.example TLSA S 300 " EE256 },
	    "example.org", "dane-verify mx.provider.example=dane-verify", { NULL },
	    { NULL } },
	{ "DANE-MX-05 insecure MX: the host is named as the MX record has it, not as its alias leads",
	    { "example.org MX I 300 10 mx.provider.example",
		"mx.provider.example CNAME S 300 host.provider.example",
		"host.provider.example A S 300 192.0.2.1",
		"_25._tcp.host.provider.example TLSA S 300 " EE256 },
	    "example.org", "dane-verify mx.provider.example=dane-verify", { NULL },
	    { NULL } },
	{ "STS-APP-04, STS-DNS-01 no parent domain is asked",
	    { "mail.example.com MX I 300 10 mx.example.com",
		"mx.example.com A I 300 192.0.2.1" },
	    "mail.example.com", "may mx.example.com=may",
	    { "_mta-sts.mail.example.com TXT" }, { "_mta-sts.example.com TXT" } },
};

static void
check_dane(void **state)
{
	const struct dane_case *c = *state;
	struct story s;
	size_t i;

	story_begin(&s);
	for (i = 0; i < COUNT_OF(c->says) && c->says[i] != NULL; i++)
		dns_says(c->says[i]);
	story_go(&s);
	assert_string_equal(ask(&s, c->next_hop), c->want);
	for (i = 0; i < COUNT_OF(c->asked) && c->asked[i] != NULL; i++)
		if (dns_asked(c->asked[i]) == 0)
			fail_msg(
			    "not asked: %s; asked:\n%s", c->asked[i], dns_questions());
	for (i = 0; i < COUNT_OF(c->not_asked) && c->not_asked[i] != NULL; i++)
		if (dns_asked(c->not_asked[i]) != 0)
			fail_msg("asked: %s", c->not_asked[i]);
	story_end(&s);
}

/* The order of the questions, not only their presence. */
static void
check_order(void **state)
{
	struct story s;
	const char *a, *aaaa, *tlsa;

	(void)state;
	story_begin(&s);
	dns_says("example.org MX S 300 10 mx.example.org");
	dns_says("mx.example.org A S 300 192.0.2.1");
	dns_says("_25._tcp.mx.example.org TLSA S 300 " EE256);
	story_go(&s);
	ask(&s, "example.org");
	a = strstr(dns_questions(), "mx.example.org A\n");
	aaaa = strstr(dns_questions(), "mx.example.org AAAA\n");
	tlsa = strstr(dns_questions(), "_25._tcp.mx.example.org TLSA\n");
	assert_true(a != NULL && aaaa != NULL && tlsa > a && tlsa > aaaa);
	story_end(&s);
}

/* --- time to live ------------------------------------------------------------------------------- */

static void
begin_ttl(struct story *s)
{
	story_begin(s);
	dns_says("example.org MX S 3000 10 mx.example.org");
	dns_says("mx.example.org A S 3000 192.0.2.1");
	dns_says("mx.example.org AAAA S 3000 nodata");
	dns_says("_25._tcp.mx.example.org TLSA S 300 " EE256);
	dns_says("_mta-sts.example.org TXT I 3600 nodata");
	story_go(s);
}

static void
check_ttl(void **state)
{
	struct story s;

	(void)state;
	begin_ttl(&s);
	assert_string_equal(
	    ask(&s, "example.org"), "dane-verify mx.example.org=dane-verify");
	dns_says("_25._tcp.mx.example.org TLSA S 300 nxdomain");
	fake_pass(260);
	assert_true(is_at_hand(&s, "example.org"));
	fake_pass(60);
	assert_string_equal(ask(&s, "example.org"), "may mx.example.org=may");
	story_end(&s);
}

static void
check_error_ttl(void **state)
{
	struct story s;

	(void)state;
	begin_ttl(&s);
	dns_says("_25._tcp.mx.example.org TLSA servfail");
	assert_string_equal(ask(&s, "example.org"), "defer mx.example.org=skip");
	dns_says("_25._tcp.mx.example.org TLSA S 300 " EE256);
	assert_string_equal(ask(&s, "example.org"), "defer mx.example.org=skip");
	fake_pass(60);
	assert_string_equal(
	    ask(&s, "example.org"), "dane-verify mx.example.org=dane-verify");
	story_end(&s);
}

static void
check_ahead(void **state)
{
	struct story s;

	(void)state;
	begin_ttl(&s);
	ask(&s, "example.org");
	fake_pass(280);
	dns_forget_questions();
	assert_true(is_at_hand(&s, "example.org"));
	fake_pass(5);
	assert_int_equal(dns_asked("example.org MX"), 1);
	fake_pass(30);
	assert_true(is_at_hand(&s, "example.org"));
	story_end(&s);
}

static void
check_ttl_zero(void **state)
{
	struct story s;

	(void)state;
	begin_ttl(&s);
	dns_says("_25._tcp.mx.example.org TLSA S 0 " EE256);
	assert_string_equal(
	    ask(&s, "example.org"), "dane-verify mx.example.org=dane-verify");
	assert_false(is_at_hand(&s, "example.org"));
	story_end(&s);
}

/* --- the resolver ---------------------------------------------------------------------------------- */

static void
check_not_validating(void **state)
{
	struct engine_status status;
	struct story s;

	(void)state;
	story_begin(&s);
	dns_says("signed.example SOA I 60 x");
	dns_says("example.org MX S 300 10 mx.example.org");
	dns_says("mx.example.org A S 300 192.0.2.1");
	dns_says("_25._tcp.mx.example.org TLSA S 300 " EE256);
	story_go(&s);
	engine_status(s.engine, &status);
	assert_int_equal(status.resolver, RESOLVER_NOT_VALIDATING);
	assert_string_equal(ask(&s, "example.org"), "may mx.example.org=may");
	/* It is mended: seen within the next tests, without a restart. */
	dns_says("signed.example SOA S 60 x");
	fake_pass(60);
	engine_status(s.engine, &status);
	assert_int_equal(status.resolver, RESOLVER_OK);
	assert_string_equal(
	    ask(&s, "example.org"), "dane-verify mx.example.org=dane-verify");
	story_end(&s);
}

static void
check_bogus_answered(void **state)
{
	struct engine_status status;
	struct story s;

	(void)state;
	story_begin(&s);
	dns_says("bogus.example A I 60 192.0.2.9");
	story_go(&s);
	engine_status(s.engine, &status);
	assert_int_equal(status.resolver, RESOLVER_NOT_VALIDATING);
	story_end(&s);
}

static void
check_required_without_validation(void **state)
{
	struct override o = { .action = OVERRIDE_DANE_ONLY, .expires = NOON + DAY };
	struct story s;

	(void)state;
	story_begin(&s);
	dns_says("signed.example SOA I 60 x");
	dns_says("example.org MX S 300 10 mx.example.org");
	dns_says("mx.example.org A S 300 192.0.2.1");
	story_go(&s);
	assert_int_equal(override_pattern_parse("example.org", &o, NULL), ST_OK);
	engine_put_override(s.engine, &o);
	assert_string_equal(ask(&s, "example.org"), "defer mx.example.org=skip");
	story_end(&s);
}

static void
check_dead_resolver(void **state)
{
	struct engine_status status;
	struct story s;

	(void)state;
	story_begin(&s);
	dns_says("signed.example SOA silent");
	dns_says("example.org MX silent");
	story_go(&s);
	assert_string_equal(ask(&s, "example.org"), "defer");
	engine_status(s.engine, &status);
	assert_int_equal(status.resolver, RESOLVER_DEAD);
	story_end(&s);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_dane, dane_cases),
		CASE("BASE-01 both addresses are asked before TLSA", check_order),
		CASE("DNS-10 a TLSA set is not used beyond its TTL", check_ttl),
		CASE("DNS-10 an error is kept for a minute at most", check_error_ttl),
		CASE("DNS-10 what is in use is looked up again before it ends",
		    check_ahead),
		CASE("DNS-10 TTL 0 serves who waits for it, and nobody else",
		    check_ttl_zero),
		CASE(
		    "DNS-13 a resolver that does not validate is found out, and so is its repair",
		    check_not_validating),
		CASE("DNS-13 a resolver that answers a bogus name does not validate",
		    check_bogus_answered),
		CASE("DNS-13, MAND-01 DANE required and no validation: defer",
		    check_required_without_validation),
		CASE("DNS-01 a dead resolver defers and is seen in the status",
		    check_dead_resolver),
	};

	return cases_run("dane", tables, COUNT_OF(tables));
}
