/*
 * Bad moments and bad neighbours: what is dropped, ends, jumps, fills up or never answers while somebody waits.
 * SPDX-License-Identifier: ISC
 */
#include "scenario/story.h"

#define WEB   "mta-sts.example.org"
#define TXT   "_mta-sts.example.org TXT"
#define MX1   "mx1.example.org"
#define OTHER "mx2.example.org"
#define TA256 "2 0 1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define RESET "version: STSv1\nmode: enforce\nmx: mx1.example.org\nmax_age: "

#define ENFORCED "sts-verify mx1.example.org=sts-verify"
#define FREE     "may mx1.example.org=may"

/* --- the stage ------------------------------------------------------------------------------ */

/* An unsigned domain with one MX host and an MTA-STS policy, id 1. */
static void
begin(struct story *s, const char *policy)
{
	story_begin(s);
	dns_says("example.org MX I 3600 10 mx1.example.org");
	dns_says("mx1.example.org A I 3600 192.0.2.1");
	dns_says("mta-sts.example.org A I 3600 192.0.2.80");
	dns_says(TXT " I 300 v=STSv1; id=1;");
	web_says(WEB, HTTPS_OK, policy);
}

static void
go(struct story *s, const char *policy)
{
	begin(s, policy);
	story_go(s);
}

static struct domain
domain(const char *text)
{
	struct domain d;

	assert_int_equal(domain_parse(text, strlen(text), &d, NULL), ST_OK);
	return d;
}

/* What a question asked in the background heard. */
struct ear {
	struct story *story;
	struct question *question;
	unsigned times;
	enum verdict verdict;
};

static void
on_heard(const struct answer *a, void *arg)
{
	struct ear *ear = arg;

	ear->question = NULL;
	ear->times++;
	ear->verdict = a->verdict;
}

static void
ask_later(struct story *s, const char *text, int deadline_ms, struct ear *ear)
{
	struct next_hop n;

	assert_int_equal(next_hop_parse(text, strlen(text), &n, NULL), NEXT_HOP_DOMAIN);
	*ear = (struct ear){ .story = s };
	ear->question = engine_ask(s->engine, &n, deadline_ms, on_heard, ear);
	assert_int_equal(ear->times, 0);
}

/* One more domain with the same MX host and a policy of its own. */
static void
add_domain(const char *text, const char *policy)
{
	char line[160];

	snprintf(line, sizeof(line), "%s MX I 3600 10 mx1.example.org", text);
	dns_says(line);
	snprintf(line, sizeof(line), "_mta-sts.%s TXT I 300 v=STSv1; id=1;", text);
	dns_says(line);
	snprintf(line, sizeof(line), "mta-sts.%s A I 3600 192.0.2.80", text);
	dns_says(line);
	snprintf(line, sizeof(line), "mta-sts.%s", text);
	web_says(line, HTTPS_OK, policy);
}

static void
take_expires(const struct policy_entry *entry, void *arg)
{
	*(time_t *)arg = entry->sts.expires;
}

static time_t
expires(struct story *s, const char *text)
{
	struct domain d = domain(text);
	time_t end = 0;

	assert_int_equal(engine_show_policy(s->engine, &d, take_expires, &end), ST_OK);
	return end;
}

/* --- what was known when a lookup began is known no more --------------------------------------- */

static void
check_drop_under_way(void **state)
{
	struct domain d = domain("example.org");
	struct story s;
	struct ear ear;

	(void)state;
	go(&s, POLICY("enforce", MX1));
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	fake_pass(301);
	dns_takes_ms(100);
	ask_later(&s, "example.org", 5000, &ear);
	fake_pass_ms(50);
	assert_int_equal(engine_drop(s.engine, &d), ST_OK);
	fake_pass(5);
	assert_int_equal(ear.times, 1);
	assert_int_equal(ear.verdict, VERDICT_STS);
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	assert_int_equal(web_asked(WEB), 2);
	story_end(&s);
}

