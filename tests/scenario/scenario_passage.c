/*
 * Calls of Sendmail, where its word is not enough: facts, looks, deadlines.  SPDX-License-Identifier: ISC
 */
#include <openssl/sha.h>

#include "lookup/passage_ask.h"
#include "net/loop.h"
#include "scenario/stage.h"
#include "unit/certs.h"

#define SERVER  "192.0.2.1"
#define WAIT_MS 5000
#define PAUSE_S 600

static struct cert first, second;

struct scene {
	struct story story;
	struct probe_options options;
	struct probes *probes;
	struct seal_tools tools;
};

/* --- the stage: example.org, signed, whose host shows the first certificate ---------------------------- */

static void
publish_tlsa(const struct cert *cert)
{
	uint8_t bytes[CERT_RDATA_MAX];
	char line[400];
	size_t i, at, len;

	len = cert_rdata(cert, TLSA_DANE_EE, TLSA_SPKI, TLSA_SHA256, bytes);
	at =
	    (size_t)snprintf(line, sizeof(line), "_25._tcp." MX1 " TLSA S 3600 3 1 1 ");
	for (i = 3; i < len; i++)
		at += (size_t)snprintf(line + at, sizeof(line) - at, "%02x", bytes[i]);
	dns_says(line);
}

static void
show(const struct cert *cert)
{
	struct chain chain = { .count = 1 };

	chain.certs[0].der = cert->der;
	chain.certs[0].len = cert->len;
	mx_says(SERVER, TLS_UP, "", &chain);
}

static void
scene_begin(struct scene *s)
{
	story_begin(&s->story);
	dns_says("example.org MX S 3600 10 " MX1);
	dns_says(MX1 " A S 3600 " SERVER);
	publish_tlsa(&first);
	show(&first);
	s->options = (struct probe_options){
		.is_on = true,
		.keep_s = HOUR,
		.pause_s = PAUSE_S,
		.per_minute = 100,
		.parallel = 10,
		.deadline_ms = 20000,
		.kept_max = 100,
		.helo = "sender.example",
	};
}

static void
scene_go(struct scene *s)
{
	story_go(&s->story);
	s->probes = probes_new(&s->options);
	s->tools = (struct seal_tools){ s->story.engine, s->probes, NULL };
}

static void
scene_end(struct scene *s)
{
	probes_free(s->probes);
	story_end(&s->story);
}

/* --- asking ---------------------------------------------------------------------------------------------- */

struct hearer {
	struct passage_ask *ask; /* NULL once told */
	unsigned times;
	enum passage_word word;
	char text[VET_REASON_MAX + 1];
};

static void
note(const struct passage *p, struct hearer *ear)
{
	ear->word = p->word;
	snprintf(ear->text, sizeof(ear->text), "%s",
	    p->word == PASSAGE_FREE ? "free" : p->reason);
}

static void
on_passage(const struct passage *p, void *arg)
{
	struct hearer *ear = arg;

	ear->ask = NULL;
	ear->times++;
	note(p, ear);
}

/* A session with the host, whose certificate Sendmail cannot verify; cert NULL: it has none to tell of. */
static struct sendmail_call
call_with(const struct cert *cert, const char *host)
{
	struct sendmail_call call = { .verb = CALL_TLS,
		.host = domain_named(host),
		.has_address = true,
		.words = { TLS_UP, VERIFIED_NO, true, RESULT_NOT_TRUSTED, false },
		.has_leaf = cert != NULL };

	assert_int_equal(address_parse(SERVER, strlen(SERVER), &call.address), ST_OK);
	if (cert != NULL)
		SHA256(cert->der, cert->len, call.leaf);
	return call;
}

static void
ask_it(struct scene *s, const struct sendmail_call *call, struct hearer *ear)
{
	struct next_hop n = stage_next_hop("example.org");

	*ear = (struct hearer){ .times = 0 };
	ear->ask = passage_ask(&s->tools, call, &n, WAIT_MS, on_passage, ear);
	assert_int_equal(ear->times, 0);
}

/* As a door does it: at once, if it can be; the text lives until the next call. */
static const char *
say(struct scene *s, const struct cert *cert, const char *host)
{
	static struct hearer ear;
	struct sendmail_call call = call_with(cert, host);
	struct next_hop n = stage_next_hop("example.org");
	struct passage passage;
	int waited;

	if (passage_peek(&s->tools, &call, &n, &passage)) {
		note(&passage, &ear);
		return ear.text;
	}
	ask_it(s, &call, &ear);
	for (waited = 0; ear.times == 0 && waited <= WAIT_MS; waited += 10)
		fake_pass_ms(10);
	assert_int_equal(ear.times, 1);
	return ear.text;
}

#define UNSEEN  MX1 ": hopseald has not seen its certificate"
#define ANOTHER MX1 ": the certificate is not the one that hopseald has seen"
#define NO_MATCH                                                                       \
	MX1 ": dane-verify: no TLSA record matches (no matching DANE TLSA records)"

/* --- looks ----------------------------------------------------------------------------------------------- */

static void
check_seen(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s);
	scene_go(&s);
	assert_string_equal(say(&s, &first, MX1), "free");
	assert_string_equal(mx_last_sni(), MX1);
	assert_string_equal(say(&s, &first, MX1), "free");
	assert_int_equal(mx_looked_at(SERVER), 1);
	scene_end(&s);
}

