/*
 * Looks of our own at MX hosts: how often, for whom, and what is kept of them.  SPDX-License-Identifier: ISC
 */
#include "lookup/probe.h"
#include "scenario/stage.h"

#define SERVER  "192.0.2.1"
#define KEEP    3600
#define PAUSE   600
#define MOMENTS 30

/* Two certificates, as far as anybody looks at them here. */
static const struct chain two = {
	.count = 2,
	.certs = { { (const uint8_t *)"leaf", 4 }, { (const uint8_t *)"ca", 2 } },
};

static struct probe_options
usual(void)
{
	return (struct probe_options){
		.is_on = true,
		.keep_s = KEEP,
		.pause_s = PAUSE,
		.per_minute = 100,
		.parallel = 10,
		.deadline_ms = 20000,
		.kept_max = 100,
		.helo = "sender.example",
	};
}

/* A new world with a server that shows a chain, and probes. */
static struct probes *
begin(const struct probe_options *options)
{
	fake_begin(NOON);
	mx_says(SERVER, TLS_UP, "", &two);
	return probes_new(options);
}

static struct probe_target
target(const char *host, const char *address)
{
	struct probe_target t = { .host = domain_named(host), .port = 25 };

	assert_int_equal(address_parse(address, strlen(address), &t.address), ST_OK);
	return t;
}

/* What one who asked has heard. */
struct word {
	struct probe *probe; /* NULL once told */
	unsigned times;
	bool has_evidence;
	enum event_tls tls;
	char host[DOMAIN_MAX + 1], remote[ADDRESS_TEXT_MAX];
	char helo[HELO_MAX + 1], reason[REASON_CODE_MAX + 1];
	size_t cert_count;
};

static void
note(const struct evidence *e, struct word *w)
{
	snprintf(w->host, sizeof(w->host), "%s", e->host->text);
	address_text(e->remote, w->remote);
	snprintf(w->helo, sizeof(w->helo), "%s", e->helo);
	snprintf(w->reason, sizeof(w->reason), "%s", e->reason);
	w->tls = e->tls;
	assert_int_equal(e->chain != NULL, e->tls == TLS_UP);
	if (e->chain == NULL)
		return;
	w->cert_count = e->chain->count;
	assert_memory_equal(e->chain->certs[0].der, "leaf", 4);
	assert_memory_equal(e->chain->certs[1].der, "ca", 2);
}

static void
on_evidence(const struct evidence *e, void *arg)
{
	struct word *w = arg;

	w->probe = NULL;
	w->times++;
	w->has_evidence = e != NULL;
	if (e != NULL)
		note(e, w);
}

static void
ask_for(struct probes *p, const struct probe_target *t, struct word *w)
{
	*w = (struct word){ 0 };
	w->probe = probes_ask(p, t, on_evidence, w);
	assert_int_equal(w->times, 0);
}

/* Ask, and wait for the answer. */
static bool
sees(struct probes *p, const struct probe_target *t)
{
	struct word w;

	ask_for(p, t, &w);
	fake_pass_ms(1);
	assert_int_equal(w.times, 1);
	return w.has_evidence;
}

static struct probe_counts
counts(const struct probes *p)
{
	struct probe_counts c;

	probes_status(p, &c);
	return c;
}

/* --- what is told -------------------------------------------------------------------------- */

static const struct told_case {
	const char *name;
	enum event_tls tls;
	const char *detail;
	bool has_evidence;
	const char *reason;
} told_cases[] = {
	{ "RPT-TYPE-04 a chain", TLS_UP, "", true, "" },
	{ "RPT-TYPE-01 STARTTLS not offered", TLS_NOT_OFFERED,
	    "no STARTTLS in the EHLO reply", true, "" },
	{ "RPT-TYPE-01 STARTTLS refused, with the reason", TLS_REFUSED, "454 not now",
	    true, "454 not now" },
	{ "RPT-TYPE-05 a failed handshake, with the reason", TLS_FAILED,
	    "tlsv1 alert protocol version", true, "tlsv1 alert protocol version" },
	{ "RPT-CNT-07 a host that cannot be reached is no evidence", TLS_UNKNOWN,
	    "421 go away", false, "" },
};