/* Nothing leads to it any more: neither a record nor a policy in the cache. */
static void
check_drop_during_refresh(void **state)
{
	struct domain d = domain("example.org");
	struct story s;

	(void)state;
	go(&s, POLICY("enforce", MX1));
	ask(&s, "example.org");
	dns_says(TXT " I 300 nxdomain");
	dns_takes_ms(100);
	assert_int_equal(engine_refresh(s.engine, &d), ST_OK);
	fake_pass_ms(150);
	assert_int_equal(engine_drop(s.engine, &d), ST_OK);
	fake_pass(5);
	assert_string_equal(cached(&s, "example.org"), "none cached");
	assert_string_equal(ask(&s, "example.org"), FREE);
	story_end(&s);
}

static void
check_end_under_way(void **state)
{
	struct story s;
	struct ear ear;
	time_t left;

	(void)state;
	go(&s, RESET "86400\n");
	ask(&s, "example.org");
	web_says(WEB, HTTPS_STATUS, NULL);
	fake_pass(DAY - HOUR);
	web_says(WEB, HTTPS_OK, POLICY("enforce", MX1));
	left = expires(&s, "example.org") - NOON - (DAY - HOUR);
	fake_pass(left - 2);
	dns_takes_ms(3000);
	ask_later(&s, "example.org", 30000, &ear);
	fake_pass(30);
	assert_int_equal(ear.times, 1);
	assert_int_equal(ear.verdict, VERDICT_STS);
	story_end(&s);
}

/* --- a policy that lives for less than a question waits ------------------------------------------ */

static void
check_zero_slow_route(void **state)
{
	struct story s;
	struct ear ear;

	(void)state;
	begin(&s, RESET "0\n");
	dns_says("slow.example CNAME I 300 a.example.net stop");
	dns_says("a.example.net CNAME I 300 b.example.net stop");
	dns_says("b.example.net CNAME I 300 c.example.net stop");
	dns_says("c.example.net MX I 300 10 mx1.example.org");
	dns_says("_mta-sts.slow.example TXT I 3600 v=STSv1; id=1;");
	dns_says("mta-sts.slow.example A I 3600 192.0.2.80");
	web_says("mta-sts.slow.example", HTTPS_OK, RESET "0\n");
	story_go(&s);
	dns_takes_ms(1000);
	ask_later(&s, "slow.example", 20000, &ear);
	fake_pass(21);
	assert_int_equal(ear.times, 1);
	assert_int_equal(ear.verdict, VERDICT_STS);
	story_end(&s);
}

static void
check_short_lived(void **state)
{
	struct story s;
	int i;

	(void)state;
	begin(&s, RESET "60\n");
	dns_says(TXT " I 3600 v=STSv1; id=1;");
	story_go(&s);
	for (i = 0; i < 36; i++) {
		assert_string_equal(ask(&s, "example.org"), ENFORCED);
		fake_pass(100);
	}
	story_end(&s);
}

/* --- clocks and pauses ------------------------------------------------------------------------------ */

static void
check_record_clock_back(void **state)
{
	struct story s;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	dns_says(TXT " I 3600 nxdomain");
	story_go(&s);
	assert_string_equal(ask(&s, "example.org"), FREE);
	fake_jump(-30 * (time_t)DAY);
	dns_says(TXT " I 300 v=STSv1; id=1;");
	fake_pass(HOUR);
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	story_end(&s);
}

/* Back, and then on until it is the time again at which the facts were found. */
static void
check_route_clock_back(void **state)
{
	struct story s;

	(void)state;
	go(&s, POLICY("enforce", MX1));
	dns_says("example.org MX I 300 10 mx1.example.org");
	ask(&s, "example.org");
	assert_true(is_at_hand(&s, "example.org"));
	fake_jump(-HOUR);
	fake_pass(HOUR + 10);
	dns_forget_questions();
	ask(&s, "example.org");
	assert_int_equal(dns_asked("example.org MX"), 1);
	story_end(&s);
}

static void
check_pause_ends(void **state)
{
	struct story s;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	dns_says(TXT " I 100 v=STSv1; id=1;");
	web_says(WEB, HTTPS_STATUS, NULL);
	story_go(&s);
	assert_string_equal(ask(&s, "example.org"), FREE);
	dns_says(TXT " I 3600 v=STSv1; id=1;");
	fake_pass(101);
	assert_string_equal(ask(&s, "example.org"), FREE);
	web_says(WEB, HTTPS_OK, POLICY("enforce", MX1));
	fake_pass(201);
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	story_end(&s);
}

