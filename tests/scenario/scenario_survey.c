/*
 * One host from all sides, for its operator.  SPDX-License-Identifier: ISC
 */
#include "lookup/survey.h"
#include "scenario/stage.h"
#include "unit/certs.h"

#define HOST     "mx.example.org"
#define DEADLINE 10000
#define DIGEST   "4d3d38600aa83b4144e445854a911c2e6012abc988b367274f8a13604bd293ed"

/* No certificate, as far as anybody looks at it here. */
static const struct chain one = {
	.count = 1,
	.certs = { { (const uint8_t *)"leaf", 4 } },
};

/* What the survey has told. */
struct word {
	struct survey *survey; /* NULL once told */
	unsigned times;
	enum tlsa_outcome tlsa;
	size_t records, count;
	uint32_t ttl_s;
	char seen[512]; /* "ADDRESS TLS REASON;" of each */
};

static void
on_survey(const struct survey_result *r, void *arg)
{
	struct word *w = arg;
	char address[ADDRESS_TEXT_MAX];
	size_t i, at = 0;

	w->survey = NULL;
	w->times++;
	w->tlsa = r->host->tlsa_outcome;
	w->records = r->host->tlsa != NULL ? r->host->tlsa->count : 0;
	w->ttl_s = r->ttl_s;
	w->count = r->count;
	for (i = 0; i < r->count; i++)
		at += (size_t)snprintf(w->seen + at, sizeof(w->seen) - at, "%s %s %s;",
		    address_text(r->seen[i].remote, address),
		    event_tls_word(r->seen[i].tls), r->seen[i].reason);
}

/* A signed host with two addresses, of which one answers. */
static void
begin(void)
{
	fake_begin(NOON);
	dns_says(HOST " A S 7200 192.0.2.1");
	dns_says(HOST " AAAA S 7200 2001:db8::1");
	dns_says("_25._tcp." HOST " TLSA S 86400 3 1 1 " DIGEST);
	mx_says("192.0.2.1", TLS_UP, "", &one);
	dns_forget_questions();
}

static void
survey_port(struct word *w, uint16_t port)
{
	struct survey_options options = {
		.dns_deadline_ms = DEADLINE,
		.look_deadline_ms = DEADLINE,
		.helo = "sender.example",
	};
	struct domain host = stage_domain(HOST);

	*w = (struct word){ .times = 0 };
	w->survey = survey_start(&options, &host, port, on_survey, w);
	assert_int_equal(w->times, 0);
}

/* Survey, and wait for what comes of it. */
static struct word
survey(void)
{
	struct word w;

	survey_port(&w, 25);
	fake_pass(60);
	assert_int_equal(w.times, 1);
	assert_int_equal(mx_looks(), 0);
	return w;
}

static void
check_both(void **state)
{
	struct word w;

	(void)state;
	begin();
	w = survey();
	assert_string_equal(
	    w.seen, "192.0.2.1 up ;2001:db8::1 unknown connect: Connection refused;");
	assert_int_equal(w.records, 1);
	assert_int_equal(w.ttl_s, 86400);
	assert_string_equal(mx_last_sni(), HOST);
	assert_string_equal(mx_last_helo(), "sender.example");
	assert_int_equal(mx_last_port(), 25);
	assert_non_null(strstr(dns_questions(), "AAAA\n_25._tcp." HOST " TLSA"));
}

static void
check_insecure(void **state)
{
	struct word w;

	(void)state;
	begin();
	dns_says(HOST " A I 7200 192.0.2.1");
	dns_says(HOST " AAAA I 7200 nodata");
	w = survey();
	assert_string_equal(w.seen, "192.0.2.1 up ;");
	assert_int_equal(w.tlsa, TLSA_NOT_ASKED);
	assert_int_equal(w.ttl_s, 0);
	assert_int_equal(dns_asked("_25._tcp." HOST " TLSA"), 0);
}