static void
check_no_match(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s);
	show(&second);
	scene_go(&s);
	assert_string_equal(say(&s, &second, MX1), NO_MATCH);
	scene_end(&s);
}

/* The host has a new certificate, with TLSA records for it: the one that is kept is looked at once more. */
static void
check_rollover(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s);
	scene_go(&s);
	assert_string_equal(say(&s, &first, MX1), "free");
	fake_pass(PAUSE_S);
	show(&second);
	assert_string_equal(say(&s, &second, MX1), NO_MATCH);
	assert_int_equal(mx_looked_at(SERVER), 2);
	assert_string_equal(say(&s, &first, MX1), ANOTHER);
	assert_int_equal(mx_looked_at(SERVER), 2);
	scene_end(&s);
}

/* Who stands between them and shows another certificate, makes us look once in a while. */
static void
check_storm(void **state)
{
	struct scene s;
	int i;

	(void)state;
	scene_begin(&s);
	scene_go(&s);
	for (i = 0; i < 10; i++)
		assert_string_equal(say(&s, &second, MX1), ANOTHER);
	assert_int_equal(mx_looked_at(SERVER), 1);
	fake_pass(PAUSE_S);
	assert_string_equal(say(&s, &second, MX1), ANOTHER);
	assert_int_equal(mx_looked_at(SERVER), 2);
	assert_string_equal(say(&s, &first, MX1), "free");
	scene_end(&s);
}

static void
check_off(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s);
	s.options.is_on = false;
	scene_go(&s);
	assert_string_equal(say(&s, &first, MX1), UNSEEN);
	s.tools.probes = NULL;
	assert_string_equal(say(&s, &first, MX1), UNSEEN);
	scene_end(&s);
}

static void
check_away(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s);
	mx_says(SERVER, TLS_UNKNOWN, "connection refused", NULL);
	scene_go(&s);
	assert_string_equal(say(&s, &first, MX1), UNSEEN);
	scene_end(&s);
}

/* The look takes longer than Sendmail waits: it goes on for the next attempt. */
static void
check_slow_look(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s);
	mx_takes_ms(WAIT_MS + 2000);
	scene_go(&s);
	assert_string_equal(say(&s, &first, MX1), UNSEEN);
	fake_pass_ms(3000);
	assert_string_equal(say(&s, &first, MX1), "free");
	assert_int_equal(mx_looked_at(SERVER), 1);
	scene_end(&s);
}

/* Nothing that a look could show. */
static void
check_no_look(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s);
	scene_go(&s);
	assert_string_equal(
	    say(&s, &first, OTHER), OTHER ": no MX host of example.org");
	assert_string_equal(say(&s, NULL, MX1),
	    MX1 ": Sendmail does not tell the fingerprint of its certificate");
	assert_int_equal(mx_looked_at(NULL), 0);
	scene_end(&s);
}

/* --- facts ----------------------------------------------------------------------------------------------- */

static void
check_late(void **state)
{
	struct scene s;

	(void)state;
	scene_begin(&s);
	dns_says("example.org MX silent");
	s.story.options.dns_deadline_ms = 2 * WAIT_MS;
	scene_go(&s);
	assert_string_equal(say(&s, &first, MX1), MX1 ": DNS has not answered in time");
	assert_int_equal(mx_looked_at(NULL), 0);
	scene_end(&s);
}

/* Whoever asked has gone: nobody is called, nothing is kept. */
static void
check_cancel(void **state)
{
	struct sendmail_call call = call_with(&first, MX1);
	struct hearer ears[3];
	struct scene s;

	(void)state;
	scene_begin(&s);
	mx_takes_ms(1000);
	scene_go(&s);
	ask_it(&s, &call, &ears[0]);
	passage_ask_cancel(ears[0].ask);
	ask_it(&s, &call, &ears[1]);
	ask_it(&s, &call, &ears[2]);
	fake_pass_ms(500);
	assert_int_equal(mx_looks(), 1);
	passage_ask_cancel(ears[1].ask);
	fake_pass_ms(WAIT_MS);
	assert_int_equal(ears[0].times + ears[1].times, 0);
	assert_int_equal(ears[2].times, 1);
	assert_string_equal(ears[2].text, "free");
	passage_ask_cancel(NULL);
	scene_end(&s);
}

int
main(void)
{
	const struct cert_spec spec = { .cn = "mx", .san = "DNS:" MX1 };
	const struct case_table tables[] = {
		CASE("AUTH-01 a look is made once, and serves all", check_seen),
		CASE("AUTH-07 what was seen does not match", check_no_match),
		CASE(
		    "AUTH-06 another certificate than that which is kept: one more look",
		    check_rollover),
		CASE("but not more often than a host is looked at", check_storm),
		CASE("looks are off", check_off),
		CASE("the host cannot be reached", check_away),
		CASE("a look that takes too long serves the next attempt",
		    check_slow_look),
		CASE("a look that could show nothing is not made", check_no_look),
		CASE("MX-06 DNS does not answer", check_late),
		CASE("who asked has gone", check_cancel),
	};
	int failed;

	first = cert_make(&spec, NULL);
	second = cert_make(&spec, NULL);
	failed = cases_run("passage", tables, COUNT_OF(tables));
	cert_clear(&first);
	cert_clear(&second);
	return failed;
}
