/*
 * MTA-STS: record, fetch, cache, refresh, over days.  SPDX-License-Identifier: ISC
 */
#include "scenario/story.h"

#include "store/store.h"

#define WEB   "mta-sts.example.org"
#define TXT   "_mta-sts.example.org TXT"
#define MX1   "mx1.example.org"
#define OTHER "mx2.example.org"

/* An unsigned domain with one MX host and an MTA-STS policy in this mode, id 1. */
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

#define ENFORCED "sts-verify mx1.example.org=sts-verify"
#define FREE     "may mx1.example.org=may"

/* --- the record ---------------------------------------------------------------------------- */

static void
check_url(void **state)
{
	struct story s;

	(void)state;
	go(&s, POLICY("enforce", MX1));
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	assert_int_equal(dns_asked(TXT), 1);
	assert_string_equal(web_last_path(), "/.well-known/mta-sts.txt");
	assert_string_equal(web_last_address(), "192.0.2.80");
	assert_int_equal(web_asked(WEB), 1);
	assert_int_equal(web_asked(NULL), 1);
	story_end(&s);
}

static void
check_long_name(void **state)
{
	char label[64], line[600], domain[260];
	struct story s;

	(void)state;
	memset(label, 'a', sizeof(label) - 1);
	label[63] = '\0';
	snprintf(domain, sizeof(domain), "%.61s.%s.%s.%s", label, label, label, label);
	story_begin(&s);
	snprintf(line, sizeof(line), "%s MX I 300 nodata", domain);
	dns_says(line);
	snprintf(line, sizeof(line), "%s A I 300 192.0.2.1", domain);
	dns_says(line);
	story_go(&s);
	assert_non_null(strstr(ask(&s, domain), "may "));
	assert_int_equal(web_asked(NULL), 0);
	story_end(&s);
}

static void
check_alias_record(void **state)
{
	struct story s;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	dns_says(TXT " I 300 nodata");
	story_go(&s);
	assert_string_equal(ask(&s, "example.org"), FREE);
	story_end(&s);

	begin(&s, POLICY("enforce", MX1));
	dns_says("other.example MX I 300 10 mx1.example.org");
	dns_says("_mta-sts.other.example CNAME I 300 a.provider.example stop");
	dns_says("a.provider.example CNAME I 300 b.provider.example");
	dns_says("b.provider.example TXT I 300 v=STSv1; id=p1;");
	dns_says("mta-sts.other.example A I 300 192.0.2.80");
	web_says("mta-sts.other.example", HTTPS_OK, POLICY("enforce", MX1));
	story_go(&s);
	assert_string_equal(ask(&s, "other.example"), ENFORCED);
	assert_string_equal(cached(&s, "other.example"), "enforce id=p1");
	story_end(&s);
}

static void
check_alias_loop(void **state)
{
	struct story s;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	dns_says("loop.example MX I 300 10 mx1.example.org");
	dns_says("_mta-sts.loop.example CNAME I 300 x.loop.example stop");
	dns_says("x.loop.example CNAME I 300 _mta-sts.loop.example stop");
	story_go(&s);
	assert_string_equal(ask(&s, "loop.example"), FREE);
	story_end(&s);
}

/* The TXT goes away, doubles, breaks or fails: the cached policy still holds. */
static const struct gone_case {
	const char *name, *says;
} gone_cases[] = {
	{ "STS-DNS-12 SEED-51 the record is gone: the cached policy is enforced",
	    TXT " I 300 nxdomain" },
	{ "STS-DNS-12 two records: the cached policy is enforced",
	    TXT " I 300 v=STSv1; id=2;|v=STSv1; id=3;" },
	{ "STS-DNS-12 a broken record: the cached policy is enforced",
	    TXT " I 300 v=STSv1; id=;" },
	{ "STS-DNS-13 SEED-51 the lookup fails: the cached policy is enforced",
	    TXT " servfail" },
	{ "STS-DNS-13 SEED-51 no answer to the lookup: the cached policy is enforced",
	    TXT " silent" },
};