/* The name behind the alias is asked for, as by a sender. */
static void
check_alias(void **state)
{
	struct word w;

	(void)state;
	fake_begin(NOON);
	mx_says("192.0.2.1", TLS_UP, "", &one);
	dns_says(HOST " CNAME S 300 real.example.org");
	dns_says("real.example.org A S 300 192.0.2.1");
	dns_says("real.example.org AAAA S 300 nodata");
	dns_says("_25._tcp.real.example.org TLSA S 600 3 1 1 " DIGEST);
	w = survey();
	assert_string_equal(w.seen, "192.0.2.1 up ;");
	assert_int_equal(w.ttl_s, 600);
	assert_string_equal(mx_last_sni(), "real.example.org");
}

static void
check_nowhere(void **state)
{
	struct word w;

	(void)state;
	begin();
	dns_says(HOST " A servfail");
	dns_says(HOST " AAAA servfail");
	w = survey();
	assert_int_equal(w.count, 0);
	assert_int_equal(mx_looked_at(NULL), 0);
}

static void
check_port(void **state)
{
	struct word w;

	(void)state;
	begin();
	survey_port(&w, 587);
	fake_pass(60);
	assert_int_equal(w.times, 1);
	assert_int_equal(w.tlsa, TLSA_DENIED);
	assert_int_equal(mx_last_port(), 587);
	assert_int_equal(dns_asked("_587._tcp." HOST " TLSA"), 1);
}

/* All addresses at once: a host of many silent ones takes no longer than one of them. */
static void
check_silent(void **state)
{
	struct word w;

	(void)state;
	begin();
	dns_says(HOST " A S 7200 192.0.2.1; 192.0.2.2; 192.0.2.3; 192.0.2.4");
	mx_takes_ms(DEADLINE + 1);
	survey_port(&w, 25);
	fake_pass_ms(DEADLINE + 100);
	assert_int_equal(w.times, 1);
	assert_int_equal(w.count, 5);
}

/* Of a server with an EC key it is asked whether it has an RSA one. */
static void
check_second_look(const char *want, enum event_tls second, const char *detail)
{
	struct cert leaf = cert_make(&(struct cert_spec){ .cn = "leaf" }, NULL);
	struct chain chain = { .count = 1, .certs = { { leaf.der, leaf.len } } };
	struct word w;

	begin();
	dns_says(HOST " AAAA S 7200 nodata");
	mx_says("192.0.2.1", TLS_UP, "", &chain);
	mx_takes_ms(100);
	survey_port(&w, 25);
	fake_pass_ms(150);
	assert_int_equal(mx_looked_at("192.0.2.1"), 2);
	mx_says("192.0.2.1", second, detail, second == TLS_UP ? &chain : NULL);
	fake_pass(60);
	assert_int_equal(w.times, 1);
	assert_string_equal(w.seen, want);
	cert_clear(&leaf);
}

static void
check_two_keys(void **state)
{
	(void)state;
	check_second_look("192.0.2.1 up ;192.0.2.1 up ;", TLS_UP, "");
	check_second_look("192.0.2.1 up ;", TLS_FAILED, "handshake failure");
	check_second_look("192.0.2.1 up ;192.0.2.1 unknown 421 too often;", TLS_UNKNOWN,
	    "421 too often");
}

/* In every moment of its life. */
static void
check_cancel(void **state)
{
	struct word w;
	int ms;

	(void)state;
	for (ms = 0; ms <= 600; ms += 50) {
		begin();
		dns_takes_ms(100);
		mx_takes_ms(100);
		survey_port(&w, 25);
		fake_pass_ms(ms);
		survey_cancel(w.survey);
		assert_int_equal(mx_looks(), 0);
		fake_pass(60);
		assert_int_equal(w.times, w.survey == NULL);
	}
	assert_int_equal(w.times, 1); /* the last time it was over before */
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("PUB-TLSA-07 SEED-23 every address, also one that does not answer",
		    check_both),
		CASE("SEED-34 insecure addresses: TLSA is not asked, looks are made",
		    check_insecure),
		CASE("an alias: TLSA and server name are those of its target",
		    check_alias),
		CASE("no address: nobody is looked at", check_nowhere),
		CASE("another port", check_port),
		CASE("PUB-TLSA-07 silent addresses are waited for together",
		    check_silent),
		CASE("PUB-TLSA-07 SEED-24 EC and RSA are asked for", check_two_keys),
		CASE("cancelled at any time, it does not answer", check_cancel),
	};

	return cases_run("survey", tables, COUNT_OF(tables));
}
