/*
 * Bad neighbours: full caches, hosts and records without number, more questions than can be looked up.
 * SPDX-License-Identifier: ISC
 */
#include "base/strbuf.h"
#include "scenario/stage.h"

/* --- bounds ------------------------------------------------------------------------------------------------ */

static void
check_full_and_busy(void **state)
{
	struct ear ears[STRANGERS];
	struct engine_status status;
	char text[40];
	struct story s;
	int i;

	(void)state;
	stage_begin(&s, POLICY("enforce", MX1));
	s.options.policies_max = s.options.routes_max = 10;
	story_go(&s);
	for (i = 0; i < 10; i++) {
		snprintf(text, sizeof(text), "d%d.example", i);
		stage_add(text, POLICY("enforce", MX1));
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
add_and_ask(struct story *s, int first, int end)
{
	char text[40];
	int i;

	for (i = first; i < end; i++) {
		snprintf(text, sizeof(text), "d%d.example", i);
		stage_add(text, POLICY("enforce", MX1));
		assert_string_equal(ask(s, text), ENFORCED);
	}
}

/* Those that bind make room for each other, the one that nobody asked for longest first, and for good. */
static void
check_too_many_bind(void **state)
{
	struct engine_status status;
	struct story s;

	(void)state;
	stage_begin(&s, POLICY("enforce", MX1));
	s.options.policies_max = 10;
	story_use_store(&s);
	story_go(&s);
	add_and_ask(&s, 0, 10);
	ask(&s, "d0.example");
	add_and_ask(&s, 10, 12);
	engine_status(s.engine, &status);
	assert_int_equal(status.policies, 10);
	assert_int_equal(status.evicted, 2);
	assert_string_equal(cached(&s, "d0.example"), "enforce id=1");
	assert_string_equal(cached(&s, "d1.example"), "none cached");
	s.options.policies_max = 100;
	story_restart(&s);
	assert_string_equal(cached(&s, "d0.example"), "enforce id=1");
	assert_string_equal(cached(&s, "d1.example"), "none cached");
	/* The store has more than there is now room for. */
	s.options.policies_max = 4;
	story_restart(&s);
	engine_status(s.engine, &status);
	assert_int_equal(status.policies, 4);
	story_end(&s);
}

static void
check_accounts(void **state)
{
	struct engine_status none, one, two;
	struct domain d = domain_named("d0.example");
	struct story s;

	(void)state;
	stage_go(&s, POLICY("enforce", MX1));
	engine_status(s.engine, &none);
	assert_int_equal(none.policies, 0);
	assert_int_equal(none.policy_bytes, 0);
	add_and_ask(&s, 0, 1);
	engine_status(s.engine, &one);
	assert_int_equal(one.policies, 1);
	/* Replaced, dropped, and learnt again. */
	dns_says("_mta-sts.d0.example TXT I 300 v=STSv1; id=2;");
	fake_pass(301);
	assert_string_equal(ask(&s, "d0.example"), ENFORCED);
	engine_status(s.engine, &two);
	assert_int_equal(two.policies, 1);
	assert_int_equal(two.policy_bytes, one.policy_bytes);
	assert_int_equal(engine_drop(s.engine, &d), ST_OK);
	engine_status(s.engine, &none);
	assert_int_equal(none.policies, 0);
	assert_int_equal(none.policy_bytes, 0);
	assert_int_equal(none.routes, 0);
	ask(&s, "d0.example");
	engine_status(s.engine, &two);
	assert_int_equal(two.policy_bytes, one.policy_bytes);
	/* And at its end. */
	web_says("mta-sts.d0.example", HTTPS_STATUS, NULL);
	fake_pass(8 * DAY);
	engine_status(s.engine, &none);
	assert_int_equal(none.policies, 0);
	assert_in_range(none.policy_bytes, 1, one.policy_bytes - 1);
	story_end(&s);
}

/* What was fetched in one hour is not fetched again in one hour. */
static void
check_refreshes_spread(void **state)
{
	unsigned gets;
	struct story s;

	(void)state;
	stage_go(&s, POLICY("enforce", MX1));
	add_and_ask(&s, 0, 40);
	fake_pass(DAY - DAY / 20);
	gets = web_asked(NULL);
	assert_in_range(gets, 41, 79);
	fake_pass(DAY / 20 + HOUR);
	assert_int_equal(web_asked(NULL), 80);
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
	stage_begin(&s, POLICY("enforce", MX1));
	story_go(&s);
	len = (size_t)snprintf(body, sizeof(body), "%s", POLICY("enforce", MX1));
	while (len < sizeof(body) - 8) {
		memcpy(body + len, "x: 1\n", 6);
		len += 5;
	}
	for (i = 0; i < 30; i++) {
		snprintf(text, sizeof(text), "d%d.example", i);
		stage_add(text, POLICY("enforce", MX1));
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

/* Next-hops with many hosts count for more than one. */
static void
check_many_hosts(void **state)
{
	struct strbuf line = STRBUF_INIT;
	struct engine_status status;
	struct story s;
	int i, k;

	(void)state;
	story_begin(&s);
	s.options.routes_max = 10;
	story_go(&s);
	for (i = 0; i < 10; i++) {
		strbuf_reset(&line);
		strbuf_addf(&line, "d%d.example MX I 3600 10 h0.example", i);
		for (k = 1; k < 16; k++)
			strbuf_addf(&line, "; 10 h%d.example", k);
		dns_says(strbuf_str(&line));
		strbuf_reset(&line);
		strbuf_addf(&line, "d%d.example", i);
		ask(&s, strbuf_str(&line));
		assert_true(is_at_hand(&s, strbuf_str(&line)));
		engine_status(s.engine, &status);
		assert_in_range(status.routes, 1, 7);
	}
	strbuf_clear(&line);
	story_end(&s);
}

/* And so do those with many records; looked up again, they count once. */
static void
check_long_records(void **state)
{
	struct strbuf line = STRBUF_INIT;
	struct engine_status status;
	struct story s;
	char text[40];
	int i;

	(void)state;
	story_begin(&s);
	dns_says("small.example MX I 3600 10 h.example");
	dns_says("h.example A I 3600 192.0.2.1");
	dns_says("h.example AAAA I 3600 nodata");
	dns_says("_mta-sts.small.example TXT I 3600 nodata");
	dns_says("big.example A S 60 192.0.2.1");
	strbuf_adds(&line, "_25._tcp.big.example TLSA S 60 " EE256 "; 3 0 0 ");
	for (i = 0; i < 14000; i++)
		strbuf_adds(&line, "00");
	dns_says(strbuf_str(&line));
	s.options.routes_max = 10;
	story_go(&s);
	ask(&s, "small.example");
	for (i = 0; i < 10; i++) {
		ask(&s, "[big.example]");
		assert_true(is_at_hand(&s, "small.example"));
		fake_pass(100);
	}
	for (i = 0; i < 8; i++) {
		snprintf(text, sizeof(text), "[big.example]:%d", 1000 + i);
		snprintf(line.data, line.cap,
		    "_%d._tcp.big.example CNAME S 60 "
		    "_25._tcp.big.example",
		    1000 + i);
		dns_says(line.data);
		assert_string_equal(
		    ask(&s, text), "dane-verify big.example=dane-verify");
		engine_status(s.engine, &status);
		assert_in_range(status.routes, 1, 4);
	}
	assert_true(status.evicted > 0);
	strbuf_clear(&line);
	story_end(&s);
}

/* More TLSA records than anybody needs are not taken in; nor is the host taken for one without. */
static void
check_many_records(void **state)
{
	struct strbuf line = STRBUF_INIT;
	struct story s;
	int i, k;

	(void)state;
	story_begin(&s);
	dns_says("example.org MX S 300 10 a.example.org; 20 b.example.org");
	dns_says("a.example.org A S 300 192.0.2.1");
	dns_says("b.example.org A S 300 192.0.2.2");
	dns_says("_25._tcp.b.example.org TLSA S 300 " EE256);
	strbuf_adds(&line, "_25._tcp.a.example.org TLSA S 300 " EE256);
	for (i = 0; i < 15; i++) {
		strbuf_adds(&line, "; 3 0 0 ");
		for (k = 0; k < 1200; k++)
			strbuf_adds(&line, "00");
	}
	dns_says(strbuf_str(&line));
	story_go(&s);
	assert_string_equal(ask(&s, "example.org"),
	    "dane-verify a.example.org=skip b.example.org=dane-verify");
	strbuf_clear(&line);
	story_end(&s);
}

/* The policy is pushed out of the cache while its domain's DNS still keeps the question waiting. */
static void
check_evicted_while_waiting(void **state)
{
	struct story s;
	struct ear slow, a, b;

	(void)state;
	stage_begin(&s, POLICY("enforce", MX1));
	stage_add("a.example", POLICY("enforce", MX1));
	stage_add("b.example", POLICY("enforce", MX1));
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
	struct next_hop n = stage_next_hop("slow.example");

	(void)state;
	stage_begin(&s, POLICY("enforce", MX1));
	stage_add("slow.example", POLICY("enforce", MX1));
	/* The route ends last. */
	dns_says("slow.example MX I 3600 10 mx1.slow.example");
	dns_says("mx1.slow.example CNAME I 300 a.slow.example stop");
	dns_says("a.slow.example CNAME I 300 b.slow.example stop");
	dns_says("b.slow.example CNAME I 300 c.slow.example stop");
	dns_says("c.slow.example A I 300 192.0.2.1");
	web_says(
	    "mta-sts.slow.example", HTTPS_OK, POLICY("enforce", "mx1.slow.example"));
	s.options.policies_max = s.options.routes_max = 2;
	story_go(&s);
	first = (struct ear){ .story = &s };
	first.question = engine_ask(s.engine, &n, 5000, on_heard_then_ask, &first);
	ask_later(&s, "slow.example", 5000, &second);
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
	stage_begin(&s, POLICY("enforce", MX1));
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
	stage_begin(&s, POLICY("enforce", MX1));
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

int
main(void)
{
	const struct case_table tables[] = {
		CASE("STS-CACHE-12 strangers under way push out no policy that binds",
		    check_full_and_busy),
		CASE(
		    "STS-CACHE-12 too many that bind: the one not asked for longest goes",
		    check_too_many_bind),
		CASE("what the cache holds is counted", check_accounts),
		CASE("STS-CACHE-05 refreshes of one hour are spread",
		    check_refreshes_spread),
		CASE("STS-CACHE-12 policies that grow stay within the bound",
		    check_policies_grow),
		CASE("routes with many hosts stay within the bound", check_many_hosts),
		CASE("routes with many records stay within the bound",
		    check_long_records),
		CASE("TLSA-01 a TLSA set beyond all measure is an error",
		    check_many_records),
		CASE(
		    "STS-CACHE-12 pushed out while its question waits for DNS: still enforced",
		    check_evicted_while_waiting),
		CASE(
		    "STS-CACHE-12 pushed out between two who wait for it: enforced for both",
		    check_evicted_between_waiters),
		CASE("a lookup that nobody waits for any more does not begin",
		    check_nobody_waits),
		CASE("the end of the engine asks nothing", check_end_asks_nothing),
	};

	return cases_run("bounds", tables, COUNT_OF(tables));
}
