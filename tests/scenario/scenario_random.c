/*
 * A walk at random through changes of the world, questions, time and the operator's hand.  SPDX-License-Identifier: ISC
 *
 * Beside the engine walks a model that knows what the world says and since when.  Where the world has been still for
 * long enough it knows the answer; where it has not, it knows what must not be answered.
 */
#include "base/strbuf.h"
#include "net/loop.h"
#include "scenario/postfix_oracle.h"
#include "scenario/story.h"

#define DOMAINS 5
#define HOSTS   4
#define EARS    24
#define STEPS   3000

#define TTL_MAX      60   /* of all that is said */
#define DNS_SETTLE   200  /* seconds after which no older DNS answer counts */
#define STS_SETTLE   800  /* nor an older record, a failed fetch, or its pause */
#define CLOCK_SETTLE 4000 /* nor a jump of the clock */
#define TEST_SETTLE  400  /* nor the resolver's last self-test */
#define DEADLINE_MS  5000

#define KEY "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

/* --- chance ------------------------------------------------------------------------------------ */

static uint64_t seed;

static unsigned
chance(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 20) % n;
}

/* --- the model ------------------------------------------------------------------------------------- */

/* What a host comes to when DNSSEC counts, and when it does not. */
enum worth { USABLE, UNUSABLE, PLAIN, DOWN };

/* "S" and "I" stand before the data, the TTL is added, and to a TLSA record that ends in a blank the host's key. */
static const struct host_kind {
	const char *a, *aaaa, *tlsa;
	enum worth worth, without_dane;
} host_kinds[] = {
	{ "S 192.0.2.1", "S 2001:db8::1", "S 3 1 1 ", USABLE, PLAIN },
	{ "S 192.0.2.1", "S nodata", "S 2 0 1 ", USABLE, PLAIN },
	{ "S 192.0.2.1", "silent", "S 3 1 1 ", USABLE, PLAIN },
	{ "S 192.0.2.1", "S nodata", "S 1 1 1 ", UNUSABLE, PLAIN },
	{ "S 192.0.2.1", "S nodata", "S nxdomain", PLAIN, PLAIN },
	{ "S 192.0.2.1", "S nodata", "I 3 1 1 ", PLAIN, PLAIN },
	{ "I 192.0.2.1", "servfail", "servfail", PLAIN, PLAIN },
	{ "S 192.0.2.1", "S nodata", "servfail", DOWN, PLAIN },
	{ "S 192.0.2.1", "S nodata", "silent", DOWN, PLAIN },
	{ "S nodata", "S nodata", "S 3 1 1 ", DOWN, DOWN },
	{ "servfail", "silent", "S 3 1 1 ", DOWN, DOWN },
};

enum mx_kind {
	MX_IS_SECURE,
	MX_IS_INSECURE,
	MX_FAILS,
	MX_GONE,
	MX_TAKES_NONE,
	MX_KINDS
};

struct host {
	const struct host_kind *kind;
	int64_t since;
};

struct domain_model {
	enum mx_kind mx;
	unsigned hosts; /* a bit for each; never 0 */
	int64_t since;
	enum sts_mode mode;
	unsigned named; /* a bit for each host */
	bool has_record, has_web;
	int64_t sts_since;
	time_t held_until; /* an enforce policy was seen, and cannot be lost before */
};

struct ear {
	struct question *question; /* NULL: free */
	struct domain_model *domain;
	struct trace trace; /* of an explained one */
	int64_t asked_ms;
};

static struct {
	struct story story;
	struct host hosts[HOSTS];
	struct domain_model domains[DOMAINS];
	struct ear ears[EARS];
	bool is_validating, has_store;
	unsigned ids;
	int64_t jumped, tested; /* when the clock, the resolver last changed */
	unsigned answers, exact;
} w;

static int64_t
now_s(void)
{
	return loop_now_ms() / 1000;
}

static bool
is_settled(int64_t since, int64_t s)
{
	return now_s() - since > s;
}

