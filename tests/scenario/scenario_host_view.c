/*
 * One host from all sides, for its operator.  SPDX-License-Identifier: ISC
 */
#include "audit/host_view.h"
#include "scenario/stage.h"
#include "unit/certs.h"

#define HOST     "mx.example.org"
#define DEADLINE 10000

/* What the view has told. */
struct word {
	struct host_view_ask *ask; /* NULL once told */
	unsigned times;
	enum tlsa_outcome tlsa;
	bool is_tlsa_unheard;
	size_t records, count, ignored_tlsa, left_out;
	uint32_t ttl_s;
	char seen[512]; /* "ADDRESS TLS REASON;" of each */
};

static void
on_view(struct host_view *r, void *arg)
{
	struct word *w = arg;
	char address[ADDRESS_TEXT_MAX];
	size_t i, at = 0;

	w->ask = NULL;
	w->times++;
	w->tlsa = r->host->tlsa_outcome;
	w->is_tlsa_unheard = r->host->is_tlsa_unheard;
	w->records = r->host->tlsa != NULL ? r->host->tlsa->count : 0;
	w->ttl_s = r->ttl_s;
	w->count = r->count;
	w->ignored_tlsa = r->ignored_tlsa;
	w->left_out = r->left_out;
	for (i = 0; i < r->count; i++)
		at += (size_t)snprintf(w->seen + at, sizeof(w->seen) - at, "%s %s %s;",
		    address_text(r->seen[i].remote, address),
		    event_tls_word(r->seen[i].tls), r->seen[i].reason);
	host_view_free(r);
}

static char steps[512];

static void
on_progress(const char *what, void *arg UNUSED)
{
	size_t at = strlen(steps);

	snprintf(steps + at, sizeof(steps) - at, "%s;", what);
}

/* A signed host with two addresses, of which one answers. */
static void
begin(void)
{
	fake_begin(NOON);
	dns_says(HOST " A S 7200 192.0.2.1");
	dns_says(HOST " AAAA S 7200 2001:db8::1");
	dns_says("_25._tcp." HOST " TLSA S 86400 3 1 1 " SOME_DIGEST);
	mx_says("192.0.2.1", TLS_UP, "", &some_chain);
	dns_forget_questions();
}

static void
view_port(struct word *w, uint16_t port)
{
	struct audit_options options = {
		.dns_deadline_ms = DEADLINE,
		.look_deadline_ms = DEADLINE,
		.helo = "sender.example",
		.progress = on_progress,
	};
	struct host_view_request request = {
		.host = domain_named(HOST),
		.port = port,
		.address_max = 4,
	};

	*w = (struct word){ .times = 0 };
	steps[0] = '\0';
	w->ask = host_view_start(&options, &request, on_view, w);
	assert_int_equal(w->times, 0);
}

/* Look, and wait for what comes of it. */
static struct word
view(void)
{
	struct word w;

	view_port(&w, 25);
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
	w = view();
	assert_string_equal(
	    w.seen, "192.0.2.1 up ;2001:db8::1 unknown connect: Connection refused;");
	assert_int_equal(w.records, 1);
	assert_int_equal(w.ttl_s, 86400);
	assert_int_equal(w.ignored_tlsa, 0);
	assert_string_equal(
	    steps, HOST " DNS;" HOST " 192.0.2.1;" HOST " 2001:db8::1;");
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
	w = view();
	assert_string_equal(w.seen, "192.0.2.1 up ;");
	assert_int_equal(w.tlsa, TLSA_NOT_ASKED);
	assert_int_equal(w.ttl_s, 0);
	assert_int_equal(w.ignored_tlsa, 1);
}

/* What a resolver that is silent says of the host, and what one that answers does. */
static void
check_tlsa_fails(void **state)
{
	struct word w;

	(void)state;
	begin();
	dns_says("_25._tcp." HOST " TLSA silent");
	w = view();
	assert_int_equal(w.tlsa, TLSA_ERROR);
	assert_true(w.is_tlsa_unheard);
	dns_says("_25._tcp." HOST " TLSA servfail");
	w = view();
	assert_int_equal(w.tlsa, TLSA_ERROR);
	assert_false(w.is_tlsa_unheard);
}

/* The name behind the alias is asked for, as by a sender. */
static void
check_alias(void **state)
{
	struct word w;

	(void)state;
	fake_begin(NOON);
	mx_says("192.0.2.1", TLS_UP, "", &some_chain);
	dns_says(HOST " CNAME S 300 real.example.org");
	dns_says("real.example.org A S 300 192.0.2.1");
	dns_says("real.example.org AAAA S 300 nodata");
	dns_says("_25._tcp.real.example.org TLSA S 600 3 1 1 " SOME_DIGEST);
	w = view();
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
	w = view();
	assert_int_equal(w.count, 0);
	assert_int_equal(mx_looked_at(NULL), 0);
}

static void
check_port(void **state)
{
	struct word w;

	(void)state;
	begin();
	view_port(&w, 587);
	fake_pass(60);
	assert_int_equal(w.times, 1);
	assert_int_equal(w.tlsa, TLSA_DENIED);
	assert_int_equal(mx_last_port(), 587);
	assert_true(dns_asked("_587._tcp." HOST " TLSA") > 0);
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
	view_port(&w, 25);
	fake_pass_ms(DEADLINE + 100);
	assert_int_equal(w.times, 1);
	assert_int_equal(w.count, 4);
	assert_int_equal(w.left_out, 1);
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
	view_port(&w, 25);
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
	check_second_look("192.0.2.1 up ;", TLS_UNKNOWN, "421 too often");
	check_second_look("192.0.2.1 up ;", TLS_REFUSED, "454 too often");
	check_second_look("192.0.2.1 up ;", TLS_NOT_OFFERED, "");
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
		view_port(&w, 25);
		fake_pass_ms(ms);
		host_view_cancel(w.ask);
		assert_int_equal(mx_looks(), 0);
		fake_pass(60);
		assert_int_equal(w.times, w.ask == NULL);
	}
	assert_int_equal(w.times, 1); /* the last time it was over before */
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("PUB-TLSA-07 SEED-23 every address, also one that does not answer",
		    check_both),
		CASE("SEED-34 insecure addresses: TLSA records there count for nothing",
		    check_insecure),
		CASE("SEED-31 the lookup of TLSA fails, or nobody answers",
		    check_tlsa_fails),
		CASE("an alias: TLSA and server name are those of its target",
		    check_alias),
		CASE("no address: nobody is looked at", check_nowhere),
		CASE("another port", check_port),
		CASE(
		    "PUB-TLSA-07 silent addresses are waited for together, no more than allowed",
		    check_silent),
		CASE("PUB-TLSA-07 SEED-24 EC and RSA are asked for", check_two_keys),
		CASE("cancelled at any time, it does not answer", check_cancel),
	};

	return cases_run("host_view", tables, COUNT_OF(tables));
}