static void
check_gone(void **state)
{
	const struct gone_case *c = *state;
	struct story s;

	go(&s, POLICY("enforce", MX1));
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	dns_says(c->says);
	fake_pass(2 * HOUR);
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	assert_int_equal(web_asked(WEB), 1);
	story_end(&s);
}

static void
check_fail_open(void **state)
{
	struct story s;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	dns_says(TXT " servfail");
	story_go(&s);
	assert_string_equal(ask(&s, "example.org"), FREE);
	story_end(&s);
}

static void
check_id_order(void **state)
{
	struct story s;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	dns_says(TXT " I 300 v=STSv1; id=9;");
	story_go(&s);
	ask(&s, "example.org");
	dns_says(TXT " I 300 v=STSv1; id=1;");
	fake_pass(301);
	ask(&s, "example.org");
	assert_int_equal(web_asked(WEB), 2);
	assert_string_equal(cached(&s, "example.org"), "enforce id=1");
	story_end(&s);
}

/* --- the fetch ------------------------------------------------------------------------------- */

static const struct fetch_case {
	const char *name;
	enum https_outcome outcome;
	const char *body;
	enum sts_attempt attempt;
} fetch_cases[] = {
	{ "STS-FETCH-12 a failed fetch and nothing cached: as without a policy",
	    HTTPS_STATUS, NULL, STS_ATTEMPT_FETCH },
	{ "STS-FETCH-02 SEED-40 a bad web certificate: no policy, told apart",
	    HTTPS_CERTIFICATE, NULL, STS_ATTEMPT_WEBPKI },
	{ "STS-FETCH-09 SEED-52 a policy host that never ends: no policy",
	    HTTPS_TIMEOUT, NULL, STS_ATTEMPT_FETCH },
	{ "STS-FETCH-14 a refused address: no policy", HTTPS_ADDRESS_REFUSED, NULL,
	    STS_ATTEMPT_FETCH },
	{ "STS-POL-06 an invalid text: no policy, told apart", HTTPS_OK,
	    "version: STSv1\nmode: enforce\nnmx: a\nmax_age: 86400\n",
	    STS_ATTEMPT_INVALID },
};

static void
take_attempt(const struct policy_entry *entry, void *arg)
{
	*(enum sts_attempt *)arg = entry->sts.attempt;
}

static void
check_fetch(void **state)
{
	const struct fetch_case *c = *state;
	struct domain d;
	enum sts_attempt attempt = STS_ATTEMPT_NONE;
	struct story s;

	begin(&s, "");
	web_says(WEB, c->outcome, c->body);
	story_go(&s);
	assert_string_equal(ask(&s, "example.org"), FREE);
	assert_int_equal(domain_parse("example.org", 11, &d, NULL), ST_OK);
	assert_int_equal(
	    engine_show_policy(s.engine, &d, take_attempt, &attempt), ST_OK);
	assert_int_equal(attempt, c->attempt);
	assert_non_null(strstr(ask_as(&s, "json", "example.org"),
	    "\"reason\":\"the MTA-STS policy cannot be had\""));
	/* Without a record there is no policy to be had. */
	dns_says(TXT " I 300 nodata");
	fake_pass(301);
	assert_non_null(
	    strstr(ask_as(&s, "json", "example.org"), "\"reason\":\"neither TLSA"));
	story_end(&s);
}

static void
check_pause(void **state)
{
	struct story s;
	int i;

	(void)state;
	begin(&s, "");
	web_says(WEB, HTTPS_STATUS, NULL);
	dns_says(TXT " I 10 v=STSv1; id=1;");
	story_go(&s);
	for (i = 0; i < 20; i++) {
		assert_string_equal(ask(&s, "example.org"), FREE);
		fake_pass(12);
	}
	assert_int_equal(web_asked(WEB), 1);
	/* A new id may be tried at once. */
	dns_says(TXT " I 10 v=STSv1; id=2;");
	ask(&s, "example.org");
	assert_int_equal(web_asked(WEB), 2);
	/* And the same one after five minutes. */
	web_says(WEB, HTTPS_OK, POLICY("enforce", MX1));
	fake_pass(301);
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	story_end(&s);
}

