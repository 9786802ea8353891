/*
 * Whose turn it is, and whose session that was.  SPDX-License-Identifier: ISC
 *
 * Stories in words, one after the other:
 *
 *	"give", "give DOMAIN"   the host that is given, by its number; "-": none
 *	"pass SECONDS"
 *	"mail N", "fail N"      a session with host N came to mail; failed before, with no next-hop
 *	"clear N"               one that went on without TLS, with mail
 */
#include "decide_world.h"

#include "base/number.h"
#include "lookup/turns.h"

#define MAX 1000

/* Three hosts of two domains; mx1 has two addresses.  Host N is at 192.0.2.N. */
struct stage {
	struct world world;
	struct answer answer;
	struct turns *turns;
	int64_t now_ms;
	struct strbuf said; /* what was given */
};

static struct address
address(const char *text)
{
	struct address a;

	assert_int_equal(address_parse(text, strlen(text), &a), ST_OK);
	return a;
}

static void
set_addresses(struct route *route)
{
	char text[ADDRESS_TEXT_MAX];
	size_t i;

	for (i = 0; i < route->host_count; i++) {
		struct host_facts *h = &route->hosts[i];

		h->addresses = xcalloc(2, sizeof(h->addresses[0]));
		snprintf(text, sizeof(text), "192.0.2.%zu", i + 1);
		h->addresses[0] = address(text);
		snprintf(text, sizeof(text), "2001:db8::%zu", i + 1);
		h->addresses[1] = address(text);
		h->address_count = 2;
	}
}

static uint64_t
number(const char *text)
{
	uint64_t n;

	assert_int_equal(number_parse(text, strlen(text), UINT16_MAX, &n), ST_OK);
	return n;
}

/* preferences: "10 20 20" */
static void
stage_init(struct stage *s, const char *preferences, const char *standings)
{
	char word[64];
	size_t i;

	*s = (struct stage){ .turns = turns_new(MAX), .now_ms = 5000000 };
	world_init(&s->world, "S", "mx1=denied mx2=denied mx3=denied",
	    standings[0] == '\0' ? "enforce mx1 mx2 mx3" : "enforce mx1 mx2", "");
	set_addresses(s->world.route);
	for (i = 0; next_word(&preferences, word); i++)
		s->world.route->hosts[i].preference = (uint16_t)number(word);
	decide(&s->world.facts, &s->world.settings, NOW, &s->answer);
	/* A host without a policy that verifies all the same. */
	if (standings[0] != '\0') {
		s->answer.hosts[0].verdict = VERDICT_MAY;
		s->answer.hosts[0].standing = STANDING_WEBPKI;
	}
}

static void
stage_clear(struct stage *s)
{
	strbuf_clear(&s->said);
	turns_free(s->turns);
	answer_clear(&s->answer);
	world_clear(&s->world);
}

static void
give(struct stage *s, const char *name)
{
	const struct domain *host;

	s->world.next_hop.domain = domain_named(*name != '\0' ? name : "example.com");
	host = turns_take(s->turns, &s->answer, s->world.route, s->now_ms);
	strbuf_addc(&s->said, host != NULL ? host->text[2] : '-');
}

static struct tls_event
event_at(char number)
{
	char text[] = "192.0.2.0";

	text[8] = number;
	return (struct tls_event){ .source = SOURCE_OPENSMTPD,
		.tls = TLS_UP,
		.has_remote = true,
		.remote = address(text) };
}

static void
see(struct stage *s, const char *what, char number)
{
	struct tls_event e = event_at(number);

	if (strcmp(what, "fail") == 0)
		e.tls = TLS_FAILED;
	else
		e.next_hop = domain_named("example.com");
	if (strcmp(what, "clear") == 0)
		e.tls = TLS_NOT_OFFERED;
	(void)turns_see(s->turns, &e, s->now_ms);
}

static void
play(struct stage *s, const char *story)
{
	char verb[64], operand[64];

	while (next_word(&story, verb)) {
		if (strcmp(verb, "give") == 0) {
			give(s, "");
			continue;
		}
		assert_true(next_word(&story, operand));
		if (strcmp(verb, "for") == 0)
			give(s, operand);
		else if (strcmp(verb, "pass") == 0)
			s->now_ms += 1000 * (int64_t)number(operand);
		else
			see(s, verb, operand[0]);
	}
}