/* --- what the world says ------------------------------------------------------------------------------ */

static void PRINTF_LIKE(1, 2) say(const char *fmt, ...)
{
	struct strbuf line = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&line, fmt, ap);
	va_end(ap);
	dns_says(strbuf_str(&line));
	strbuf_clear(&line);
}

static void
say_about(const char *name, const char *type, const char *what)
{
	static const unsigned ttls[] = { 0, 1, 10, TTL_MAX, TTL_MAX };

	if (what[1] == ' ')
		say("%s %s %c %u %s", name, type, what[0], ttls[chance(COUNT_OF(ttls))],
		    what + 2);
	else
		say("%s %s %s", name, type, what);
}

static void
change_host(void)
{
	unsigned i = chance(HOSTS);
	struct host *h = &w.hosts[i];
	char name[40], tlsa[100];

	h->kind = &host_kinds[chance(COUNT_OF(host_kinds))];
	h->since = now_s();
	snprintf(name, sizeof(name), "h%u.example", i);
	say_about(name, "A", h->kind->a);
	say_about(name, "AAAA", h->kind->aaaa);
	snprintf(name, sizeof(name), "_25._tcp.h%u.example", i);
	snprintf(tlsa, sizeof(tlsa), "%s%s%02u", h->kind->tlsa, KEY, i);
	if (h->kind->tlsa[strlen(h->kind->tlsa) - 1] != ' ')
		tlsa[strlen(h->kind->tlsa)] = '\0';
	say_about(name, "TLSA", tlsa);
}

static void
change_mx(void)
{
	static const char *const others[] = { [MX_FAILS] = "servfail",
		[MX_GONE] = "S nxdomain",
		[MX_TAKES_NONE] = "S 0 ." };
	unsigned i, n = chance(DOMAINS);
	struct domain_model *d = &w.domains[n];
	struct strbuf what = STRBUF_INIT;
	char name[40];

	d->mx = chance(4) > 0 ? chance(MX_FAILS) : chance(MX_KINDS);
	d->hosts = 1 + chance((1u << HOSTS) - 1);
	d->since = now_s();
	snprintf(name, sizeof(name), "d%u.example", n);
	strbuf_addc(&what, d->mx == MX_IS_SECURE ? 'S' : 'I');
	for (i = 0; i < HOSTS; i++)
		if ((d->hosts & 1u << i) != 0)
			strbuf_addf(&what, "%s %u h%u.example", what.len > 1 ? ";" : "",
			    10 * (i + 1), i);
	say_about(name, "MX", d->mx >= MX_FAILS ? others[d->mx] : strbuf_str(&what));
	strbuf_clear(&what);
}

static char *
policy_text(const struct domain_model *d)
{
	static const unsigned ages[] = { 0, 30, 20000, 20000 };
	struct strbuf text = STRBUF_INIT;
	unsigned i;

	strbuf_addf(&text, "version: STSv1\nmode: %s\nmax_age: %u\nmx: other.example\n",
	    sts_mode_text(d->mode), ages[chance(COUNT_OF(ages))]);
	for (i = 0; i < HOSTS; i++)
		if ((d->named & 1u << i) != 0)
			strbuf_addf(&text, "mx: h%u.example\n", i);
	return strbuf_take(&text);
}

static void
change_sts(void)
{
	unsigned n = chance(DOMAINS);
	struct domain_model *d = &w.domains[n];
	char name[40], *text;

	if (chance(3) > 0) {
		d->mode = chance(2) > 0 ? STS_ENFORCE : (enum sts_mode)chance(3);
		d->named = chance(1u << HOSTS);
	}
	d->has_record = chance(4) > 0;
	d->has_web = chance(4) > 0;
	d->sts_since = now_s();
	if (d->has_web)
		d->held_until = 0;
	snprintf(name, sizeof(name), "_mta-sts.d%u.example", n);
	if (d->has_record)
		say("%s TXT I %u v=STSv1; id=%u;", name, chance(TTL_MAX), ++w.ids);
	else
		say_about(name, "TXT", chance(2) > 0 ? "I nxdomain" : "servfail");
	snprintf(name, sizeof(name), "mta-sts.d%u.example", n);
	say_about(name, "A", "I 192.0.2.80");
	text = policy_text(d);
	web_says(name, d->has_web ? HTTPS_OK : HTTPS_STATUS, text);
	free(text);
}