static void
count_answer(const struct answer *a, void *arg)
{
	assert_int_equal(a->verdict, VERDICT_STS);
	++*(unsigned *)arg;
}

static void
check_parallel(void **state)
{
	struct next_hop n;
	unsigned answers = 0;
	struct story s;
	int i;

	(void)state;
	go(&s, POLICY("enforce", MX1));
	dns_forget_questions();
	assert_int_equal(next_hop_parse("example.org", 11, &n, NULL), NEXT_HOP_DOMAIN);
	for (i = 0; i < 50; i++)
		engine_ask(s.engine, &n, 5000, count_answer, &answers);
	assert_int_equal(answers, 0);
	fake_pass(5);
	assert_int_equal(answers, 50);
	assert_int_equal(web_asked(WEB), 1);
	assert_int_equal(dns_asked("example.org MX"), 1);
	assert_int_equal(dns_asked(TXT), 1);
	story_end(&s);
}

static void
check_slow_host(void **state)
{
	struct engine_status status;
	struct story s;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	web_takes_ms(30000);
	story_go(&s);
	/* The first one does not wait for ever ... */
	assert_string_equal(ask(&s, "example.org"), FREE);
	engine_status(s.engine, &status);
	assert_int_equal(status.late, 1);
	/* ... and the fetch goes on behind. */
	fake_pass(31);
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	assert_int_equal(web_asked(WEB), 1);
	story_end(&s);
}

static void
check_too_slow(void **state)
{
	struct story s;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	web_takes_ms(90000);
	story_go(&s);
	ask(&s, "example.org");
	fake_pass(61);
	assert_string_equal(ask(&s, "example.org"), FREE);
	story_end(&s);
}

static void
check_deadline_cached(void **state)
{
	struct story s;

	(void)state;
	go(&s, POLICY("enforce", MX1));
	ask(&s, "example.org");
	dns_says(TXT " I 300 v=STSv1; id=2;");
	web_takes_ms(30000);
	fake_pass(301);
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	story_end(&s);
}

/* --- the cache ---------------------------------------------------------------------------------- */

static void
check_same_id(void **state)
{
	struct story s;
	int i;

	(void)state;
	go(&s, POLICY("enforce", MX1));
	for (i = 0; i < 40; i++) {
		assert_string_equal(ask(&s, "example.org"), ENFORCED);
		fake_pass(301);
	}
	assert_int_equal(web_asked(WEB), 1);
	story_end(&s);
}

static void
check_new_id(void **state)
{
	struct story s;

	(void)state;
	go(&s, POLICY("enforce", MX1));
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	dns_says(TXT " I 300 v=STSv1; id=2;");
	web_says(WEB, HTTPS_OK, "version: STSv1\nmode: none\nmax_age: 86400\n");
	fake_pass(301);
	assert_string_equal(ask(&s, "example.org"), FREE);
	assert_string_equal(cached(&s, "example.org"), "none id=2");
	story_end(&s);
}

static void
check_failed_refetch(void **state)
{
	struct story s;

	(void)state;
	go(&s, POLICY("enforce", MX1));
	ask(&s, "example.org");
	dns_says(TXT " I 300 v=STSv1; id=2;");
	web_says(WEB, HTTPS_STATUS, NULL);
	fake_pass(3 * DAY);
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	web_says(WEB, HTTPS_OK, "version: STSv1\nmode: enforce\nmax_age: 86400\n");
	fake_pass(3 * DAY);
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	/* Not longer than its own max_age. */
	fake_pass(DAY + HOUR);
	assert_string_equal(ask(&s, "example.org"), FREE);
	assert_string_equal(cached(&s, "example.org"), "none cached");
	story_end(&s);
}

static void
check_lifetime(void **state)
{
	struct story s;

	(void)state;
	go(&s, POLICY("enforce", MX1));
	ask(&s, "example.org");
	/* Refreshed after a day: a week from there. */
	fake_pass(DAY + HOUR);
	assert_int_equal(web_asked(WEB), 2);
	web_says(WEB, HTTPS_STATUS, NULL);
	fake_pass(6 * DAY + 20 * HOUR);
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	fake_pass(5 * HOUR);
	assert_string_equal(ask(&s, "example.org"), FREE);
	story_end(&s);
}