static void
check_told(void **state)
{
	const struct told_case *c = *state;
	struct probe_options options = usual();
	struct probes *p = begin(&options);
	struct probe_target t = target("mx.example.org", SERVER);
	struct evidence kept;
	struct word w;

	mx_says(SERVER, c->tls, c->detail, c->tls == TLS_UP ? &two : NULL);
	ask_for(p, &t, &w);
	assert_false(probes_peek(p, &t, &kept));
	fake_pass_ms(1);
	assert_int_equal(w.times, 1);
	assert_int_equal(w.has_evidence, c->has_evidence);
	assert_int_equal(probes_peek(p, &t, &kept), c->has_evidence);
	assert_int_equal(counts(p).looks, 1);
	assert_int_equal(counts(p).unreachable, !c->has_evidence);
	if (c->has_evidence) {
		assert_int_equal(w.tls, c->tls);
		assert_string_equal(w.reason, c->reason);
		assert_string_equal(w.host, "mx.example.org");
		assert_string_equal(w.remote, SERVER);
		assert_string_equal(w.helo, MX_HELO);
		assert_int_equal(w.cert_count, c->tls == TLS_UP ? 2 : 0);
		assert_int_equal(kept.tls, c->tls);
	}
	probes_free(p);
}

static void
check_request(void **state)
{
	struct probe_options options = usual();
	struct probes *p = begin(&options);
	struct probe_target t = target("mx.example.org", SERVER);

	(void)state;
	assert_true(sees(p, &t));
	assert_string_equal(mx_last_sni(), "mx.example.org");
	assert_string_equal(mx_last_helo(), "sender.example");
	assert_int_equal(mx_last_port(), 25);
	t.sni = domain_named("base.example.net");
	t.port = 2525;
	assert_true(sees(p, &t));
	assert_string_equal(mx_last_sni(), "base.example.net");
	assert_int_equal(mx_last_port(), 2525);
	probes_free(p);
}

/* --- what is kept ---------------------------------------------------------------------------- */

static void
check_kept(void **state)
{
	struct probe_options options = usual();
	struct probes *p = begin(&options);
	struct probe_target t = target("mx.example.org", SERVER);
	struct evidence kept;

	(void)state;
	assert_true(sees(p, &t));
	fake_pass(KEEP - 1);
	assert_true(probes_peek(p, &t, &kept));
	assert_true(sees(p, &t));
	assert_int_equal(mx_looked_at(SERVER), 1);
	fake_pass(1);
	assert_false(probes_peek(p, &t, &kept));
	mx_says(SERVER, TLS_NOT_OFFERED, "no STARTTLS", NULL);
	assert_true(sees(p, &t));
	assert_int_equal(mx_looked_at(SERVER), 2);
	assert_true(probes_peek(p, &t, &kept));
	assert_int_equal(kept.tls, TLS_NOT_OFFERED);
	/* What was seen before does not hold when the host is gone. */
	fake_pass(KEEP);
	mx_says(SERVER, TLS_UNKNOWN, "connect: timed out", NULL);
	assert_false(sees(p, &t));
	assert_false(probes_peek(p, &t, &kept));
	probes_free(p);
}

/* The wall clock has no say. */
static void
check_clock(void **state)
{
	struct probe_options options = usual();
	struct probes *p = begin(&options);
	struct probe_target t = target("mx.example.org", SERVER);
	struct evidence kept;

	(void)state;
	assert_true(sees(p, &t));
	fake_jump(-7 * DAY);
	assert_true(probes_peek(p, &t, &kept));
	fake_jump(14 * DAY);
	assert_true(probes_peek(p, &t, &kept));
	probes_free(p);
}

