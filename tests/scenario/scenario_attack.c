/*
 * Bad moments: what is dropped, ends, or jumps while somebody waits, and what the MTA is told in odd cases.
 * SPDX-License-Identifier: ISC
 */
#include <stdio.h>
#include <unistd.h>

#include "scenario/stage.h"

#define TA256 "2 0 1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

/* To be ended by a number of seconds. */
#define ENFORCE_FOR "version: STSv1\nmode: enforce\nmx: mx1.example.org\nmax_age: "

static void
take_expires(const struct policy_entry *entry, void *arg)
{
	*(time_t *)arg = entry->sts.expires;
}

static time_t
expires(struct story *s, const char *text)
{
	struct domain d = domain_named(text);
	time_t end = 0;

	assert_int_equal(engine_show_policy(s->engine, &d, take_expires, &end), ST_OK);
	return end;
}

/* --- what was known when a lookup began is known no more --------------------------------------- */

static void
check_drop_under_way(void **state)
{
	struct domain d = domain_named("example.org");
	struct story s;
	struct ear ear;

	(void)state;
	stage_go(&s, POLICY("enforce", MX1));
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
	struct domain d = domain_named("example.org");
	struct story s;

	(void)state;
	stage_go(&s, POLICY("enforce", MX1));
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
	stage_go(&s, ENFORCE_FOR "86400\n");
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

/* The first look at the world, without the store, found nothing; then the store comes, and has the policy. */
static void
check_late_store(void **state)
{
	char folder[sizeof(((struct story *)NULL)->folder)];
	struct story s;

	(void)state;
	stage_begin(&s, POLICY("enforce", MX1));
	story_use_store(&s);
	story_go(&s);
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	memcpy(folder, s.folder, sizeof(folder));
	s.folder[0] = '\0';
	dns_says(TXT " servfail");
	story_restart(&s);
	assert_string_equal(ask(&s, "example.org"), FREE);
	memcpy(s.folder, folder, sizeof(folder));
	story_open_store(&s);
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	assert_string_equal(cached(&s, "example.org"), "enforce id=1");
	assert_int_equal(web_asked(WEB), 1);
	story_end(&s);
}

/* --- a policy that lives for less than a question waits ------------------------------------------ */

static void
check_zero_slow_route(void **state)
{
	struct story s;
	struct ear ear;

	(void)state;
	stage_begin(&s, ENFORCE_FOR "0\n");
	dns_says("slow.example CNAME I 300 a.example.net stop");
	dns_says("a.example.net CNAME I 300 b.example.net stop");
	dns_says("b.example.net CNAME I 300 c.example.net stop");
	dns_says("c.example.net MX I 300 10 mx1.example.org");
	dns_says("_mta-sts.slow.example TXT I 3600 v=STSv1; id=1;");
	dns_says("mta-sts.slow.example A I 3600 192.0.2.80");
	web_says("mta-sts.slow.example", HTTPS_OK, ENFORCE_FOR "0\n");
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
	stage_begin(&s, ENFORCE_FOR "60\n");
	dns_says(TXT " I 3600 v=STSv1; id=1;");
	story_go(&s);
	for (i = 0; i < 36; i++) {
		assert_string_equal(ask(&s, "example.org"), ENFORCED);
		fake_pass(100);
	}
	story_end(&s);
}

/* Nobody asks for it for two days; it never ends before it is fetched again. */
static void
check_short_lived_idle(void **state)
{
	struct story s;
	int i;

	(void)state;
	stage_go(&s, ENFORCE_FOR "20000\n");
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	for (i = 0; i < 48; i++) {
		fake_pass(HOUR);
		assert_string_equal(cached(&s, "example.org"), "enforce id=1");
	}
	assert_in_range(web_asked(WEB), 10, 25);
	story_end(&s);
}

/* A restart does not make it due: it was fetched when it was. */
static void
check_restart_keeps_time(void **state)
{
	struct story s;

	(void)state;
	stage_begin(&s, POLICY("enforce", MX1));
	story_use_store(&s);
	story_go(&s);
	ask(&s, "example.org");
	fake_pass(6 * HOUR);
	story_restart(&s);
	fake_pass(12 * HOUR);
	assert_int_equal(web_asked(WEB), 1);
	fake_pass(7 * HOUR);
	assert_int_equal(web_asked(WEB), 2);
	story_end(&s);
}

/* What the log says while fn runs; the caller frees it. */
static char *
log_of(void (*fn)(struct story *s), struct story *s)
{
	FILE *file = tmpfile();
	int usual = dup(STDERR_FILENO);
	char *text;
	long len;

	assert_non_null(file);
	fflush(stderr);
	dup2(fileno(file), STDERR_FILENO);
	fn(s);
	fflush(stderr);
	dup2(usual, STDERR_FILENO);
	close(usual);
	fseek(file, 0, SEEK_END);
	len = ftell(file);
	rewind(file);
	text = xcalloc(1, (size_t)len + 1);
	assert_int_equal(fread(text, 1, (size_t)len, file), (size_t)len);
	fclose(file);
	return text;
}

static void
pass_three_days(struct story *s)
{
	(void)s;
	fake_pass(3 * DAY);
}

static void
check_failures_told(void **state)
{
	static const char *const modes[] = { POLICY("enforce", MX1),
		"version: STSv1\nmode: none\nmax_age: 604800\n" };
	const char *line;
	struct story s;
	char *text;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		stage_go(&s, modes[i]);
		ask(&s, "example.org");
		web_says(WEB, HTTPS_STATUS, NULL);
		text = log_of(pass_three_days, &s);
		line = strstr(text, "domain=example.org refresh=failed times=2");
		assert_int_equal(line != NULL, i == 0);
		if (line != NULL)
			assert_null(strstr(line, "refresh=failed times=3"));
		free(text);
		story_end(&s);
	}
}