static void
check_refresh(void **state)
{
	struct story s;

	(void)state;
	go(&s, POLICY("enforce", MX1));
	ask(&s, "example.org");
	dns_says(TXT " I 300 nxdomain");
	web_says(WEB, HTTPS_OK, POLICY("enforce", OTHER));
	/* Nobody asks for five days; a GET a day, also without a record. */
	fake_pass(5 * DAY + HOUR);
	assert_in_range(web_asked(WEB), 5, 7);
	assert_string_equal(ask(&s, "example.org"), "defer mx1.example.org=skip");
	story_end(&s);
}

static void
check_keeps_id(void **state)
{
	struct story s;
	unsigned gets;

	(void)state;
	go(&s, POLICY("enforce", MX1));
	ask(&s, "example.org");
	dns_says(TXT " I 300 nxdomain");
	fake_pass(DAY + HOUR);
	assert_string_equal(cached(&s, "example.org"), "enforce id=1");
	dns_says(TXT " I 300 v=STSv1; id=1;");
	fake_pass(HOUR);
	gets = web_asked(WEB);
	ask(&s, "example.org");
	assert_int_equal(web_asked(WEB), gets);
	story_end(&s);
}

static void
take_failures(const struct policy_entry *entry, void *arg)
{
	*(unsigned *)arg = entry->refresh_failures;
}

static void
check_failures_counted(void **state)
{
	unsigned failures = 0;
	struct domain d;
	struct story s;

	(void)state;
	go(&s, POLICY("enforce", MX1));
	ask(&s, "example.org");
	web_says(WEB, HTTPS_STATUS, NULL);
	fake_pass(2 * DAY);
	assert_int_equal(domain_parse("example.org", 11, &d, NULL), ST_OK);
	assert_int_equal(
	    engine_show_policy(s.engine, &d, take_failures, &failures), ST_OK);
	assert_true(failures >= 2);
	web_says(WEB, HTTPS_OK, POLICY("enforce", MX1));
	fake_pass(DAY);
	assert_int_equal(
	    engine_show_policy(s.engine, &d, take_failures, &failures), ST_OK);
	assert_int_equal(failures, 0);
	story_end(&s);
}

static void
check_none(void **state)
{
	struct story s;

	(void)state;
	go(&s, "version: STSv1\nmode: none\nmax_age: 86400\n");
	assert_string_equal(ask(&s, "example.org"), FREE);
	assert_string_equal(cached(&s, "example.org"), "none id=1");
	web_says(WEB, HTTPS_STATUS, NULL);
	dns_says(TXT " I 300 nxdomain");
	fake_pass(DAY + HOUR);
	assert_string_equal(cached(&s, "example.org"), "none cached");
	story_end(&s);
}

static void
check_zero(void **state)
{
	struct story s;

	(void)state;
	go(&s, "version: STSv1\nmode: enforce\nmx: mx1.example.org\nmax_age: 0\n");
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	dns_says(TXT " I 300 nxdomain");
	fake_pass(301);
	assert_string_equal(ask(&s, "example.org"), FREE);
	story_end(&s);
}

static void
check_clock_back(void **state)
{
	struct story s;

	(void)state;
	go(&s, POLICY("enforce", MX1));
	ask(&s, "example.org");
	fake_jump(-(time_t)DAY);
	fake_pass(2 * HOUR);
	assert_int_equal(web_asked(WEB), 2);
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	story_end(&s);
}

static void
check_clock_in_2099(void **state)
{
	struct story s;

	(void)state;
	go(&s, POLICY("enforce", MX1));
	fake_jump(73 * 365 * (time_t)DAY);
	ask(&s, "example.org");
	fake_jump(-73 * 365 * (time_t)DAY);
	web_says(WEB, HTTPS_STATUS, NULL);
	fake_pass(2 * HOUR);
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	fake_pass(8 * DAY);
	assert_string_equal(ask(&s, "example.org"), FREE);
	story_end(&s);
}