/* Host, address, SNI and port: each makes it another target. */
static void
check_targets(void **state)
{
	struct probe_options options = usual();
	struct probes *p = begin(&options);
	struct probe_target ts[6];
	size_t i;

	(void)state;
	mx_says("192.0.2.2", TLS_UP, "", &two);
	mx_says("c000:201::", TLS_UP, "", &two); /* begins with the octets of SERVER */
	for (i = 0; i < COUNT_OF(ts); i++)
		ts[i] = target("mx.example.org", SERVER);
	ts[1] = target("mx.example.net", SERVER);
	ts[2] = target("mx.example.org", "192.0.2.2");
	ts[3] = target("mx.example.org", "c000:201::");
	ts[4].sni = domain_named("base.example.net");
	ts[5].port = 26;
	for (i = 0; i < COUNT_OF(ts); i++)
		assert_true(sees(p, &ts[i]));
	assert_int_equal(mx_looked_at(NULL), 6);
	/* The host's own name for SNI is the same as none. */
	ts[0].sni = ts[0].host;
	for (i = 0; i < COUNT_OF(ts); i++)
		assert_true(sees(p, &ts[i]));
	assert_int_equal(mx_looked_at(NULL), 6);
	assert_int_equal(counts(p).kept, 6);
	probes_free(p);
}

static void
check_shared(void **state)
{
	struct probe_options options = usual();
	struct probes *p = begin(&options);
	struct probe_target t = target("mx.example.org", SERVER);
	struct word words[3];
	size_t i;

	(void)state;
	mx_takes_ms(50);
	for (i = 0; i < COUNT_OF(words); i++) {
		ask_for(p, &t, &words[i]);
		fake_pass_ms(10);
	}
	assert_int_equal(counts(p).under_way, 1);
	fake_pass_ms(50);
	assert_int_equal(mx_looked_at(SERVER), 1);
	assert_int_equal(counts(p).under_way, 0);
	for (i = 0; i < COUNT_OF(words); i++) {
		assert_int_equal(words[i].times, 1);
		assert_int_equal(words[i].cert_count, 2);
	}
	probes_free(p);
}

/* --- how often --------------------------------------------------------------------------------- */

static const struct pause_case {
	const char *name;
	enum event_tls tls;
	unsigned keep_s;
} pause_cases[] = {
	{ "a host is left in peace after a look, if nothing is kept", TLS_UP, 0 },
	{ "a host is left in peace after it could not be reached", TLS_UNKNOWN, KEEP },
	{ "a host is left in peace after a failed handshake", TLS_FAILED, 1 },
};

static void
check_pause(void **state)
{
	const struct pause_case *c = *state;
	struct probe_options options = usual();
	struct probe_target t = target("mx.example.org", SERVER);
	struct probes *p;

	options.keep_s = c->keep_s;
	p = begin(&options);
	mx_says(SERVER, c->tls, "x", c->tls == TLS_UP ? &two : NULL);
	sees(p, &t);
	fake_pass(PAUSE - 1);
	assert_false(sees(p, &t));
	assert_int_equal(mx_looked_at(SERVER), 1);
	assert_int_equal(counts(p).refused, 1);
	fake_pass(1);
	sees(p, &t);
	assert_int_equal(mx_looked_at(SERVER), 2);
	assert_int_equal(counts(p).refused, 1);
	probes_free(p);
}

/* So many different hosts at one address; returns how many were seen. */
static unsigned
see_hosts(struct probes *p, unsigned from, unsigned to)
{
	unsigned seen = 0;
	char name[32];

	for (; from < to; from++) {
		struct probe_target t;

		snprintf(name, sizeof(name), "mx%u.example", from);
		t = target(name, SERVER);
		seen += sees(p, &t);
	}
	return seen;
}