static void
change_resolver(void)
{
	w.is_validating = chance(3) > 0;
	w.tested = now_s();
	say("signed.example SOA %c 60 x", w.is_validating ? 'S' : 'I');
}

/* --- what must and must not be answered ----------------------------------------------------------------- */

/* Without a policy that binds. */
static enum verdict
free_verdict(enum worth worth)
{
	static const enum verdict verdicts[] = { [USABLE] = VERDICT_DANE,
		[UNUSABLE] = VERDICT_ENCRYPT,
		[PLAIN] = VERDICT_MAY,
		[DOWN] = VERDICT_SKIP };

	return verdicts[worth];
}

static enum verdict
bound_verdict(enum worth worth, bool is_mx_secure, bool is_named)
{
	if (worth == DOWN)
		return VERDICT_SKIP;
	if (worth == USABLE && (is_mx_secure || is_named))
		return VERDICT_DANE;
	return is_named ? VERDICT_STS : VERDICT_SKIP;
}

/* Whether the policy that the world shows now is the one in use. */
static bool
is_sts_known(const struct domain_model *d)
{
	return d->has_record && d->has_web && is_settled(d->sts_since, STS_SETTLE) &&
	       is_settled(w.jumped, CLOCK_SETTLE);
}

static void
check_host(const struct domain_model *d, const struct host_answer *h)
{
	unsigned i = (unsigned)(h->name->text[1] - '0');
	const struct host *host = &w.hosts[i];
	bool is_named = (d->named & 1u << i) != 0;
	enum worth worth =
	    w.is_validating ? host->kind->worth : host->kind->without_dane;
	enum verdict wanted;

	if (!is_settled(host->since, DNS_SETTLE))
		return;
	if (is_sts_known(d)) {
		w.exact++;
		wanted = d->mode == STS_ENFORCE
			     ? bound_verdict(worth, d->mx == MX_IS_SECURE, is_named)
			     : free_verdict(worth);
		assert_string_equal(verdict_word(h->verdict), verdict_word(wanted));
	} else if (h->verdict != VERDICT_STS && h->verdict != VERDICT_SKIP) {
		assert_string_equal(
		    verdict_word(h->verdict), verdict_word(free_verdict(worth)));
	}
}

/* The world's DNS has been still: the hosts are known, and what they are worth. */
static void
check_settled(const struct domain_model *d, const struct answer *a)
{
	size_t i;

	if (!is_settled(d->since, DNS_SETTLE) || !is_settled(w.tested, TEST_SETTLE))
		return;
	if (d->mx == MX_FAILS)
		assert_int_equal(a->verdict, VERDICT_DEFER);
	else if (d->mx >= MX_GONE)
		assert_int_equal(a->verdict, VERDICT_REJECT);
	else
		assert_int_equal(a->count, __builtin_popcount(d->hosts));
	for (i = 0; i < a->count; i++)
		check_host(d, &a->hosts[i]);
}

static void
note_policy(const struct policy_entry *entry, void *arg)
{
	struct domain_model *d = arg;

	if (entry->sts.policy != NULL && entry->sts.policy->mode == STS_ENFORCE &&
	    entry->sts.policy->max_age_s > 0)
		d->held_until = entry->sts.expires;
}

static void
check_held(struct domain_model *d, const struct answer *a, bool is_late)
{
	size_t i;

	for (i = 0; loop_time() < d->held_until && i < a->count; i++)
		assert_true(a->hosts[i].verdict != VERDICT_MAY &&
			    a->hosts[i].verdict != VERDICT_ENCRYPT);
	/* Only what the world cannot replace any more, or has already. */
	if (d->has_web && (is_late || !is_sts_known(d)))
		return;
	if (engine_show_policy(w.story.engine, &a->next_hop->domain, note_policy, d) !=
	    ST_OK)
		d->held_until = 0;
}