static void
check_clock_forward(void **state)
{
	struct story s;

	(void)state;
	go(&s, POLICY("enforce", MX1));
	ask(&s, "example.org");
	fake_jump(30 * (time_t)DAY);
	fake_pass(2);
	/* Expired as far as the clock says, and fetched again for the question. */
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	assert_true(web_asked(WEB) >= 2);
	story_end(&s);
}

static void
check_restart(void **state)
{
	struct story s;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	story_use_store(&s);
	story_go(&s);
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	/* No network but the MX host's own DNS. */
	web_says(WEB, HTTPS_CONNECT, NULL);
	dns_says(TXT " servfail");
	story_restart(&s);
	assert_string_equal(cached(&s, "example.org"), "enforce id=1");
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	story_end(&s);
}

static void
check_restart_same_id(void **state)
{
	struct story s;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	story_use_store(&s);
	story_go(&s);
	ask(&s, "example.org");
	story_restart(&s);
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	assert_int_equal(web_asked(WEB), 1);
	story_end(&s);
}

static void
check_late_store(void **state)
{
	struct override o = { .action = OVERRIDE_MAY, .expires = NOON + DAY };
	struct story s;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	dns_says("other.example MX I 300 10 mx1.example.org");
	assert_int_equal(override_pattern_parse("other.example", &o, NULL), ST_OK);
	story_go(&s);
	ask(&s, "example.org");
	engine_put_override(s.engine, &o);
	story_use_store(&s);
	story_open_store(&s);
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	story_restart(&s);
	assert_string_equal(cached(&s, "example.org"), "enforce id=1");
	assert_int_equal(engine_overrides(s.engine)->count, 1);
	story_end(&s);
}

/* What is read at a start is not written again. */
static void
check_restart_writes_nothing(void **state)
{
	struct store_state state_now;
	struct story s;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	story_use_store(&s);
	story_go(&s);
	ask(&s, "example.org");
	story_restart(&s);
	store_flush(s.store);
	store_state(s.store, &state_now);
	assert_int_equal(state_now.written, 0);
	assert_string_equal(cached(&s, "example.org"), "enforce id=1");
	story_end(&s);
}

static void
check_restart_zero(void **state)
{
	struct story s;

	(void)state;
	begin(&s, "version: STSv1\nmode: enforce\nmx: mx1.example.org\nmax_age: 0\n");
	story_use_store(&s);
	story_go(&s);
	ask(&s, "example.org");
	story_restart(&s);
	assert_string_equal(cached(&s, "example.org"), "none cached");
	story_end(&s);
}

static void
check_drop(void **state)
{
	struct domain d, unknown;
	struct story s;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	story_use_store(&s);
	story_go(&s);
	ask(&s, "example.org");
	assert_int_equal(domain_parse("example.org", 11, &d, NULL), ST_OK);
	assert_int_equal(domain_parse("nobody.example", 14, &unknown, NULL), ST_OK);
	assert_int_equal(engine_drop(s.engine, &unknown), ST_NOTFOUND);
	assert_string_equal(cached(&s, "example.org"), "enforce id=1");
	assert_int_equal(engine_drop(s.engine, &d), ST_OK);
	assert_string_equal(cached(&s, "example.org"), "none cached");
	story_restart(&s);
	assert_string_equal(cached(&s, "example.org"), "none cached");
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	assert_int_equal(web_asked(WEB), 2);
	story_end(&s);
}

static void
check_forced_refresh(void **state)
{
	struct domain d, unknown;
	struct story s;

	(void)state;
	go(&s, POLICY("enforce", MX1));
	ask(&s, "example.org");
	assert_int_equal(domain_parse("example.org", 11, &d, NULL), ST_OK);
	assert_int_equal(domain_parse("nobody.example", 14, &unknown, NULL), ST_OK);
	assert_int_equal(engine_refresh(s.engine, &unknown), ST_NOTFOUND);
	web_says(WEB, HTTPS_STATUS, NULL);
	assert_int_equal(engine_refresh(s.engine, &d), ST_OK);
	fake_pass(1);
	assert_int_equal(web_asked(WEB), 2);
	assert_int_equal(engine_refresh(s.engine, &d), ST_BUSY);
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	story_end(&s);
}