static void
check_refresh_pauses(void **state)
{
	unsigned gets, before = 1;
	time_t now, last = -HOUR;
	struct story s;

	(void)state;
	go(&s, POLICY("enforce", MX1));
	ask(&s, "example.org");
	dns_says(TXT " I 10 v=STSv1; id=2;");
	web_says(WEB, HTTPS_STATUS, NULL);
	for (now = 0; now < 3 * DAY; now += 20) {
		fake_pass(20);
		if (now % 440 == 0)
			ask(&s, "example.org");
		gets = web_asked(WEB);
		assert_true(gets <= before + 1);
		if (gets != before) {
			assert_true(now - last > 280);
			last = now;
		}
		before = gets;
	}
	story_end(&s);
}

/* --- the operator's refresh ---------------------------------------------------------------------------- */

static void
check_refresh_without_record(void **state)
{
	struct domain d = domain("example.org");
	struct story s;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	dns_says(TXT " I 300 nxdomain");
	story_go(&s);
	assert_string_equal(ask(&s, "example.org"), FREE);
	assert_int_equal(engine_refresh(s.engine, &d), ST_OK);
	fake_pass(1);
	assert_string_equal(ask(&s, "example.org"), FREE);
	assert_int_equal(web_asked(WEB), 0);
	story_end(&s);
}

static void
check_refresh_under_way(void **state)
{
	struct domain d = domain("example.org");
	struct story s;
	struct ear ear;

	(void)state;
	go(&s, POLICY("enforce", MX1));
	ask(&s, "example.org");
	fake_pass(301);
	dns_takes_ms(100);
	ask_later(&s, "example.org", 5000, &ear);
	fake_pass_ms(50);
	assert_int_equal(engine_refresh(s.engine, &d), ST_OK);
	fake_pass(1);
	assert_int_equal(web_asked(WEB), 2);
	assert_int_equal(ear.times, 1);
	assert_int_equal(ear.verdict, VERDICT_STS);
	story_end(&s);
}

static void
check_one_at_a_time(void **state)
{
	struct story s;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	s.options.fetch_parallel = 1;
	story_go(&s);
	ask(&s, "example.org");
	fake_pass(3 * DAY);
	assert_in_range(web_asked(WEB), 3, 5);
	story_end(&s);
}

/* --- bounds ------------------------------------------------------------------------------------------------ */

#define STRANGERS 50

static void
ask_strangers(struct story *s, struct ear ears[STRANGERS], int deadline_ms)
{
	char text[40];
	int i;

	for (i = 0; i < STRANGERS; i++) {
		snprintf(text, sizeof(text), "stranger%d.example", i);
		ask_later(s, text, deadline_ms, &ears[i]);
	}
}

static void
check_full_and_busy(void **state)
{
	struct ear ears[STRANGERS];
	struct engine_status status;
	char text[40];
	struct story s;
	int i;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	s.options.policies_max = s.options.routes_max = 10;
	story_go(&s);
	for (i = 0; i < 10; i++) {
		snprintf(text, sizeof(text), "d%d.example", i);
		add_domain(text, POLICY("enforce", MX1));
		assert_string_equal(ask(&s, text), ENFORCED);
	}
	dns_takes_ms(1000);
	ask_strangers(&s, ears, 5000);
	fake_pass(10);
	for (i = 0; i < STRANGERS; i++)
		assert_int_equal(ears[i].times, 1);
	for (i = 0; i < 10; i++) {
		snprintf(text, sizeof(text), "d%d.example", i);
		assert_string_equal(cached(&s, text), "enforce id=1");
	}
	ask(&s, "one.more.example");
	engine_status(s.engine, &status);
	assert_in_range(status.routes, 1, 10);
	story_end(&s);
}