static void
check_rate(void **state)
{
	struct probe_options options = usual();
	struct probes *p;

	(void)state;
	options.per_minute = 5;
	p = begin(&options);
	assert_int_equal(see_hosts(p, 0, 20), 5);
	assert_int_equal(mx_looked_at(SERVER), 5);
	assert_int_equal(counts(p).refused, 15);
	/* What was seen is at hand all the same. */
	assert_int_equal(see_hosts(p, 0, 5), 5);
	fake_pass(60);
	assert_int_equal(see_hosts(p, 5, 20), 5);
	fake_pass(HOUR);
	assert_int_equal(see_hosts(p, 20, 40), 5);
	/* Those that were refused left nothing behind, and are not paused. */
	assert_int_equal(counts(p).kept, 15);
	probes_free(p);
}

static void
check_parallel(void **state)
{
	struct probe_options options = usual();
	struct probe_target t;
	struct word words[9];
	struct probes *p;
	char name[32];
	unsigned i;

	(void)state;
	options.parallel = 3;
	p = begin(&options);
	mx_takes_ms(100);
	for (i = 0; i < 9; i++) {
		snprintf(name, sizeof(name), "mx%u.example", i);
		t = target(name, SERVER);
		ask_for(p, &t, &words[i]);
	}
	for (i = 3; i <= 9; i += 3) {
		assert_int_equal(mx_looks(), 3);
		assert_int_equal(mx_looked_at(SERVER), i);
		fake_pass_ms(100);
		assert_int_equal(words[i - 1].times, 1);
		assert_true(i == 9 || words[i].times == 0);
	}
	assert_int_equal(mx_looks(), 0);
	probes_free(p);
}

static void
check_more_parallel(void **state)
{
	struct probe_options options = usual();
	struct probe_target a = target("a.example", SERVER);
	struct probe_target b = target("b.example", SERVER);
	struct word words[2];
	struct probes *p;

	(void)state;
	options.parallel = 1;
	p = begin(&options);
	ask_for(p, &a, &words[0]);
	ask_for(p, &b, &words[1]);
	assert_int_equal(mx_looks(), 1);
	options.parallel = 2;
	probes_reconfigure(p, &options);
	assert_int_equal(mx_looks(), 2);
	probes_free(p);
}

/* Silent hosts, more than can be looked at: what waits does not grow. */
static void
check_backlog(void **state)
{
	struct probe_options options = usual();
	struct probe_target t;
	struct word words[300];
	struct probes *p;
	unsigned i, told = 0;
	char name[32];

	(void)state;
	options.parallel = 1;
	options.per_minute = 5;
	options.kept_max = 1;
	p = begin(&options);
	mx_takes_ms(DAY * 1000);
	for (i = 0; i < COUNT_OF(words); i++) {
		snprintf(name, sizeof(name), "mx%u.example", i);
		t = target(name, SERVER);
		ask_for(p, &t, &words[i]);
		fake_pass(10);
		assert_in_range(counts(p).kept, 1, 6);
	}
	for (i = 0; i < COUNT_OF(words); i++)
		told += words[i].times;
	assert_in_range(told, COUNT_OF(words) - 5, COUNT_OF(words));
	/* One every 20 s, to the last moment. */
	assert_int_equal(mx_looked_at(SERVER), 151);
	probes_free(p);
}

static void
check_deadline(void **state)
{
	struct probe_options options = usual();
	struct probes *p;
	struct probe_target t = target("mx.example.org", SERVER);
	struct word w;

	(void)state;
	options.deadline_ms = 1000;
	p = begin(&options);
	mx_takes_ms(5000);
	ask_for(p, &t, &w);
	fake_pass_ms(999);
	assert_int_equal(w.times, 0);
	fake_pass_ms(1);
	assert_int_equal(w.times, 1);
	assert_false(w.has_evidence);
	assert_int_equal(counts(p).unreachable, 1);
	probes_free(p);
}