static const struct turn_case {
	const char *name;
	const char *preferences, *story, *given;
	const char *standings; /* not "": mx1 may, and verifies; mx3 is not named */
} turn_cases[] = {
	{ "the most preferred host", "10 20 30", "give", "1", "" },
	{ "the least number, not the first place", "30 10 20", "give", "2", "" },
	{ "the same again within a minute", "10 10 10", "give pass 59 give", "11", "" },
	{ "STS-APP-10 the next after a session that failed", "10 20 30",
	    "give pass 2 fail 1 give pass 2 fail 2 give", "123", "" },
	{ "a refused certificate among many good sessions", "10 20 30",
	    "give mail 1 give fail 1 give", "112", "" },
	{ "all have failed: the one whose failure is oldest", "10 20 30",
	    "give pass 1 fail 1 give pass 1 fail 2 give pass 1 fail 3 give", "1231",
	    "" },
	{ "a failure is forgotten after a quarter of an hour", "10 20 30",
	    "give fail 1 give mail 2 pass 899 give mail 2 pass 61 give", "1221", "" },
	{ "a success makes up for a failure", "10 20 30", "give fail 1 mail 1 give",
	    "11", "" },
	{ "no session seen, and asked again: it has failed", "10 20 30",
	    "give pass 60 give pass 60 give", "123", "" },
	{ "a session seen, and asked again: it has not", "10 20 30",
	    "give mail 1 pass 60 give pass 1 mail 1 pass 600 give", "111", "" },
	{ "equal hosts take turns", "10 10 10",
	    "give mail 1 pass 60 give mail 2 pass 60 give mail 3 pass 60 give", "1231",
	    "" },
	{ "also among several domains", "10 10 20", "for a.test for b.test for c.test",
	    "121", "" },
	{ "a host that failed for one domain has failed for all", "10 20 30",
	    "give fail 1 for other.test", "12", "" },
	{ "clear text is no success", "10 20 30", "give clear 1 give", "12", "" },
	{ "a session long after is of another route", "10 20 30",
	    "give pass 601 fail 1 give", "12", "" },
	{ "a session elsewhere says nothing", "10 20 30", "give fail 7 give", "11",
	    "" },
	{ "a session with another host of the domain says nothing", "10 20 30",
	    "give fail 2 give", "11", "" },
	{ "a host without a policy comes last, but before one that failed", "10 20 30",
	    "give fail 2 give", "21", "2" },
};

static void
check_turns(void **state)
{
	const struct turn_case *c = *state;
	struct stage s;

	stage_init(&s, c->preferences, c->standings);
	play(&s, c->story);
	assert_string_equal(strbuf_str(&s.said), c->given);
	stage_clear(&s);
}

static void
check_nobody(void **state)
{
	struct stage s;

	(void)state;
	stage_init(&s, "10 20 30", "");
	s.answer.count = 0;
	play(&s, "give give");
	assert_string_equal(strbuf_str(&s.said), "--");
	answer_clear(&s.answer);
	stage_clear(&s);
}

/* --- sessions ------------------------------------------------------------------------------------- */

static void
check_completed(void **state)
{
	struct tls_event e = event_at('1');
	struct stage s;

	(void)state;
	stage_init(&s, "10 20 30", "");
	e.tls = TLS_FAILED;
	assert_false(turns_see(s.turns, &e, s.now_ms));
	play(&s, "give");
	assert_true(turns_see(s.turns, &e, s.now_ms));
	assert_string_equal(e.next_hop.text, "example.com");
	assert_string_equal(e.host.text, "mx1");
	assert_int_equal(e.verified, VERIFIED_NO);
	stage_clear(&s);
}

static void
check_second_address(void **state)
{
	struct tls_event e = event_at('1');
	struct stage s;

	(void)state;
	stage_init(&s, "10 20 30", "");
	play(&s, "give");
	e.remote = address("2001:db8::1");
	assert_true(turns_see(s.turns, &e, s.now_ms));
	assert_string_equal(e.next_hop.text, "example.com");
	stage_clear(&s);
}

static void
check_mail(void **state)
{
	struct tls_event e = event_at('1');
	struct stage s;

	(void)state;
	stage_init(&s, "10 20 30", "");
	play(&s, "give");
	e.next_hop = domain_named("example.com");
	assert_true(turns_see(s.turns, &e, s.now_ms));
	assert_string_equal(e.host.text, "mx1");
	assert_int_equal(e.verified, VERIFIED_NAME);
	stage_clear(&s);
}

/* Two sealed domains in one session; the address was given for the second one last. */
static void
check_shared(void **state)
{
	struct tls_event first = event_at('1'), second = event_at('1');
	struct stage s;

	(void)state;
	stage_init(&s, "10 20 30", "");
	play(&s, "for a.test for b.test");
	first.next_hop = domain_named("a.test");
	second.next_hop = domain_named("b.test");
	assert_true(turns_see(s.turns, &first, s.now_ms));
	assert_true(turns_see(s.turns, &second, s.now_ms));
	assert_int_equal(first.verified, VERIFIED_NAME);
	assert_int_equal(second.verified, VERIFIED_NAME);
	stage_clear(&s);
}

/* An open domain's mail to an address that sealed mail goes to as well. */
static void
check_other_domain(void **state)
{
	struct tls_event e = event_at('1');
	struct stage s;

	(void)state;
	stage_init(&s, "10 20 30", "");
	play(&s, "give");
	e.next_hop = domain_named("open.test");
	assert_false(turns_see(s.turns, &e, s.now_ms));
	assert_int_equal(e.verified, VERIFIED_UNKNOWN);
	assert_int_equal(e.host.len, 0);
	stage_clear(&s);
}