static void
check_policies_grow(void **state)
{
	static char body[62000];
	struct engine_status status;
	char text[60];
	struct story s;
	size_t len;
	int i;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	story_go(&s);
	len = (size_t)snprintf(body, sizeof(body), "%s", POLICY("enforce", MX1));
	while (len < sizeof(body) - 8) {
		memcpy(body + len, "x: 1\n", 6);
		len += 5;
	}
	for (i = 0; i < 30; i++) {
		snprintf(text, sizeof(text), "d%d.example", i);
		add_domain(text, POLICY("enforce", MX1));
		ask(&s, text);
	}
	fake_pass(301);
	for (i = 0; i < 30; i++) {
		snprintf(text, sizeof(text),
		    "_mta-sts.d%d.example TXT I 300 v=STSv1; id=2;", i);
		dns_says(text);
		snprintf(text, sizeof(text), "mta-sts.d%d.example", i);
		web_says(text, HTTPS_OK, body);
		snprintf(text, sizeof(text), "d%d.example", i);
		assert_string_equal(ask(&s, text), ENFORCED);
		engine_status(s.engine, &status);
		assert_in_range(status.policy_bytes, 1, s.options.policies_max_bytes);
	}
	story_end(&s);
}

/* The policy is pushed out of the cache while its domain's DNS still keeps the question waiting. */
static void
check_evicted_while_waiting(void **state)
{
	struct story s;
	struct ear slow, a, b;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	add_domain("a.example", POLICY("enforce", MX1));
	add_domain("b.example", POLICY("enforce", MX1));
	dns_says("slow.example CNAME I 300 a.example.net stop");
	dns_says("a.example.net CNAME I 300 b.example.net stop");
	dns_says("b.example.net CNAME I 300 c.example.net stop");
	dns_says("c.example.net CNAME I 300 d.example.net stop");
	dns_says("d.example.net CNAME I 300 e.example.net stop");
	dns_says("e.example.net MX I 300 10 mx1.example.org");
	dns_says("_mta-sts.slow.example TXT I 3600 v=STSv1; id=1;");
	dns_says("mta-sts.slow.example A I 3600 192.0.2.80");
	web_says("mta-sts.slow.example", HTTPS_OK, POLICY("enforce", MX1));
	s.options.policies_max = 2;
	story_go(&s);
	dns_takes_ms(100);
	ask_later(&s, "slow.example", 5000, &slow);
	fake_pass_ms(250);
	ask_later(&s, "a.example", 5000, &a);
	ask_later(&s, "b.example", 5000, &b);
	fake_pass(5);
	assert_int_equal(slow.times, 1);
	assert_int_equal(slow.verdict, VERDICT_STS);
	assert_int_equal(a.verdict, VERDICT_STS);
	assert_int_equal(b.verdict, VERDICT_STS);
	story_end(&s);
}

/* Two wait for one lookup; the first, answered, asks for so much that the result is pushed out. */
static void
on_heard_then_ask(const struct answer *a, void *arg)
{
	static struct ear others[8];
	struct ear *ear = arg;
	char text[40];
	int i;

	on_heard(a, ear);
	for (i = 0; i < 8; i++) {
		snprintf(text, sizeof(text), "other%d.example", i);
		ask_later(ear->story, text, 5000, &others[i]);
	}
}

static void
check_evicted_between_waiters(void **state)
{
	struct story s;
	struct ear first, second;
	struct next_hop n;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	s.options.policies_max = s.options.routes_max = 2;
	story_go(&s);
	assert_int_equal(next_hop_parse("example.org", 11, &n, NULL), NEXT_HOP_DOMAIN);
	first = (struct ear){ .story = &s };
	first.question = engine_ask(s.engine, &n, 5000, on_heard_then_ask, &first);
	ask_later(&s, "example.org", 5000, &second);
	fake_pass(10);
	assert_int_equal(first.times, 1);
	assert_int_equal(second.times, 1);
	assert_int_equal(first.verdict, VERDICT_STS);
	assert_int_equal(second.verdict, VERDICT_STS);
	story_end(&s);
}

static void
check_nobody_waits(void **state)
{
	struct ear ears[STRANGERS];
	struct engine_status status;
	struct story s;
	int i;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	s.options.fetch_parallel = 1;
	story_go(&s);
	dns_takes_ms(1000);
	ask_strangers(&s, ears, 500);
	fake_pass_ms(600);
	for (i = 0; i < STRANGERS; i++)
		assert_int_equal(ears[i].times, 1);
	engine_status(s.engine, &status);
	assert_in_range(status.operations, 0, 1);
	dns_takes_ms(1);
	fake_pass(1);
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	story_end(&s);
}