/* Ten places, eleven domains. */
static void
check_eviction(void **state)
{
	struct engine_status status;
	char line[120], domain[40];
	struct story s;
	int i;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	s.options.policies_max = 10;
	story_go(&s);
	for (i = 0; i < 10; i++) {
		snprintf(domain, sizeof(domain), "d%d.example", i);
		snprintf(
		    line, sizeof(line), "_mta-sts.%s TXT I 300 v=STSv1; id=1;", domain);
		dns_says(line);
		snprintf(line, sizeof(line), "mta-sts.%s A I 300 192.0.2.80", domain);
		dns_says(line);
		snprintf(line, sizeof(line), "%s MX I 300 10 mx1.example.org", domain);
		dns_says(line);
		snprintf(line, sizeof(line), "mta-sts.%s", domain);
		web_says(line, HTTPS_OK,
		    i == 5 ? "version: STSv1\nmode: none\nmax_age: 86400\n"
			   : POLICY("enforce", MX1));
		ask(&s, domain);
	}
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	assert_string_equal(cached(&s, "d5.example"), "none cached");
	assert_string_equal(cached(&s, "d0.example"), "enforce id=1");
	engine_status(s.engine, &status);
	assert_int_equal(status.evicted, 1);
	/* Many unknown domains push out each other, never a policy that binds. */
	for (i = 0; i < 100; i++) {
		snprintf(domain, sizeof(domain), "stranger%d.example", i);
		ask(&s, domain);
	}
	assert_string_equal(cached(&s, "example.org"), "enforce id=1");
	story_end(&s);
}

/* --- applying it ------------------------------------------------------------------------------------ */

static void
check_unnamed(void **state)
{
	struct story s;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	dns_says("example.org MX I 3600 10 evil.example.com; 20 mx1.example.org");
	dns_says("evil.example.com A I 3600 192.0.2.66");
	story_go(&s);
	assert_string_equal(ask(&s, "example.org"),
	    "sts-verify evil.example.com=skip mx1.example.org=sts-verify");
	assert_string_equal(ask_as(&s, "postfix", "example.org"),
	    "OK secure match=mx1.example.org servername=hostname");
	story_end(&s);
}

static void
check_wildcard(void **state)
{
	struct story s;

	(void)state;
	go(&s, POLICY("enforce", "*.example.org"));
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	assert_null(strchr(dns_questions(), '*'));
	story_end(&s);
}

static void
check_before_giving_up(void **state)
{
	struct story s;

	(void)state;
	go(&s, POLICY("enforce", OTHER));
	assert_string_equal(ask(&s, "example.org"), "defer mx1.example.org=skip");
	fake_pass(5 * DAY - HOUR);
	dns_says(TXT " I 300 v=STSv1; id=2;");
	web_says(WEB, HTTPS_OK, POLICY("enforce", MX1));
	fake_pass(HOUR);
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	story_end(&s);
}

static void
check_forged_mx(void **state)
{
	struct story s;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	dns_says("example.org MX I 300 10 mx.attacker.example");
	dns_says("mx.attacker.example A S 300 192.0.2.66");
	dns_says("_25._tcp.mx.attacker.example TLSA S 300 " EE256);
	story_go(&s);
	assert_string_equal(ask(&s, "example.org"), "defer mx.attacker.example=skip");
	story_end(&s);
}

static void
check_relay(void **state)
{
	struct story s;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	dns_says("relay.isp.example A I 300 192.0.2.25");
	dns_says("_mta-sts.relay.isp.example TXT I 300 v=STSv1; id=r;");
	dns_says("mta-sts.relay.isp.example A I 300 192.0.2.80");
	web_says("mta-sts.relay.isp.example", HTTPS_OK,
	    POLICY("enforce", "relay.isp.example"));
	story_go(&s);
	assert_string_equal(
	    ask(&s, "[relay.isp.example]"), "sts-verify relay.isp.example=sts-verify");
	assert_int_equal(dns_asked(TXT), 0);
	story_end(&s);
}