/* --- where not --------------------------------------------------------------------------------- */

static void
check_guard(void **state)
{
	struct probe_options options = usual();
	struct address_range opened;
	struct probes *p = begin(&options);
	struct probe_target loopback = target("mx.example.org", "127.0.0.1");
	struct probe_target private = target("mx.example.org", "10.1.2.3");

	(void)state;
	mx_says("127.0.0.1", TLS_UP, "", &two);
	mx_says("10.1.2.3", TLS_UP, "", &two);
	assert_false(sees(p, &loopback));
	assert_false(sees(p, &private));
	assert_int_equal(mx_looked_at(NULL), 0);
	assert_int_equal(counts(p).refused, 2);
	assert_int_equal(counts(p).kept, 0);
	/* Opened by the operator; the list is copied. */
	assert_int_equal(address_range_parse("127.0.0.0/8", 11, &opened), ST_OK);
	options.guard = (struct guard){ &opened, 1 };
	probes_reconfigure(p, &options);
	opened = (struct address_range){ 0 };
	assert_true(sees(p, &loopback));
	assert_false(sees(p, &private));
	probes_free(p);
}

static void
check_off(void **state)
{
	struct probe_options options = usual();
	struct probes *p;
	struct probe_target t = target("mx.example.org", SERVER);
	struct evidence kept;

	(void)state;
	options.is_on = false;
	p = begin(&options);
	assert_false(sees(p, &t));
	assert_false(probes_peek(p, &t, &kept));
	assert_int_equal(mx_looked_at(NULL), 0);
	assert_int_equal(counts(p).refused, 0);
	options.is_on = true;
	probes_reconfigure(p, &options);
	assert_true(sees(p, &t));
	/* What was seen stays so. */
	options.is_on = false;
	probes_reconfigure(p, &options);
	assert_true(probes_peek(p, &t, &kept));
	assert_true(sees(p, &t));
	fake_pass(KEEP);
	assert_false(sees(p, &t));
	assert_int_equal(mx_looked_at(NULL), 1);
	probes_free(p);
}

/* Looks that wait for their turn are given up, those under way are not. */
static void
check_off_with_looks(void **state)
{
	struct probe_options options = usual();
	struct probe_target t[3] = { target("a.example", SERVER),
		target("b.example", SERVER), target("c.example", SERVER) };
	struct word words[3];
	struct probes *p;
	int i;

	(void)state;
	options.parallel = 1;
	p = begin(&options);
	mx_takes_ms(100);
	for (i = 0; i < 3; i++)
		ask_for(p, &t[i], &words[i]);
	options.is_on = false;
	probes_reconfigure(p, &options);
	assert_int_equal(words[1].times, 0);
	fake_settle();
	assert_int_equal(words[0].times, 0);
	for (i = 1; i < 3; i++) {
		assert_int_equal(words[i].times, 1);
		assert_false(words[i].has_evidence);
	}
	fake_pass_ms(100);
	assert_true(words[0].has_evidence);
	assert_int_equal(mx_looked_at(NULL), 1);
	probes_free(p);
}

/* --- memory -------------------------------------------------------------------------------------- */

static void
check_lru(void **state)
{
	struct probe_options options = usual();
	struct probe_target first = target("mx0.example", SERVER);
	struct probe_target second = target("mx1.example", SERVER);
	struct evidence kept;
	struct probes *p;

	(void)state;
	options.kept_max = 10;
	p = begin(&options);
	assert_int_equal(see_hosts(p, 0, 10), 10);
	assert_true(probes_peek(p, &first, &kept)); /* used now */
	assert_int_equal(see_hosts(p, 10, 11), 1);
	assert_int_equal(counts(p).kept, 10);
	assert_true(probes_peek(p, &first, &kept));
	assert_false(probes_peek(p, &second, &kept));
	assert_int_equal(see_hosts(p, 11, 60), 49);
	assert_int_equal(counts(p).kept, 10);
	options.kept_max = 3;
	probes_reconfigure(p, &options);
	assert_int_equal(counts(p).kept, 3);
	probes_free(p);
}