static void
check_end_asks_nothing(void **state)
{
	struct ear ears[STRANGERS];
	size_t asked;
	struct story s;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	s.options.fetch_parallel = 4;
	story_go(&s);
	dns_takes_ms(100);
	ask_strangers(&s, ears, 5000);
	fake_pass_ms(50);
	asked = strlen(dns_questions());
	engine_free(s.engine);
	s.engine = NULL;
	assert_int_equal(strlen(dns_questions()), asked);
	fake_pass(10);
	story_end(&s);
}

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

static void
check_ahead_fails(void **state)
{
	unsigned asked;
	struct story s;
	int i;

	(void)state;
	story_begin(&s);
	dns_says("example.org MX S 1000 10 mx.example.org");
	dns_says("mx.example.org A S 1000 192.0.2.1");
	dns_says("mx.example.org AAAA S 1000 nodata");
	dns_says("_25._tcp.mx.example.org TLSA S 1000 " EE256);
	dns_says("_mta-sts.example.org TXT I 3600 nodata");
	story_go(&s);
	ask(&s, "example.org");
	fake_pass(920);
	dns_says("example.org MX servfail");
	dns_forget_questions();
	for (i = 0; i < 60; i++) {
		assert_string_equal(
		    ask(&s, "example.org"), "dane-verify mx.example.org=dane-verify");
		fake_pass(1);
	}
	asked = dns_asked("example.org MX");
	assert_in_range(asked, 1, 4);
	fake_pass(60);
	assert_string_equal(ask(&s, "example.org"), "defer");
	story_end(&s);
}

/* --- what the MTA is told -------------------------------------------------------------------------------- */

static void
check_audit_sts(void **state)
{
	struct override o = { .action = OVERRIDE_AUDIT, .expires = NOON + DAY };
	struct story s;

	(void)state;
	go(&s, POLICY("enforce", MX1));
	assert_int_equal(override_pattern_parse("example.org", &o, NULL), ST_OK);
	engine_put_override(s.engine, &o);
	assert_string_equal(ask_as(&s, "sts", "example.org"), "NOTFOUND ");
	assert_string_equal(ask_as(&s, "postfix", "example.org"), "OK may");
	assert_string_equal(ask_as(&s, "postfix-tlsrpt", "example.org"), "OK may");
	story_end(&s);
}

/* An insecure denial of MX, as behind an alias into an unsigned zone: the name asked for is its own only host. */
static void
check_implicit(void **state)
{
	static const char *const policies[] = { POLICY("enforce", "other.example"),
		POLICY("enforce", "h.example"), POLICY("testing", "h.example") };
	struct story s;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(policies); i++) {
		story_begin(&s);
		dns_says("h.example MX I 300 nodata");
		dns_says("h.example A S 300 192.0.2.1");
		dns_says("_25._tcp.h.example TLSA S 300 " TA256);
		dns_says("_mta-sts.h.example TXT I 300 v=STSv1; id=1;");
		dns_says("mta-sts.h.example A I 300 192.0.2.80");
		web_says("mta-sts.h.example", HTTPS_OK, policies[i]);
		story_go(&s);
		assert_string_equal(
		    ask(&s, "h.example"), "dane-verify h.example=dane-verify");
		assert_string_equal(ask_as(&s, "postfix", "h.example"), "OK dane-only");
		story_end(&s);
	}
}

/*
 * Postfix 3.10 with TLSRPT looks into the lists of policy strings and of MX patterns without asking whether they are
 * there: who sends the policy's type must send one of each.
 */
static void
check_attributes(struct story *s, bool wants_them)
{
	const char *reply = ask_as(s, "postfix-tlsrpt", "example.org");

	assert_true(strlen(reply) < 100000);
	assert_int_equal(strstr(reply, "policy_type") != NULL, wants_them);
	assert_int_equal(strstr(reply, "{ policy_string = ") != NULL, wants_them);
	assert_int_equal(strstr(reply, " mx_host_pattern=") != NULL, wants_them);
}

/* head, and the line so often that it makes size octets. */
static char *
repeated(const char *head, const char *line, size_t size)
{
	char *body = xmalloc(size + 1);
	size_t len = (size_t)snprintf(body, size, "%s", head);

	for (; len + strlen(line) < size; len += strlen(line))
		memcpy(body + len, line, strlen(line) + 1);
	return body;
}