static void
check_answer(struct domain_model *d, const struct answer *a, bool is_late)
{
	w.answers++;
	assert_postfix_obeys(a, "postfix");
	assert_postfix_obeys(a, "postfix-tlsrpt");
	if (a->is_override)
		return;
	check_held(d, a, is_late);
	if (!is_late)
		check_settled(d, a);
}

/* --- questions --------------------------------------------------------------------------------------------- */

static void
on_answer(const struct answer *a, void *arg)
{
	struct ear *ear = arg;

	assert_non_null(ear->question); /* started, and not answered yet */
	check_answer(ear->domain, a, loop_now_ms() - ear->asked_ms >= DEADLINE_MS);
	ear->question = NULL;
	trace_clear(&ear->trace);
}

static void
ask_one(void)
{
	unsigned n = chance(DOMAINS);
	struct ear *ear = &w.ears[chance(EARS)];
	struct answer answer;
	struct next_hop next_hop;
	char text[40];

	snprintf(text, sizeof(text), "d%u.example", n);
	assert_int_equal(
	    next_hop_parse(text, strlen(text), &next_hop, NULL), NEXT_HOP_DOMAIN);
	if (engine_peek(w.story.engine, &next_hop, &answer)) {
		check_answer(&w.domains[n], &answer, false);
		answer_clear(&answer);
		return;
	}
	if (ear->question != NULL)
		return;
	*ear = (struct ear){ .domain = &w.domains[n], .asked_ms = loop_now_ms() };
	trace_init(&ear->trace);
	ear->question = chance(20) > 0 ? engine_ask(w.story.engine, &next_hop,
					     DEADLINE_MS, on_answer, ear)
				       : engine_explain(w.story.engine, &next_hop,
					     DEADLINE_MS, &ear->trace, on_answer, ear);
}

static void
cancel_one(void)
{
	struct ear *ear = &w.ears[chance(EARS)];

	question_cancel(ear->question);
	ear->question = NULL;
	trace_clear(&ear->trace);
}

/* --- time, and the operator ---------------------------------------------------------------------------------- */

static void
pass_time(void)
{
	static const unsigned ms[] = { 1, 10, 100, 1000, 1000, 10000, 100000, 1000000 };

	fake_pass_ms(1 + chance(ms[chance(COUNT_OF(ms))]));
}

static void
forget_held(void)
{
	unsigned i;

	for (i = 0; i < DOMAINS; i++)
		w.domains[i].held_until = 0;
}

static void
jump(void)
{
	time_t by = (time_t)chance(chance(2) > 0 ? 100 : 200000);

	w.jumped = now_s();
	if (chance(2) > 0) {
		by = -by;
		forget_held();
	}
	fake_jump(by);
}

static struct domain
any_domain(unsigned n)
{
	struct domain d;
	char text[40];
	int len = snprintf(text, sizeof(text), "d%u.example", n);

	assert_int_equal(domain_parse(text, (size_t)len, &d, NULL), ST_OK);
	return d;
}

static void
drop_one(void)
{
	unsigned n = chance(DOMAINS);
	struct domain d = any_domain(n);

	if (engine_drop(w.story.engine, &d) == ST_OK)
		w.domains[n].held_until = 0;
}

static void
refresh_one(void)
{
	struct domain d = any_domain(chance(DOMAINS));
	enum status rc = engine_refresh(w.story.engine, &d);

	assert_true(rc == ST_OK || rc == ST_BUSY || rc == ST_NOTFOUND);
}

static void
override_one(void)
{
	struct override o = { .domain = any_domain(chance(DOMAINS)),
		.action = (enum override_action)chance(OVERRIDE_AUDIT + 1),
		.created = loop_time(),
		.expires = loop_time() + (time_t)chance(3000) };

	engine_put_override(w.story.engine, &o);
}