/* --- clocks and pauses ------------------------------------------------------------------------------ */

static void
check_record_clock_back(void **state)
{
	struct story s;

	(void)state;
	stage_begin(&s, POLICY("enforce", MX1));
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
	stage_go(&s, POLICY("enforce", MX1));
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
	stage_begin(&s, POLICY("enforce", MX1));
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

/* Nor is the record asked for with every message while the pause lasts. */
static void
check_pause_asks_nothing(void **state)
{
	struct story s;
	int i;

	(void)state;
	stage_begin(&s, POLICY("enforce", MX1));
	web_says(WEB, HTTPS_STATUS, NULL);
	story_go(&s);
	for (i = 0; i < 20; i++) {
		assert_string_equal(ask(&s, "example.org"), FREE);
		fake_pass(10);
	}
	assert_int_equal(web_asked(WEB), 1);
	assert_int_equal(dns_asked(TXT), 1);
	story_end(&s);
}

static void
check_refresh_pauses(void **state)
{
	unsigned gets, before = 1;
	time_t now, last = -HOUR;
	struct story s;

	(void)state;
	stage_go(&s, POLICY("enforce", MX1));
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
	struct domain d = domain_named("example.org");
	struct story s;

	(void)state;
	stage_begin(&s, POLICY("enforce", MX1));
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
	struct domain d = domain_named("example.org");
	struct story s;
	struct ear ear;

	(void)state;
	stage_go(&s, POLICY("enforce", MX1));
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
	stage_begin(&s, POLICY("enforce", MX1));
	s.options.fetch_parallel = 1;
	story_go(&s);
	ask(&s, "example.org");
	fake_pass(3 * DAY);
	assert_in_range(web_asked(WEB), 3, 5);
	story_end(&s);
}

/* --- what the MTA is told -------------------------------------------------------------------------------- */

static void
check_audit_sts(void **state)
{
	struct override o = { .action = OVERRIDE_AUDIT, .expires = NOON + DAY };
	struct story s;

	(void)state;
	stage_go(&s, POLICY("enforce", MX1));
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
 * The first releases of Postfix 3.10 look into the lists of policy strings and of MX patterns without asking whether
 * they are there: who sends the policy's type sends one of each.
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

	stage_go(&s, body);
	check_attributes(&s, c->wants_attributes);
	story_end(&s);
	free(body);
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

/* What went wrong, told apart in words. */
static const struct reason_case {
	const char *name;
	const char *says[5];
	const char *want[2]; /* in the map json */
} reason_cases[] = {
	{ "BASE-09 a host without address is no failed lookup",
	    { "example.org MX S 300 10 mx.example.org", "mx.example.org A S 300 nodata",
		"mx.example.org AAAA S 300 nodata" },
	    { "\"reason\":\"MX host without address\"" } },
	{ "MX-07, BASE-09 no A and a failed AAAA is a failed lookup",
	    { "example.org MX S 300 10 mx.example.org", "mx.example.org A S 300 nodata",
		"mx.example.org AAAA servfail" },
	    { "\"reason\":\"address lookup failed\"",
		"\"detail\":\"AAAA: SERVFAIL\"" } },
	{ "MX-07, BASE-09 a failed A and no AAAA is one, too",
	    { "example.org MX S 300 10 mx.example.org", "mx.example.org A servfail",
		"mx.example.org AAAA S 300 nodata" },
	    { "\"reason\":\"address lookup failed\"", "\"detail\":\"A: SERVFAIL\"" } },
	{ "BASE-07 a failed TLSA lookup says so",
	    { "example.org MX S 300 10 mx.example.org",
		"mx.example.org A S 300 192.0.2.1",
		"_25._tcp.mx.example.org TLSA servfail" },
	    { "\"reason\":\"TLSA lookup failed\"", "\"detail\":\"TLSA: SERVFAIL\"" } },
	{ "BASE-07 a failed alias lookup says so",
	    { "example.org MX S 300 10 mx.example.org",
		"mx.example.org CNAME S 300 lb.example.net servfail",
		"lb.example.net A I 300 192.0.2.1" },
	    { "\"reason\":\"alias lookup failed\"",
		"\"detail\":\"CNAME: SERVFAIL\"" } },
	{ "MX-06 a failed MX lookup says so", { "example.org MX servfail" },
	    { "\"reason\":\"MX lookup failed\"", "\"detail\":\"MX: SERVFAIL\"" } },
	{ "STS-FETCH-12 a policy that cannot be had says so",
	    { "example.org MX I 300 10 mx.example.org",
		"mx.example.org A I 300 192.0.2.1",
		"_mta-sts.example.org TXT I 300 v=STSv1; id=1;",
		"mta-sts.example.org A servfail" },
	    { "\"reason\":\"the MTA-STS policy cannot be had\"",
		"policy host has no address: SERVFAIL" } },
};

static void
check_reason(void **state)
{
	const struct reason_case *c = *state;
	const char *json;
	struct story s;
	size_t i;

	story_begin(&s);
	for (i = 0; i < COUNT_OF(c->says) && c->says[i] != NULL; i++)
		dns_says(c->says[i]);
	story_go(&s);
	json = ask_as(&s, "json", "example.org");
	for (i = 0; i < COUNT_OF(c->want) && c->want[i] != NULL; i++)
		if (strstr(json, c->want[i]) == NULL)
			fail_msg("no %s in %s", c->want[i], json);
	story_end(&s);
}

#define LABEL63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONGEST                                                                        \
	LABEL63 "." LABEL63 "." LABEL63                                                \
		".bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.example"

/* "_25._tcp." before it would be no name any more: no TLSA can be there. */
static void
check_longest_host(void **state)
{
	struct story s;

	(void)state;
	story_begin(&s);
	dns_says("example.org MX S 300 10 " LONGEST);
	dns_says(LONGEST " A S 300 192.0.2.1");
	dns_says("example.net MX S 300 10 mx.example.net");
	dns_says("mx.example.net CNAME S 300 " LONGEST);
	dns_says("_25._tcp.mx.example.net TLSA S 300 " EE256);
	story_go(&s);
	assert_string_equal(ask(&s, "example.org"), "may " LONGEST "=may");
	assert_string_equal(
	    ask(&s, "example.net"), "dane-verify mx.example.net=dane-verify");
	assert_null(strstr(dns_questions(), "_25._tcp." LABEL63));
	story_end(&s);
}

static bool
has_step(const struct trace *trace, const char *what, const char *came)
{
	size_t i;

	for (i = 0; i < trace->count; i++)
		if (strcmp(trace->steps[i].what, what) == 0 &&
		    strstr(trace->steps[i].came, came) != NULL)
			return true;
	return false;
}

/* Who asks why is told of every question that led to the answer, and of what was left out. */
static void
check_trace(void **state)
{
	struct next_hop n = stage_next_hop("example.org");
	struct trace trace;
	struct story s;
	struct ear ear = { .times = 0 };

	(void)state;
	stage_begin(&s, POLICY("enforce", MX1));
	dns_says("example.org MX S 300 0 .; 10 a.example.org; 20 b.example.org");
	dns_says("a.example.org A S 300 192.0.2.1");
	dns_says("a.example.org AAAA silent");
	dns_says("b.example.org CNAME S 300 lb.example.net servfail");
	dns_says("lb.example.net A I 300 192.0.2.2");
	story_go(&s);
	trace_init(&trace);
	engine_explain(s.engine, &n, 5000, &trace, on_heard, &ear);
	fake_pass(3);
	assert_int_equal(ear.times, 1);
	assert_true(has_step(&trace, "MX 0 .", "ignored"));
	assert_true(has_step(&trace, "a.example.org A", "192.0.2.1"));
	assert_true(has_step(&trace, "a.example.org AAAA", "timeout"));
	assert_true(has_step(&trace, "_25._tcp.a.example.org TLSA", "no such name"));
	assert_true(has_step(&trace, "b.example.org CNAME", "SERVFAIL"));
	assert_true(has_step(&trace, "mta-sts.example.org A", "192.0.2.80"));
	assert_true(has_step(&trace, "MTA-STS record", "found, id 1"));
	assert_true(has_step(&trace, "MTA-STS policy", "mode enforce"));
	trace_clear(&trace);
	story_end(&s);
}

/* One name in all its forms: each has its own route, all have one policy. */
static void
check_forms(void **state)
{
	struct story s;

	(void)state;
	stage_begin(&s, POLICY("enforce", "*.example.org"));
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
		    "STS-CACHE-08 a store that comes late still brings what memory lacks",
		    check_late_store),
		CASE(
		    "STS-CACHE-09, STS-POL-09 max_age 0 serves a question that DNS keeps waiting",
		    check_zero_slow_route),
		CASE("STS-CACHE-11 shorter than its record: fetched again when it ends",
		    check_short_lived),
		CASE(
		    "STS-CACHE-05 a policy that lives for hours is refreshed within them",
		    check_short_lived_idle),
		CASE("STS-CACHE-05 a restart makes no policy due",
		    check_restart_keeps_time),
		CASE(
		    "STS-CACHE-06 two failed refreshes are told once, not those of none",
		    check_failures_told),
		CASE(
		    "STS-CACHE-10 the clock goes back: a missing record is looked for again",
		    check_record_clock_back),
		CASE("DNS-10 a clock that goes back and on revives no old answer",
		    check_route_clock_back),
		CASE(
		    "STS-FETCH-10 the pause ends after five minutes, whatever the record's TTL",
		    check_pause_ends),
		CASE("STS-FETCH-10 a pause asks for nothing, not even the record",
		    check_pause_asks_nothing),
		CASE("STS-FETCH-10 a refresh keeps to the pause of a question's fetch",
		    check_refresh_pauses),
		CASE(
		    "STS-DNS-01 a forced refresh fetches nothing without record and policy",
		    check_refresh_without_record),
		CASE("STS-CACHE-13 a forced refresh is not lost on a lookup under way",
		    check_refresh_under_way),
		CASE("STS-CACHE-05 one lookup at a time leaves room for refreshes",
		    check_one_at_a_time),
		CASE(
		    "MAND-03 an audited domain is not held to its policy in any dialect",
		    check_audit_sts),
		CASE("BASE-11, MIX-02 no MX, insecurely: DANE for the name itself",
		    check_implicit),
		CASES(check_long, long_cases),
		CASES(check_reason, reason_cases),
		CASE("BASE-02 a host whose name leaves no room for TLSA",
		    check_longest_host),
		CASE("MX-05 explain tells of every question, and of what was left out",
		    check_trace),
		CASE("MX-08 odd bytes in an MX record are escaped", check_odd_mx),
		CASE("STS-APP-03 every form of a next-hop has its own name's policy",
		    check_forms),
	};

	return cases_run("attack", tables, COUNT_OF(tables));
}