#define HEAD(mode, mx) "version: STSv1\nmode: " mode "\nmx: " mx "\nmax_age: 604800\n"
#define LONG           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."

static const struct long_case {
	const char *name, *head, *line;
	bool wants_attributes;
} long_cases[] = {
	{ "STS-POL-18 a long enforce policy", HEAD("enforce", MX1), "a: b\n", true },
	{ "STS-POL-18 a long testing policy", HEAD("testing", MX1), "a: b\n", true },
	{ "STS-POL-18 many patterns under enforce", HEAD("enforce", MX1),
	    "mx: " LONG LONG LONG "example\n", true },
	{ "STS-POL-18 many patterns under testing", HEAD("testing", MX1),
	    "mx: " LONG LONG LONG "example\n", true },
	{ "STS-POL-18 many patterns under testing, none of them for the host",
	    HEAD("testing", OTHER), "mx: " LONG LONG LONG "example\n", false },
};

static void
check_long(void **state)
{
	const struct long_case *c = *state;
	char *body = repeated(c->head, c->line, 65000);
	struct story s;

	go(&s, body);
	check_attributes(&s, c->wants_attributes);
	story_end(&s);
	free(body);
}

/* --- every moment ------------------------------------------------------------------------------------------ */

#define MOMENTS 60

/* A signed domain with policy: MX, addresses, TLSA, TXT, policy host, GET. */
static void
begin_everything(struct story *s)
{
	begin(s, POLICY("enforce", MX1));
	dns_says("example.org MX S 300 10 mx1.example.org; 20 mx2.example.org");
	dns_says("mx1.example.org A S 300 192.0.2.1");
	dns_says("mx2.example.org CNAME S 300 lb.example.net");
	dns_says("lb.example.net A I 300 192.0.2.2");
	dns_says("_25._tcp.mx1.example.org TLSA S 300 " EE256);
	dns_takes_ms(10);
	web_takes_ms(10);
	story_go(s);
}

static void
check_cancel_any_time(void **state)
{
	struct story s;
	struct ear gone, stays;
	int i;

	(void)state;
	for (i = 0; i < MOMENTS; i++) {
		begin_everything(&s);
		ask_later(&s, "example.org", 5000, &gone);
		ask_later(&s, "example.org", 5000, &stays);
		fake_pass_ms(i);
		question_cancel(gone.question);
		fake_pass(10);
		assert_int_equal(stays.times, 1);
		assert_int_equal(stays.verdict, VERDICT_DANE);
		assert_true(gone.times == 0 || gone.question == NULL);
		story_end(&s);
	}
}

static void
check_free_any_time(void **state)
{
	struct trace trace;
	struct story s;
	struct ear ear, explained;
	struct next_hop n;
	int i;

	(void)state;
	assert_int_equal(next_hop_parse("example.org", 11, &n, NULL), NEXT_HOP_DOMAIN);
	for (i = 0; i < MOMENTS; i++) {
		begin_everything(&s);
		ask_later(&s, "example.org", 5000, &ear);
		trace_init(&trace);
		explained = (struct ear){ .story = &s };
		engine_explain(s.engine, &n, 5000, &trace, on_heard, &explained);
		fake_pass_ms(i);
		story_end(&s);
		fake_pass(10);
		assert_in_range(ear.times, 0, 1);
		trace_clear(&trace);
	}
}

static void
check_reconfigure_any_time(void **state)
{
	struct trace trace;
	struct story s;
	struct ear ear, explained;
	struct next_hop n;
	int i;

	(void)state;
	assert_int_equal(next_hop_parse("example.org", 11, &n, NULL), NEXT_HOP_DOMAIN);
	for (i = 0; i < MOMENTS; i++) {
		begin_everything(&s);
		ask_later(&s, "example.org", 5000, &ear);
		trace_init(&trace);
		explained = (struct ear){ .story = &s };
		engine_explain(s.engine, &n, 5000, &trace, on_heard, &explained);
		fake_pass_ms(i);
		s.options.fetch_parallel = 1 + (unsigned)i % 3;
		engine_reconfigure(s.engine, &s.options, NULL, NULL);
		fake_pass(10);
		assert_int_equal(ear.times, 1);
		assert_int_equal(ear.verdict, VERDICT_DANE);
		assert_int_equal(explained.times, 1);
		assert_int_equal(explained.verdict, VERDICT_DANE);
		trace_clear(&trace);
		story_end(&s);
	}
}