/* One that is being looked at stays, be there ever so many. */
static void
check_full_of_looks(void **state)
{
	struct probe_options options = usual();
	struct word words[20];
	struct probe_target t;
	struct probes *p;
	char name[32];
	int i;

	(void)state;
	options.kept_max = 5;
	p = begin(&options);
	mx_takes_ms(100);
	for (i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "mx%d.example", i);
		t = target(name, SERVER);
		ask_for(p, &t, &words[i]);
	}
	assert_int_equal(counts(p).kept, 20);
	fake_pass_ms(300);
	for (i = 0; i < 20; i++)
		assert_true(words[i].has_evidence);
	assert_int_equal(counts(p).kept, 5);
	probes_free(p);
}

/* Long chains count for several. */
static void
check_long_chains(void **state)
{
	static uint8_t big[60000] = "leaf";
	const struct chain chain = { .count = 2,
		.certs = { { big, sizeof(big) }, { (const uint8_t *)"ca", 2 } } };
	struct probe_options options = usual();
	struct probes *p = begin(&options);

	(void)state;
	mx_says(SERVER, TLS_UP, "", &chain);
	assert_int_equal(see_hosts(p, 0, 50), 50);
	assert_in_range(counts(p).kept, 5, 20);
	probes_free(p);
}

/* --- every moment --------------------------------------------------------------------------------- */

/* Three looks of which two run at once, one shared, one answer from memory on its way. */
struct crowd {
	struct probe_options options;
	struct probes *probes;
	struct probe_target targets[4];
	struct word words[5];
};

#define CROWD COUNT_OF(((struct crowd *)NULL)->words)

static void
gather(struct crowd *c)
{
	size_t i;

	c->options = usual();
	c->options.parallel = 2;
	c->probes = begin(&c->options);
	c->targets[0] = target("a.example", SERVER);
	c->targets[1] = target("b.example", SERVER);
	c->targets[2] = target("c.example", SERVER);
	c->targets[3] = target("known.example", SERVER);
	assert_true(sees(c->probes, &c->targets[3]));
	mx_takes_ms(10);
	for (i = 0; i < CROWD; i++)
		ask_for(c->probes, &c->targets[i % 4], &c->words[i]);
}

static void
check_cancel_any_time(void **state)
{
	struct crowd c;
	size_t gone, i;
	int ms;

	(void)state;
	for (ms = 0; ms < MOMENTS; ms++)
		for (gone = 0; gone < CROWD; gone++) {
			gather(&c);
			if (ms > 0)
				fake_pass_ms(ms - 1);
			probe_cancel(c.words[gone].probe);
			if (c.words[gone].times == 0)
				c.words[gone].probe = NULL;
			fake_pass(1);
			for (i = 0; i < CROWD; i++)
				assert_true(i == gone || c.words[i].has_evidence);
			assert_in_range(c.words[gone].times, 0, 1);
			assert_int_equal(mx_looks(), 0);
			probes_free(c.probes);
		}
	probe_cancel(NULL);
}

/* All go: a look that has not begun never does, one that has serves the cache. */
static void
check_cancel_all(void **state)
{
	struct evidence kept;
	struct crowd c;
	size_t i;

	(void)state;
	gather(&c);
	for (i = 0; i < CROWD; i++)
		probe_cancel(c.words[i].probe);
	fake_pass(1);
	for (i = 0; i < CROWD; i++)
		assert_int_equal(c.words[i].times, 0);
	assert_true(probes_peek(c.probes, &c.targets[0], &kept));
	assert_true(probes_peek(c.probes, &c.targets[1], &kept));
	assert_false(probes_peek(c.probes, &c.targets[2], &kept));
	assert_true(sees(c.probes, &c.targets[3]));
	probes_free(c.probes);
}

