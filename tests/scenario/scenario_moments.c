/*
 * The same story, interrupted in every millisecond of it.  SPDX-License-Identifier: ISC
 */
#include "scenario/stage.h"

/* --- every moment ------------------------------------------------------------------------------------------ */

#define MOMENTS 60

/* A signed domain with policy: MX, addresses, TLSA, TXT, policy host, GET. */
static void
begin_everything(struct story *s)
{
	stage_begin(s, POLICY("enforce", MX1));
	dns_says("example.org MX S 300 10 mx1.example.org; 20 mx2.example.org");
	dns_says("mx1.example.org A S 300 192.0.2.1");
	dns_says("mx2.example.org CNAME S 300 lb.example.net");
	dns_says("lb.example.net A I 300 192.0.2.2");
	dns_says("_25._tcp.mx1.example.org TLSA S 300 " EE256);
	dns_takes_ms(10);
	web_takes_ms(10);
	story_go(s);
}

/* All is at hand, and still the answer does not come before engine_ask() has returned. */
static void
check_at_hand(void **state)
{
	struct engine_status before, after;
	struct story s;
	struct ear ear;

	(void)state;
	begin_everything(&s);
	ask(&s, "example.org");
	dns_forget_questions();
	engine_status(s.engine, &before);
	ask_later(&s, "example.org", 5000, &ear);
	fake_settle();
	assert_int_equal(ear.times, 1);
	assert_int_equal(ear.verdict, VERDICT_DANE);
	assert_string_equal(dns_questions(), "");
	assert_true(is_at_hand(&s, "example.org"));
	engine_status(s.engine, &after);
	assert_int_equal(after.questions, before.questions + 2);
	assert_int_equal(after.hits, before.hits + 1);
	assert_int_equal(after.misses, before.misses + 1);
	assert_int_equal(after.late, before.late);
	story_end(&s);
}

/* Only what is no longer fresh is looked up. */
static void
check_half_at_hand(void **state)
{
	struct story s;

	(void)state;
	stage_go(&s, POLICY("enforce", MX1));
	dns_says("mx1.example.org AAAA I 3600 nodata");
	ask(&s, "example.org");
	fake_pass(301);
	dns_forget_questions();
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	assert_string_equal(dns_questions(), "_mta-sts.example.org TXT\n");
	story_end(&s);
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
	struct next_hop n = stage_next_hop("example.org");
	int i;

	(void)state;
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
	struct next_hop n = stage_next_hop("example.org");
	int i;

	(void)state;
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

/* The old resolver may be gone when engine_reconfigure() has returned. */
static void
check_reconfigure_restarts(void **state)
{
	struct story s;
	struct ear ear;

	(void)state;
	begin_everything(&s);
	dns_forget_questions();
	ask_later(&s, "example.org", 5000, &ear);
	fake_pass_ms(5);
	engine_reconfigure(s.engine, &s.options, NULL, NULL);
	fake_pass_ms(100);
	assert_int_equal(ear.times, 1);
	assert_int_equal(ear.verdict, VERDICT_DANE);
	assert_int_equal(dns_asked("example.org MX"), 2);
	assert_int_equal(dns_asked(TXT), 2);
	story_end(&s);
}

/* What an explanation has under way begins anew, too: the old resolver may be gone. */
static void
check_reconfigure_explained(void **state)
{
	struct next_hop n = stage_next_hop("example.org");
	struct trace trace;
	struct story s;
	struct ear ear = { .times = 0 };

	(void)state;
	begin_everything(&s);
	web_takes_ms(40); /* the policy comes last */
	dns_forget_questions();
	trace_init(&trace);
	engine_explain(s.engine, &n, 5000, &trace, on_heard, &ear);
	fake_pass_ms(5);
	engine_reconfigure(s.engine, &s.options, NULL, NULL);
	fake_pass_ms(100);
	assert_int_equal(ear.times, 1);
	assert_int_equal(dns_asked("example.org MX"), 2);
	assert_int_equal(dns_asked(TXT), 2);
	trace_clear(&trace);
	story_end(&s);
}

static void
check_drop_any_time(void **state)
{
	struct domain d = domain_named("example.org");
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
	struct next_hop n = stage_next_hop("example.org");
	struct story s;
	int i;

	(void)state;
	begin_everything(&s);
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

int
main(void)
{
	const struct case_table tables[] = {
		CASE("an answer at hand comes in the next turn", check_at_hand),
		CASE("DNS-10 only what is no longer fresh is looked up",
		    check_half_at_hand),
		CASE("a reload makes lookups begin anew", check_reconfigure_restarts),
		CASE("a reload makes an explanation begin anew",
		    check_reconfigure_explained),
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
	};

	return cases_run("moments", tables, COUNT_OF(tables));
}