static void
check_one_policy_each(void **state)
{
	struct story s;

	(void)state;
	go(&s, POLICY("enforce", MX1));
	dns_says("free.example MX I 300 10 mx1.example.org");
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	assert_string_equal(ask(&s, "free.example"), FREE);
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	story_end(&s);
}

/* --- the operator ------------------------------------------------------------------------------------- */

static void
check_override(void **state)
{
	struct override o = { .action = OVERRIDE_MAY, .expires = NOON + DAY };
	struct story s;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	story_use_store(&s);
	story_go(&s);
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	assert_int_equal(override_pattern_parse("example.org", &o, NULL), ST_OK);
	engine_put_override(s.engine, &o);
	assert_string_equal(ask(&s, "example.org"), FREE);
	story_restart(&s);
	assert_string_equal(ask(&s, "example.org"), FREE);
	fake_pass(DAY);
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	story_end(&s);
}

static void
on_explained(const struct answer *a, void *arg)
{
	assert_int_equal(a->verdict, VERDICT_STS);
	*(bool *)arg = true;
}

static void
check_explain(void **state)
{
	bool is_done = false;
	struct next_hop n;
	struct trace trace;
	struct story s;

	(void)state;
	go(&s, POLICY("enforce", MX1));
	ask(&s, "example.org");
	dns_forget_questions();
	assert_int_equal(next_hop_parse("example.org", 11, &n, NULL), NEXT_HOP_DOMAIN);
	trace_init(&trace);
	engine_explain(s.engine, &n, 5000, &trace, on_explained, &is_done);
	fake_pass(6);
	assert_true(is_done);
	assert_int_equal(dns_asked("example.org MX"), 1);
	assert_int_equal(web_asked(WEB), 2);
	assert_true(trace.count >= 6);
	trace_clear(&trace);
	story_end(&s);
}

static void
check_reconfigure(void **state)
{
	unsigned answers = 0;
	struct next_hop n;
	struct story s;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	dns_takes_ms(50);
	story_go(&s);
	assert_int_equal(next_hop_parse("example.org", 11, &n, NULL), NEXT_HOP_DOMAIN);
	engine_ask(s.engine, &n, 5000, count_answer, &answers);
	fake_pass_ms(20);
	engine_reconfigure(s.engine, &s.options, NULL, NULL);
	fake_pass(2);
	assert_int_equal(answers, 1);
	story_end(&s);
}