static void
reconfigure(void)
{
	static const unsigned parallel[] = { 1, 2, 100 };

	w.story.options.fetch_parallel = parallel[chance(COUNT_OF(parallel))];
	engine_reconfigure(w.story.engine, &w.story.options, NULL, NULL);
}

static void
change_speed(void)
{
	static const unsigned dns_ms[] = { 1, 20, 400 }, web_ms[] = { 1, 100, 20000 };

	dns_takes_ms(dns_ms[chance(COUNT_OF(dns_ms))]);
	web_takes_ms(web_ms[chance(COUNT_OF(web_ms))]);
}

/* Nobody is told any more. */
static void
forget_questions(void)
{
	unsigned i;

	for (i = 0; i < EARS; i++) {
		w.ears[i].question = NULL;
		trace_clear(&w.ears[i].trace);
	}
}

static void
restart(void)
{
	if (!w.has_store)
		forget_held();
	forget_questions();
	story_restart(&w.story);
	w.tested = now_s();
}

/* --- the walk ---------------------------------------------------------------------------------------------------- */

/* How likely, in a thousand. */
static const struct action {
	unsigned weight;
	void (*fn)(void);
} actions[] = {
	{ 440, ask_one },
	{ 420, pass_time },
	{ 35, change_host },
	{ 25, change_mx },
	{ 25, change_sts },
	{ 18, cancel_one },
	{ 8, drop_one },
	{ 8, refresh_one },
	{ 6, override_one },
	{ 5, reconfigure },
	{ 5, change_speed },
	{ 1, jump },
	{ 2, change_resolver },
	{ 2, restart },
};

static void
act(void)
{
	unsigned n = chance(1000);
	size_t i;

	for (i = 0; n >= actions[i].weight; i++)
		n -= actions[i].weight;
	actions[i].fn();
}

static void
begin(bool has_store)
{
	unsigned i;

	memset(&w, 0, sizeof(w));
	story_begin(&w.story);
	w.story.options.dns_deadline_ms = 10000;
	w.has_store = has_store;
	if (has_store)
		story_use_store(&w.story);
	story_go(&w.story);
	w.is_validating = true;
	for (i = 0; i < HOSTS; i++)
		w.hosts[i] = (struct host){ &host_kinds[6], -CLOCK_SETTLE };
	for (i = 0; i < 200; i++) {
		change_host();
		change_mx();
		change_sts();
	}
}

static void
end(void)
{
	struct engine_status status;

	dns_takes_ms(1);
	web_takes_ms(1);
	fake_pass(200);
	engine_status(w.story.engine, &status);
	assert_int_equal(status.waiting, 0);
	assert_int_equal(status.operations, 0);
	forget_questions();
	story_end(&w.story);
}

static const struct walk_case {
	const char *name;
	uint64_t seed;
	bool has_store;
} walk_cases[] = {
	{ "STS-APP-02, MIX-01, MIX-05, STS-CACHE-04 a walk", 1, false },
	{ "STS-APP-02, MIX-01, MIX-05, STS-CACHE-04 another walk", 20240229, false },
	{ "STS-APP-02, MIX-01, MIX-05, STS-CACHE-04 a third one", 0xfeed, false },
	{ "STS-APP-02, MIX-01, MIX-05, STS-CACHE-08 a walk with restarts", 7, true },
	{ "STS-APP-02, MIX-01, MIX-05, STS-CACHE-08 another with restarts", 99, true },
};

static void
check_walk(void **state)
{
	const struct walk_case *c = *state;
	int i;

	seed = c->seed * 0x9e3779b97f4a7c15;
	begin(c->has_store);
	for (i = 0; i < STEPS; i++)
		act();
	assert_true(w.answers > STEPS / 10);
	assert_true(w.exact > STEPS / 60);
	end();
}

int
main(void)
{
	const struct case_table tables[] = { CASES(check_walk, walk_cases) };

	return cases_run("random", tables, COUNT_OF(tables));
}
