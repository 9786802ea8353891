/*
 * A host that an MTA has reached, and that our facts may not have yet.  SPDX-License-Identifier: ISC
 */
#include "lookup/host_ask.h"
#include "lookup/routes.h"
#include "net/loop.h"
#include "policy/vet.h"
#include "scenario/stage.h"

#define MX       "example.org MX"
#define MX_MOVED "example.org MX I 3600 10 mx2.example.org"
#define DEADLINE 3500
#define YOUNG_S  (ROUTE_YOUNG_MS / 1000)

/* What asking about a host has brought. */
struct inquirer {
	struct story *story;
	struct domain host;
	struct host_ask *ask; /* NULL once answered */
	unsigned times;
	const char *got;
};

/* Whether the host may be used, by facts; "late" without. */
static const char *
word_of(const struct inquirer *i, const struct facts *facts)
{
	struct tls_event event = { .tls = TLS_UP, .host = i->host };
	struct vetted vetted;

	if (facts == NULL)
		return "late";
	assert_non_null(facts->route);
	vet(&(struct vet_input){ .event = &event,
		.facts = facts,
		.settings = engine_settings(i->story->engine),
		.now = loop_time() },
	    &vetted);
	return vetted.word == VET_ACCEPT             ? "accept"
	       : strstr(vetted.reason, "no MX host") ? "stranger"
						     : "refuse";
}

static void
on_facts(const struct facts *facts, void *arg)
{
	struct inquirer *i = arg;

	i->ask = NULL;
	i->times++;
	i->got = word_of(i, facts);
}

static void
inquire_later(
    struct story *s, const char *next_hop, const char *host, struct inquirer *i)
{
	struct next_hop n = stage_next_hop(next_hop);

	*i = (struct inquirer){ .story = s, .host = domain_named(host) };
	i->ask = host_ask_start(s->engine, &n, &i->host, DEADLINE, on_facts, i);
	assert_int_equal(i->times, 0);
}

/* From memory if it is there; else out of the network, in time. */
static const char *
inquire(struct story *s, const char *next_hop, const char *host)
{
	struct inquirer i = { .story = s, .host = domain_named(host) };
	struct next_hop n = stage_next_hop(next_hop);
	struct facts facts;

	if (host_ask_peek(s->engine, &n, &i.host, &facts))
		return word_of(&i, &facts);
	inquire_later(s, next_hop, host, &i);
	fake_pass_ms(DEADLINE);
	assert_int_equal(i.times, 1);
	return i.got;
}

static void
check_cold(void **state)
{
	struct story s;

	(void)state;
	stage_go(&s, POLICY("testing", MX1));
	assert_string_equal(inquire(&s, "example.org", MX1), "accept");
	dns_forget_questions();
	assert_string_equal(inquire(&s, "example.org", MX1), "accept");
	assert_string_equal(dns_questions(), "");
	story_end(&s);
}

/* The resolver has a new MX record, and the MTA has asked it; our route could still be used for an hour. */
static void
check_moved(void **state)
{
	struct story s;

	(void)state;
	stage_go(&s, POLICY("testing", MX1));
	assert_string_equal(ask(&s, "example.org"), FREE);
	dns_says(MX_MOVED);
	dns_says("mx2.example.org A I 3600 192.0.2.2");
	fake_pass(YOUNG_S);
	dns_forget_questions();
	assert_string_equal(inquire(&s, "example.org", OTHER), "accept");
	assert_int_equal(dns_asked(MX), 1);
	assert_string_equal(ask(&s, "example.org"), "may mx2.example.org=may");
	assert_string_equal(inquire(&s, "example.org", MX1), "stranger");
	assert_int_equal(dns_asked(MX), 1);
	story_end(&s);
}

/* And the new host is held against the policy, as any. */
static void
check_moved_away(void **state)
{
	struct story s;

	(void)state;
	stage_go(&s, POLICY("enforce", MX1));
	assert_string_equal(ask(&s, "example.org"), ENFORCED);
	dns_says("example.org MX I 3600 10 mx1.example.org; 20 mx2.example.org");
	dns_says("mx2.example.org A I 3600 192.0.2.2");
	fake_pass(YOUNG_S);
	assert_string_equal(inquire(&s, "example.org", OTHER), "refuse");
	story_end(&s);
}