static void
check_drop_any_time(void **state)
{
	struct domain d = domain("example.org");
	struct story s;
	struct ear ear;
	int i;

	(void)state;
	for (i = 0; i < MOMENTS; i++) {
		begin_everything(&s);
		dns_says("_25._tcp.mx1.example.org TLSA S 300 nodata");
		ask_later(&s, "example.org", 5000, &ear);
		fake_pass_ms(i);
		if (engine_drop(s.engine, &d) != ST_OK)
			fail_msg("the question did not make it known");
		fake_pass(10);
		assert_int_equal(ear.times, 1);
		assert_int_equal(ear.verdict, VERDICT_STS);
		story_end(&s);
	}
}

/* The deadline falls into every millisecond of the lookups, also the one in which they end. */
static void
check_deadline_any_time(void **state)
{
	struct story s;
	struct ear ear;
	int i;

	(void)state;
	for (i = 0; i < MOMENTS; i++) {
		begin_everything(&s);
		ask_later(&s, "example.org", i, &ear);
		fake_pass_ms(i);
		fake_settle();
		assert_int_equal(ear.times, 1);
		assert_true(
		    ear.verdict == VERDICT_DEFER || ear.verdict == VERDICT_DANE);
		fake_pass(10);
		assert_int_equal(ear.times, 1);
		story_end(&s);
	}
}

static void
on_heard_then_cancel(const struct answer *a, void *arg)
{
	struct ear *ears = arg;
	int i;

	on_heard(a, &ears[0]);
	for (i = 1; i < STRANGERS; i++) {
		question_cancel(ears[i].question);
		ears[i].question = NULL;
	}
}

static void
check_cancel_in_answer(void **state)
{
	struct ear ears[STRANGERS];
	struct next_hop n;
	struct story s;
	int i;

	(void)state;
	begin_everything(&s);
	assert_int_equal(next_hop_parse("example.org", 11, &n, NULL), NEXT_HOP_DOMAIN);
	memset(ears, 0, sizeof(ears));
	ears[0].question =
	    engine_ask(s.engine, &n, 5000, on_heard_then_cancel, &ears[0]);
	for (i = 1; i < STRANGERS; i++)
		ask_later(&s, "example.org", 5000, &ears[i]);
	fake_pass(10);
	assert_int_equal(ears[0].times, 1);
	for (i = 1; i < STRANGERS; i++)
		assert_int_equal(ears[i].times, 0);
	story_end(&s);
}

static void
check_thousands(void **state)
{
	enum { MANY = 20000 };
	struct ear *ears = xcalloc(MANY, sizeof(*ears));
	struct story s;
	int i;

	(void)state;
	begin_everything(&s);
	for (i = 0; i < MANY; i++)
		ask_later(&s, "example.org", 5000, &ears[i]);
	/* Every third has gone before the answer comes. */
	for (i = 0; i < MANY; i += 3)
		question_cancel(ears[i].question);
	fake_pass_ms(200);
	for (i = 0; i < MANY; i++)
		assert_int_equal(ears[i].times, i % 3 != 0);
	assert_int_equal(dns_asked("example.org MX"), 1);
	story_end(&s);
	free(ears);
}

/* --- odd answers ---------------------------------------------------------------------------------------------- */

static void
check_odd_mx(void **state)
{
	struct story s;

	(void)state;
	story_begin(&s);
	dns_says("example.org MX I 300 10 \x1b[2J\xff\"x; 20 mx.example.org");
	dns_says("mx.example.org A I 300 192.0.2.1");
	story_go(&s);
	assert_non_null(strstr(
	    ask_as(&s, "json", "example.org"), "MX target \\\"\\\\x1b[2J\\\\xff"));
	story_end(&s);
}