static void
check_free_any_time(void **state)
{
	struct crowd c;
	size_t i;
	int ms;

	(void)state;
	for (ms = 0; ms < MOMENTS; ms++) {
		gather(&c);
		if (ms > 0)
			fake_pass_ms(ms - 1);
		probes_free(c.probes);
		assert_int_equal(mx_looks(), 0);
		fake_pass(1);
		for (i = 0; i < CROWD; i++)
			assert_in_range(c.words[i].times, 0, 1);
	}
	probes_free(NULL);
}

static void
check_reconfigure_any_time(void **state)
{
	struct crowd c;
	char helo[] = "other.example";
	size_t i;
	int ms;

	(void)state;
	for (ms = 0; ms < MOMENTS; ms++) {
		gather(&c);
		if (ms > 0)
			fake_pass_ms(ms - 1);
		c.options.parallel = 1 + (unsigned)ms % 3;
		c.options.helo = helo;
		probes_reconfigure(c.probes, &c.options);
		helo[0] = 'x';
		fake_pass(1);
		helo[0] = 'o';
		for (i = 0; i < CROWD; i++)
			assert_true(c.words[i].has_evidence);
		probes_free(c.probes);
	}
}

/* Who was told asks again, from within. */
struct again {
	struct probes *probes;
	struct probe_target target;
	unsigned left, times;
};

static void
on_again(const struct evidence *e, void *arg)
{
	struct again *a = arg;

	(void)e;
	a->times++;
	if (a->left-- > 0)
		probes_ask(a->probes, &a->target, on_again, a);
}

static void
check_ask_from_within(void **state)
{
	struct probe_options options = usual();
	struct again a = { .left = 5 };

	(void)state;
	options.kept_max = 1;
	a.probes = begin(&options);
	a.target = target("mx.example.org", SERVER);
	probes_ask(a.probes, &a.target, on_again, &a);
	fake_pass(1);
	assert_int_equal(a.times, 6);
	assert_int_equal(mx_looked_at(NULL), 1);
	/* Also of a host that is gone. */
	mx_says("192.0.2.2", TLS_UNKNOWN, "connect: refused", NULL);
	a.target = target("gone.example.org", "192.0.2.2");
	a.left = 5;
	probes_ask(a.probes, &a.target, on_again, &a);
	fake_pass(1);
	assert_int_equal(a.times, 12);
	assert_int_equal(mx_looked_at("192.0.2.2"), 1);
	probes_free(a.probes);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_told, told_cases),
		CASE("REF-05 SNI is the TLSA base domain, or the host", check_request),
		CASE("what was seen is kept for a while", check_kept),
		CASE("a clock that jumps changes nothing", check_clock),
		CASE("host, address, SNI and port make a target", check_targets),
		CASE("one look for all who ask", check_shared),
		CASES(check_pause, pause_cases),
		CASE("so many looks in a minute", check_rate),
		CASE("so many looks at once", check_parallel),
		CASE("more looks at once after a reload", check_more_parallel),
		CASE("so many looks wait", check_backlog),
		CASE("a look has a deadline", check_deadline),
		CASE("guarded addresses are not looked at", check_guard),
		CASE("switched off", check_off),
		CASE("switched off while looks wait", check_off_with_looks),
		CASE("a full memory forgets who was not asked for", check_lru),
		CASE("a memory full of looks", check_full_of_looks),
		CASE("a memory full of long chains", check_long_chains),
		CASE("cancelled in every millisecond", check_cancel_any_time),
		CASE("all cancelled", check_cancel_all),
		CASE("freed in every millisecond", check_free_any_time),
		CASE("a reload in every millisecond", check_reconfigure_any_time),
		CASE("asked again from within", check_ask_from_within),
	};

	return cases_run("probe", tables, COUNT_OF(tables));
}