/* Mail that went to another host than the one that was given. */
static void
check_other_host(void **state)
{
	struct tls_event e = event_at('2');
	struct stage s;

	(void)state;
	stage_init(&s, "10 20 30", "");
	play(&s, "give for other.test fail 1 for other.test");
	assert_string_equal(strbuf_str(&s.said), "112");
	e.next_hop = domain_named("example.com");
	assert_false(turns_see(s.turns, &e, s.now_ms));
	assert_int_equal(e.verified, VERIFIED_UNKNOWN);
	stage_clear(&s);
}

/* A route is used for a while after it was asked for last. */
static void
check_old(void **state)
{
	struct tls_event e = event_at('1');
	struct stage s;

	(void)state;
	stage_init(&s, "10 20 30", "");
	play(&s, "give pass 50 give pass 570");
	e.next_hop = domain_named("example.com");
	assert_true(turns_see(s.turns, &e, s.now_ms));
	play(&s, "pass 60");
	e = event_at('1');
	assert_false(turns_see(s.turns, &e, s.now_ms));
	stage_clear(&s);
}

/* Mail in clear text was no sealed mail, whatever was given for its domain. */
static void
check_clear(void **state)
{
	struct tls_event e = event_at('1');
	struct stage s;

	(void)state;
	stage_init(&s, "10 20 30", "");
	play(&s, "give");
	e.next_hop = domain_named("example.com");
	e.tls = TLS_FAILED;
	assert_true(turns_see(s.turns, &e, s.now_ms));
	assert_int_equal(e.verified, VERIFIED_UNKNOWN);
	stage_clear(&s);
}

static void
check_no_address(void **state)
{
	struct tls_event e = event_at('1');
	struct stage s;

	(void)state;
	stage_init(&s, "10 20 30", "");
	play(&s, "give");
	e.has_remote = false;
	assert_false(turns_see(s.turns, &e, s.now_ms));
	stage_clear(&s);
}

/* Without facts about its addresses a route is given all the same. */
static void
check_no_route(void **state)
{
	struct tls_event e = event_at('1');
	struct stage s;

	(void)state;
	stage_init(&s, "10 20 30", "");
	assert_non_null(turns_take(s.turns, &s.answer, NULL, s.now_ms));
	assert_false(turns_see(s.turns, &e, s.now_ms));
	stage_clear(&s);
}

/* --- bounds ------------------------------------------------------------------------------------------ */

/* Whatever is forgotten, a host is given, and what was given last is remembered. */
static void
check_bounded(void **state)
{
	struct tls_event e = event_at('1');
	char name[32];
	struct stage s;
	int i;

	(void)state;
	stage_init(&s, "10 20 30", "");
	for (i = 0; i < 5 * MAX; i++) {
		snprintf(name, sizeof(name), "d%d.test", i);
		give(&s, name);
	}
	assert_int_equal(s.said.len, 5 * MAX);
	assert_int_equal(strspn(strbuf_str(&s.said), "1"), s.said.len);
	assert_true(turns_see(s.turns, &e, s.now_ms));
	assert_string_equal(e.next_hop.text, name);
	e = event_at('1');
	e.next_hop = domain_named("d0.test");
	assert_false(turns_see(s.turns, &e, s.now_ms));
	stage_clear(&s);
}

/* Room for less than one route. */
static void
check_tiny(void **state)
{
	size_t max;
	struct stage s;

	(void)state;
	for (max = 0; max < 5; max++) {
		stage_init(&s, "10 10 10", "");
		turns_free(s.turns);
		s.turns = turns_new(max);
		play(&s, "give fail 1 give pass 61 give mail 2 for a.test fail 3 give");
		assert_int_equal(s.said.len, 5);
		assert_null(strchr(strbuf_str(&s.said), '-'));
		stage_clear(&s);
	}
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_turns, turn_cases),
		CASE("no host, no turn", check_nobody),
		CASE("a session without next-hop is that of the last route to its "
		     "address",
		    check_completed),
		CASE("to any of the host's addresses", check_second_address),
		CASE("mail that was routed went under verified TLS", check_mail),
		CASE("so did that of every domain in one session", check_shared),
		CASE("that of a domain without a route did not", check_other_domain),
		CASE("nor did mail to another host", check_other_host),
		CASE("nor did mail long after", check_old),
		CASE("nor did mail in clear text", check_clear),
		CASE("without an address nothing is known", check_no_address),
		CASE("nor without the host's addresses", check_no_route),
		CASE("what was used longest ago is forgotten", check_bounded),
		CASE("memory for next to nothing", check_tiny),
	};

	return cases_run("turns", tables, COUNT_OF(tables));
}