/* One name in all its forms: each has its own route, all have one policy. */
static void
check_forms(void **state)
{
	struct story s;

	(void)state;
	begin(&s, POLICY("enforce", "*.example.org"));
	dns_says("mx1.example.org MX I 300 10 mx1.example.org");
	story_go(&s);
	assert_string_equal(ask(&s, "EXAMPLE.org."), ENFORCED);
	assert_string_equal(ask(&s, "example.org:587"), ENFORCED);
	assert_string_equal(ask(&s, "mx1.example.org"), FREE);
	assert_string_equal(ask(&s, "[mx1.example.org]"), FREE);
	assert_string_equal(ask(&s, "[mx1.example.org]:587"), FREE);
	assert_int_equal(dns_asked("_mta-sts.example.org TXT"), 1);
	assert_int_equal(dns_asked("_mta-sts.mx1.example.org TXT"), 1);
	assert_int_equal(web_asked(NULL), 1);
	story_end(&s);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE(
		    "STS-CACHE-13 dropped while its record is looked up: fetched again",
		    check_drop_under_way),
		CASE(
		    "STS-CACHE-13 dropped during a refresh without a record: stays gone",
		    check_drop_during_refresh),
		CASE("STS-CACHE-11 ended while its record is looked up: fetched again",
		    check_end_under_way),
		CASE(
		    "STS-CACHE-09, STS-POL-09 max_age 0 serves a question that DNS keeps waiting",
		    check_zero_slow_route),
		CASE("STS-CACHE-11 shorter than its record: fetched again when it ends",
		    check_short_lived),
		CASE(
		    "STS-CACHE-10 the clock goes back: a missing record is looked for again",
		    check_record_clock_back),
		CASE("DNS-10 a clock that goes back and on revives no old answer",
		    check_route_clock_back),
		CASE(
		    "STS-FETCH-10 the pause ends after five minutes, whatever the record's TTL",
		    check_pause_ends),
		CASE("STS-FETCH-10 a refresh keeps to the pause of a question's fetch",
		    check_refresh_pauses),
		CASE(
		    "STS-DNS-01 a forced refresh fetches nothing without record and policy",
		    check_refresh_without_record),
		CASE("STS-CACHE-13 a forced refresh is not lost on a lookup under way",
		    check_refresh_under_way),
		CASE("STS-CACHE-05 one lookup at a time leaves room for refreshes",
		    check_one_at_a_time),
		CASE("STS-CACHE-12 strangers under way push out no policy that binds",
		    check_full_and_busy),
		CASE("STS-CACHE-12 policies that grow stay within the bound",
		    check_policies_grow),
		CASE(
		    "STS-CACHE-12 pushed out while its question waits for DNS: still enforced",
		    check_evicted_while_waiting),
		CASE(
		    "STS-CACHE-12 pushed out between two who wait for it: enforced for both",
		    check_evicted_between_waiters),
		CASE("a lookup that nobody waits for any more does not begin",
		    check_nobody_waits),
		CASE("the end of the engine asks nothing", check_end_asks_nothing),
		CASES(check_slow, slow_cases),
		CASE("DNS-07 eight aliases are followed, nine are an error",
		    check_eight_aliases),
		CASE("DNS-13 what a resolver said before it validated is forgotten",
		    check_repaired),
		CASE("DNS-10 a look ahead that fails takes nothing away",
		    check_ahead_fails),
		CASE(
		    "MAND-03 an audited domain is not held to its policy in any dialect",
		    check_audit_sts),
		CASE("BASE-11, MIX-02 no MX, insecurely: DANE for the name itself",
		    check_implicit),
		CASES(check_long, long_cases),
		CASE(
		    "a question may be cancelled at any moment", check_cancel_any_time),
		CASE("the engine may end at any moment", check_free_any_time),
		CASE("a reload may come at any moment", check_reconfigure_any_time),
		CASE("STS-CACHE-13 a domain may be dropped at any moment",
		    check_drop_any_time),
		CASE("the deadline may come at any moment", check_deadline_any_time),
		CASE("an answer may cancel those who wait for the same",
		    check_cancel_in_answer),
		CASE("thousands wait for one lookup", check_thousands),
		CASE("MX-08 odd bytes in an MX record are escaped", check_odd_mx),
		CASE("STS-APP-03 every form of a next-hop has its own name's policy",
		    check_forms),
	};

	return cases_run("attack", tables, COUNT_OF(tables));
}