/* Whoever names hosts at random: one lookup for a next-hop, and then none for a while. */
static void
check_storm(void **state)
{
	struct inquirer many[20];
	struct story s;
	size_t i, n;

	(void)state;
	stage_go(&s, POLICY("testing", MX1));
	assert_string_equal(ask(&s, "example.org"), FREE);
	fake_pass(YOUNG_S);
	dns_forget_questions();
	dns_takes_ms(100);
	for (n = 0; n < 3; n++) {
		for (i = 0; i < COUNT_OF(many); i++)
			inquire_later(&s, "example.org", "evil.example", &many[i]);
		fake_pass(5);
		for (i = 0; i < COUNT_OF(many); i++)
			assert_string_equal(many[i].got, "stranger");
	}
	assert_int_equal(dns_asked(MX), 1);
	fake_pass(YOUNG_S);
	assert_string_equal(inquire(&s, "example.org", "evil.example"), "stranger");
	assert_int_equal(dns_asked(MX), 2);
	story_end(&s);
}

/* A lookup that fails takes nothing away from what still holds, and is none too young to be repeated either. */
static void
check_failing(void **state)
{
	struct story s;

	(void)state;
	stage_go(&s, POLICY("testing", MX1));
	assert_string_equal(ask(&s, "example.org"), FREE);
	dns_says("example.org MX servfail");
	fake_pass(YOUNG_S);
	dns_forget_questions();
	assert_string_equal(inquire(&s, "example.org", OTHER), "stranger");
	assert_string_equal(inquire(&s, "example.org", MX1), "accept");
	assert_string_equal(inquire(&s, "example.org", OTHER), "stranger");
	assert_int_equal(dns_asked(MX), 1);
	story_end(&s);
}

static void
check_late(void **state)
{
	struct story s;

	(void)state;
	stage_begin(&s, POLICY("testing", MX1));
	s.options.dns_deadline_ms = 10000;
	dns_says("example.org MX silent");
	story_go(&s);
	assert_string_equal(inquire(&s, "example.org", MX1), "late");
	story_end(&s);
}

/* Without a word on the policy nobody can say that none binds. */
static void
check_late_policy(void **state)
{
	struct story s;

	(void)state;
	stage_begin(&s, POLICY("enforce", MX1));
	s.options.dns_deadline_ms = 10000;
	dns_says(TXT " silent");
	story_go(&s);
	assert_string_equal(inquire(&s, "example.org", MX1), "late");
	story_end(&s);
}

/* What holds is not lost when the second look is slow. */
static void
check_late_again(void **state)
{
	struct story s;

	(void)state;
	stage_begin(&s, POLICY("testing", MX1));
	s.options.dns_deadline_ms = 10000;
	story_go(&s);
	assert_string_equal(ask(&s, "example.org"), FREE);
	fake_pass(YOUNG_S);
	dns_says("example.org MX silent");
	assert_string_equal(inquire(&s, "example.org", OTHER), "late");
	assert_string_equal(inquire(&s, "example.org", MX1), "accept");
	story_end(&s);
}

/* Exim calls a host what it is an alias of. */
static void
check_alias(void **state)
{
	struct story s;

	(void)state;
	stage_begin(&s, POLICY("testing", MX1));
	dns_says("example.org MX I 3600 10 alias.example.org");
	dns_says("alias.example.org CNAME I 300 web.example.net");
	dns_says("web.example.net A I 300 192.0.2.3");
	story_go(&s);
	assert_string_equal(inquire(&s, "example.org", "web.example.net"), "accept");
	assert_string_equal(inquire(&s, "example.org", "alias.example.org"), "accept");
	dns_forget_questions();
	assert_string_equal(inquire(&s, "example.org", "web.example.net"), "accept");
	assert_string_equal(dns_questions(), "");
	story_end(&s);
}

/* In every moment of its life. */
static void
check_cancel(void **state)
{
	struct inquirer i;
	struct story s;
	int ms;

	(void)state;
	for (ms = 0; ms <= 500; ms += 50) {
		stage_go(&s, POLICY("testing", MX1));
		assert_string_equal(ask(&s, "example.org"), FREE);
		fake_pass(YOUNG_S);
		dns_takes_ms(100);
		inquire_later(&s, "example.org", OTHER, &i);
		fake_pass_ms(ms);
		host_ask_cancel(i.ask);
		fake_pass(10);
		assert_int_equal(i.times, i.ask == NULL);
		story_end(&s);
	}
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("facts that are not there are looked up, and then at hand",
		    check_cold),
		CASE("a new MX record is found although the old route still holds",
		    check_moved),
		CASE(
		    "STS-APP-05 its host is held against the policy", check_moved_away),
		CASE("strangers cost one lookup in a while", check_storm),
		CASE("MX-06 a failing lookup takes nothing away", check_failing),
		CASE("no MX record before the deadline: later", check_late),
		CASE("no word on the policy before the deadline: later",
		    check_late_policy),
		CASE("the second look is slow: later", check_late_again),
		CASE("BASE-05 the target of an alias is the host", check_alias),
		CASE("cancelled at any time, it does not answer", check_cancel),
	};

	return cases_run("host_ask", tables, COUNT_OF(tables));
}