static void
check_gate(void **state)
{
	struct engine_status status;
	unsigned answers = 0;
	char domain[40];
	struct next_hop n;
	struct story s;
	int i;

	(void)state;
	begin(&s, POLICY("enforce", MX1));
	s.options.fetch_parallel = 3;
	dns_takes_ms(10);
	story_go(&s);
	dns_forget_questions();
	for (i = 0; i < 30; i++) {
		snprintf(domain, sizeof(domain), "example.org:%d", 1000 + i);
		assert_int_equal(
		    next_hop_parse(domain, strlen(domain), &n, NULL), NEXT_HOP_DOMAIN);
		engine_ask(s.engine, &n, 5000, count_answer, &answers);
	}
	engine_status(s.engine, &status);
	assert_int_equal(status.waiting, 30);
	assert_in_range(dns_asked("example.org MX"), 1, 3);
	fake_pass(3);
	assert_int_equal(answers, 30);
	assert_int_equal(web_asked(WEB), 1);
	story_end(&s);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE(
		    "STS-FETCH-01, STS-DNS-01 SEED-39 exactly this record, host and path",
		    check_url),
		CASE("STS-FETCH-01 a name too long for the prefix has no policy",
		    check_long_name),
		CASE(
		    "STS-DNS-10, DNS-14 aliases of the record are followed, unsigned or not",
		    check_alias_record),
		CASE("STS-DNS-10 an alias loop is no live policy", check_alias_loop),
		CASES(check_gone, gone_cases),
		CASE("STS-DNS-13 the lookup fails and nothing is cached: no deferral",
		    check_fail_open),
		CASE("STS-DNS-14 SEED-38 ids have no order", check_id_order),
		CASES(check_fetch, fetch_cases),
		CASE("STS-FETCH-10 SEED-52 five minutes between fetches of one id",
		    check_pause),
		CASE("STS-FETCH-13 SEED-52 fifty questions, one GET, one MX lookup",
		    check_parallel),
		CASE(
		    "STS-FETCH-13 SEED-50 a slow policy host does not hold the mail for ever",
		    check_slow_host),
		CASE("STS-FETCH-09 past the deadline there is no policy",
		    check_too_slow),
		CASE(
		    "STS-CACHE-04 at a question's deadline the cached policy is enforced",
		    check_deadline_cached),
		CASE(
		    "STS-CACHE-02, STS-FETCH-06 SEED-42 the same id is never fetched for a question",
		    check_same_id),
		CASE(
		    "STS-CACHE-03 SEED-38 a new id replaces the policy, also by a weaker one",
		    check_new_id),
		CASE(
		    "STS-CACHE-04, -11 a failed or invalid refetch keeps the old policy, to its end and no longer",
		    check_failed_refetch),
		CASE("STS-CACHE-01 the lifetime counts from the last fetch",
		    check_lifetime),
		CASE(
		    "STS-CACHE-05 SEED-50 an idle domain's policy is fetched once a day",
		    check_refresh),
		CASE("STS-CACHE-14 a refresh without a record keeps the id",
		    check_keeps_id),
		CASE("STS-CACHE-06 failed refreshes are counted, a good one ends that",
		    check_failures_counted),
		CASE(
		    "STS-CACHE-07 SEED-54 a cached none is kept for its time, then forgotten",
		    check_none),
		CASE("STS-CACHE-09 max_age 0 serves the delivery at hand only",
		    check_zero),
		CASE("STS-CACHE-10 the clock goes back: due for a refresh",
		    check_clock_back),
		CASE("STS-CACHE-10 fetched in 2099: not valid for decades",
		    check_clock_in_2099),
		CASE("STS-CACHE-10 the clock goes forward: fetched again",
		    check_clock_forward),
		CASE(
		    "STS-CACHE-08 SEED-50 after a restart without network the policy is enforced",
		    check_restart),
		CASE("STS-CACHE-02 after a restart the same id is not fetched",
		    check_restart_same_id),
		CASE("what is read at a start is not written again",
		    check_restart_writes_nothing),
		CASE("STS-CACHE-08 a store that comes late gets what memory has",
		    check_late_store),
		CASE("STS-CACHE-09 max_age 0 does not outlive the process",
		    check_restart_zero),
		CASE("STS-CACHE-13 drop one domain, and only that", check_drop),
		CASE("STS-CACHE-13 refresh one domain now", check_forced_refresh),
		CASE(
		    "STS-CACHE-12 a full cache lets go of none and unknown domains first",
		    check_eviction),
		CASE("STS-APP-10 the MX list stays whole, an unnamed host is skipped",
		    check_unnamed),
		CASE("STS-POL-16 a wildcard names hosts and is never looked up",
		    check_wildcard),
		CASE("STS-APP-12 SEED-74 on day five a new id is seen and used",
		    check_before_giving_up),
		CASE(
		    "MIX-05 a forged MX with TLSA of its own does not get past the policy",
		    check_forged_mx),
		CASE("MX-10, STS-APP-03 the policy of a relay is the relay's",
		    check_relay),
		CASE("STS-APP-03 two domains on one MX host, each with its own policy",
		    check_one_policy_each),
		CASE(
		    "MAND-04 SEED-32 an override lasts over a restart and until its end",
		    check_override),
		CASE("explain asks anew, past the cache", check_explain),
		CASE("a reload loses no question", check_reconfigure),
		CASE("a burst waits its turn", check_gate),
	};

	return cases_run("sts", tables, COUNT_OF(tables));
}
