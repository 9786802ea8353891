/*
 * What OpenSMTPD is told, and what it does then.  SPDX-License-Identifier: ISC
 *
 * The second half is OpenSMTPD with the two actions of hopseal-opensmtpd(7) in a few lines: whatever the verdicts are and
 * whatever looks have shown, it must reach no host with less than its own verdict, and every one that it may.
 */
#include "decide_world.h"

#include "wire/dialect.h"
#include "wire/opensmtpd.h"

static struct strbuf text;

static enum socketmap_code
ask(const char *map, const struct answer *a)
{
	strbuf_reset(&text);
	return dialect_find(map, strlen(map))->put(a, &text);
}

/* --- the words, one by one ------------------------------------------------------------------ */

static const struct word_case {
	const char *name;
	const char *mx, *hosts, *sts; /* decide_world.h */
	const char *options;          /* of it; "encrypt": dane-only */
	const char *standings;        /* one for each host, "" unseen */
	const char *seal, *route;     /* "-": TEMP, and what begins its text */
} word_cases[] = {
	{ "no policy: open", "S", "mx1.a=denied", "", "", "", "open",
	    "smtp+tls://mx1.a" },
	{ "STS-APP-08 mode testing: open", "I", "mx1.a=insecure", "testing mx1.a", "",
	    "", "open", "smtp+tls://mx1.a" },
	{ "a domain open by now: the host that is seen to verify comes first", "S",
	    "mx1.a=denied mx2.a=denied", "", "", "holds webpki", "open",
	    "smtp+tls://mx2.a" },
	{ "STS-APP-02 mode enforce: sealed, by preference", "I",
	    "mx1.a=insecure mx2.a=insecure", "enforce mx1.a mx2.a", "", "",
	    "sealed hosts=\"mx1.a mx2.a\"", "smtp+tls://mx1.a" },
	{ "STS-APP-02 a host that the policy does not name is never named", "I",
	    "mx1.a=insecure mx2.a=insecure", "enforce mx2.a", "", "",
	    "sealed hosts=\"mx2.a\"", "smtp+tls://mx2.a" },
	{ "STS-APP-11 no host named: sealed, and mail waits", "I", "mx1.a=insecure",
	    "enforce mx9.a", "", "",
	    "sealed hosts=\"\" reason=\"example.com: no MX host may be used",
	    "-example.com: no MX host may be used" },
	{ "MX-06 MX lookup failed: nothing is known", "error", "", "", "", "",
	    "-example.com: MX lookup failed", "-example.com: MX lookup failed" },
	{ "MX-06 MX lookup failed, a policy binds: sealed", "error", "",
	    "enforce mx1.a", "", "", "sealed hosts=\"\"", "-example.com: MX lookup" },
	{ "MX-05 null MX: OpenSMTPD says so itself", "null", "", "", "", "", "open",
	    "-example.com: null MX" },
	{ "TLSA-03 DANE: sealed, unseen", "S", "mx1.a=usable", "", "", "",
	    "sealed hosts=\"\" reason=\"mx1.a: dane-verify: not seen yet\"",
	    "-mx1.a: dane-verify: not seen yet" },
	{ "TLSA-03 DANE and WebPKI hold: its route", "S", "mx1.a=usable", "", "",
	    "webpki", "sealed hosts=\"mx1.a\"", "smtp+tls://mx1.a" },
	{ "TLSA-03 only DANE holds: mail waits", "S", "mx1.a=usable", "", "", "holds",
	    "sealed hosts=\"\" reason=\"mx1.a: dane-verify: its verdict holds, WebPKI "
	    "does not",
	    "-mx1.a: dane-verify: its verdict holds, WebPKI does not" },
	{ "AUTH-07 DANE fails: mail waits", "S", "mx1.a=usable", "", "", "fails",
	    "sealed hosts=\"\"", "-mx1.a: dane-verify: its verdict does not hold" },
	{ "only DANE holds, the operator's choice: open", "S", "mx1.a=usable", "",
	    "encrypt", "holds", "open", "-mx1.a: dane-verify: its verdict holds" },
	{ "the operator's choice wants evidence", "S", "mx1.a=usable", "", "encrypt",
	    "unseen", "-mx1.a: dane-verify: not seen yet", "-mx1.a: dane-verify" },
	{ "the operator's choice is not for a host where DANE fails", "S",
	    "mx1.a=usable mx2.a=usable", "", "encrypt", "holds fails",
	    "sealed hosts=\"\"", "-mx1.a: " },
	{ "the operator's choice is not for a domain that can be sealed", "S",
	    "mx1.a=usable mx2.a=usable", "", "encrypt", "holds webpki",
	    "sealed hosts=\"mx2.a\"", "smtp+tls://mx2.a" },
	{ "MIX-02 nor for one that an STS policy binds", "S", "mx1.a=usable",
	    "enforce mx1.a", "encrypt", "holds", "sealed hosts=\"\"", "-mx1.a: " },
	{ "TLSA-04 unusable TLSA: WebPKI is more than enough", "S", "mx1.a=unusable",
	    "", "", "webpki", "sealed hosts=\"mx1.a\"", "smtp+tls://mx1.a" },
	{ "TLSA-04 unusable TLSA, and WebPKI does not hold", "S", "mx1.a=unusable", "",
	    "", "holds", "sealed hosts=\"\" reason=\"mx1.a: encrypt: ", "-mx1.a: " },
	{ "TLSA-04 the same by the operator's choice", "S", "mx1.a=unusable", "",
	    "encrypt", "holds", "open", "-mx1.a: " },
	{ "DANE-MX-01 a host without TLSA beside one with: never openly", "S",
	    "mx1.a=denied mx2.a=usable", "", "", "holds fails",
	    "sealed hosts=\"\" reason=\"mx1.a: may: ", "-mx1.a: may: " },
	{ "DANE-MX-01 it comes last, and only if it verifies", "S",
	    "mx1.a=denied mx2.a=usable", "", "", "webpki webpki",
	    "sealed hosts=\"mx2.a mx1.a\"", "smtp+tls://mx2.a" },
	{ "BASE-07 a failed TLSA lookup beside a free host: later", "S",
	    "mx1.a=tlsa-error mx2.a=denied", "", "", "", "-mx2.a: may: not seen yet",
	    "-mx2.a: may" },
	{ "BASE-07 unless that host verifies", "S", "mx1.a=tlsa-error mx2.a=denied", "",
	    "", "unseen webpki", "sealed hosts=\"mx2.a\"", "smtp+tls://mx2.a" },
	{ "BASE-07 a failed TLSA lookup alone: later", "S", "mx1.a=tlsa-error", "", "",
	    "", "-example.com: no MX host may be used", "-example.com: no MX host" },
	{ "BASE-09 a host without address does no harm", "S",
	    "mx1.a=no-address mx2.a=denied", "", "", "", "open", "smtp+tls://mx2.a" },
	{ "MAND-01 dane-only: hosts without TLSA are not named", "S",
	    "mx1.a=denied mx2.a=usable", "", "dane-only", "webpki webpki",
	    "sealed hosts=\"mx2.a\"", "smtp+tls://mx2.a" },
	{ "MAND-04 may: open", "S", "mx1.a=usable", "", "may", "", "open",
	    "smtp+tls://mx1.a" },
};

static void
set_standings(struct answer *a, const char *words)
{
	char word[64];
	size_t i, k;

	for (i = 0; next_word(&words, word); i++) {
		for (k = 0; strcmp(standing_word((enum standing)k), word) != 0; k++)
			assert_true(k < STANDING_WEBPKI);
		a->hosts[i].standing = (enum standing)k;
	}
}

static void
assert_reply(const char *map, const struct answer *a, const char *want)
{
	enum socketmap_code code = ask(map, a);

	assert_int_equal(code, *want == '-' ? REPLY_TEMP : REPLY_OK);
	want += *want == '-';
	if (strncmp(strbuf_str(&text), want, strlen(want)) != 0)
		assert_string_equal(strbuf_str(&text), want);
	/* What has an end ends there. */
	if (code == REPLY_OK && strchr(want, '(') == NULL &&
	    strstr(want, "reason") == NULL && strcmp(want, "sealed hosts=\"\"") != 0)
		assert_string_equal(strbuf_str(&text), want);
}

static void
check_words(void **state)
{
	const struct word_case *c = *state;
	struct world w;
	struct answer a;

	world_init(&w, c->mx, c->hosts, c->sts, c->options);
	if (has_word(c->options, "encrypt"))
		w.settings.dane_only = DANE_ONLY_ENCRYPT;
	decide(&w.facts, &w.settings, NOW, &a);
	set_standings(&a, c->standings);
	assert_reply("opensmtpd", &a, c->seal);
	assert_reply("opensmtpd-route", &a, c->route);
	answer_clear(&a);
	world_clear(&w);
}

/* --- hosts and turns -------------------------------------------------------------------------- */

static void
check_turn(void **state)
{
	struct world w;
	struct answer a;

	(void)state;
	world_init(&w, "I", "mx1.a=insecure mx2.a=insecure mx3.a=insecure",
	    "enforce mx1.a mx2.a", "");
	decide(&w.facts, &w.settings, NOW, &a);
	a.turn = a.hosts[1].name;
	assert_reply("opensmtpd-route", &a, "smtp+tls://mx2.a");
	a.turn = a.hosts[2].name; /* none that may be named */
	assert_reply("opensmtpd-route", &a, "smtp+tls://mx1.a");
	answer_clear(&a);
	world_clear(&w);
}

static void
check_port(void **state)
{
	struct world w;
	struct answer a;

	(void)state;
	world_init(&w, "host", "mx1.a=insecure", "", "");
	w.next_hop.port = 587;
	decide(&w.facts, &w.settings, NOW, &a);
	assert_reply("opensmtpd-route", &a, "smtp+tls://mx1.a:587");
	answer_clear(&a);
	world_clear(&w);
}

static void
check_many(void **state)
{
	static struct domain names[ANSWER_HOSTS_MAX];
	struct next_hop next_hop = { domain_named("example.com"), SMTP_PORT, false };
	struct answer a = {
		.next_hop = &next_hop, .detail = "", .is_sts_binding = true
	};
	char name[32];

	(void)state;
	for (a.count = 0; a.count < ANSWER_HOSTS_MAX; a.count++) {
		snprintf(name, sizeof(name), "mx%zu.example.com", a.count);
		names[a.count] = domain_named(name);
		a.hosts[a.count] = (struct host_answer){ .name = &names[a.count],
			.verdict = VERDICT_STS };
	}
	a.verdict = VERDICT_STS;
	assert_int_equal(ask("opensmtpd", &a), REPLY_OK);
	assert_non_null(strstr(strbuf_str(&text), "mx7.example.com ...\""));
	assert_null(strstr(strbuf_str(&text), "mx8.example.com"));
}

static const struct look_case {
	const char *name;
	const char *hosts, *sts, *standings, *want; /* hosts that want a look */
	bool is_sealing, is_routing;                /* settled, to seal and to route */
} look_cases[] = {
	{ "nobody looks at hosts of an open domain", "mx1.a=denied", "", "", "", true,
	    true },
	{ "nor at those that WebPKI is all for", "mx1.a=denied", "enforce mx1.a", "",
	    "", true, true },
	{ "hosts with DANE want a look", "mx1.a=usable mx2.a=unusable", "", "",
	    "mx1.a mx2.a", true, false },
	{ "and those beside them", "mx1.a=usable mx2.a=denied", "", "", "mx1.a mx2.a",
	    true, false },
	{ "none that is skipped", "mx1.a=usable mx2.a=tlsa-error", "", "", "mx1.a",
	    true, false },
	{ "one that verifies is enough to go on", "mx1.a=usable mx2.a=usable", "",
	    "unseen webpki", "mx1.a", true, true },
	{ "what was seen is not looked at again", "mx1.a=usable mx2.a=usable", "",
	    "holds fails", "", true, false },
};

static void
check_looks(void **state)
{
	const struct look_case *c = *state;
	struct strbuf want = STRBUF_INIT;
	struct world w;
	struct answer a;
	size_t i;

	world_init(&w, "S", c->hosts, c->sts, "");
	decide(&w.facts, &w.settings, NOW, &a);
	set_standings(&a, c->standings);
	for (i = 0; i < a.count; i++)
		if (opensmtpd_wants_look(&a, &a.hosts[i]))
			strbuf_addf(&want, "%s%s", want.len > 0 ? " " : "",
			    a.hosts[i].name->text);
	assert_string_equal(strbuf_str(&want), c->want);
	assert_int_equal(opensmtpd_is_settled(&a, LOOKS_TO_SEAL), c->is_sealing);
	assert_int_equal(opensmtpd_is_settled(&a, LOOKS_TO_ROUTE), c->is_routing);
	strbuf_clear(&want);
	answer_clear(&a);
	world_clear(&w);
}

/* --- OpenSMTPD, with every answer that there can be --------------------------------------------- */

/* All that a host can be. */
static struct host_answer kinds[64];
static size_t kind_count;

static void
add_kinds(enum verdict verdict, enum reason reason, bool needs_sts)
{
	size_t s;

	for (s = STANDING_UNSEEN; s <= STANDING_WEBPKI; s++)
		kinds[kind_count++] = (struct host_answer){ .verdict = verdict,
			.reason = reason,
			.needs_sts = needs_sts,
			.standing = (enum standing)s,
			.detail = "" };
}

static void
make_kinds(void)
{
	static const enum reason skipped[] = { REASON_STS_NOT_NAMED,
		REASON_DANE_REQUIRED, REASON_TLSA_ERROR, REASON_ALIAS_ERROR,
		REASON_ADDRESS_ERROR, REASON_ADDRESS_NONE, REASON_HOST_INVALID };
	size_t i;

	add_kinds(VERDICT_DANE, REASON_TLSA_USABLE, false);
	add_kinds(VERDICT_DANE, REASON_TLSA_USABLE_BOTH, true);
	add_kinds(VERDICT_STS, REASON_STS_ENFORCE, false);
	add_kinds(VERDICT_ENCRYPT, REASON_TLSA_UNUSABLE, false);
	add_kinds(VERDICT_MAY, REASON_NO_POLICY, false);
	for (i = 0; i < COUNT_OF(skipped); i++)
		add_kinds(VERDICT_SKIP, skipped[i], false);
}

/* Whether OpenSMTPD, by its own DNS and opportunistic TLS, would treat the host as it is due, or cannot reach it. */
static bool
is_safe_openly(const struct answer *a, const struct host_answer *h)
{
	if (h->verdict == VERDICT_MAY || h->reason == REASON_ADDRESS_NONE ||
	    h->reason == REASON_HOST_INVALID)
		return true;
	/* Only by the operator's word, with evidence, and where nothing else binds. */
	return a->opens_dane_only && !a->is_sts_binding && !h->needs_sts &&
	       (h->verdict == VERDICT_DANE || h->verdict == VERDICT_ENCRYPT) &&
	       h->standing == STANDING_HOLDS;
}

/* Whether verified TLS to it is at least its own verdict. */
static bool
is_safe_verified(const struct host_answer *h, bool is_sealed)
{
	if (h->verdict >= VERDICT_SKIP)
		return false;
	if (h->verdict == VERDICT_MAY && (!is_sealed || h->standing == STANDING_WEBPKI))
		return true;
	return h->verdict == VERDICT_STS || h->standing == STANDING_WEBPKI;
}

static bool
is_strict(const struct host_answer *h)
{
	return h->verdict < VERDICT_MAY;
}

static void
assert_open_is_safe(const struct answer *a)
{
	size_t i;

	assert_false(a->is_sts_binding);
	assert_int_not_equal(a->verdict, VERDICT_DEFER);
	for (i = 0; i < a->count; i++)
		assert_true(is_safe_openly(a, &a->hosts[i]));
}

/* Mail is not held back for nothing. */
static void
assert_is_needed(const struct answer *a, bool is_sealed)
{
	size_t i, strict = 0, unsafe = 0;

	for (i = 0; i < a->count; i++) {
		strict += is_strict(&a->hosts[i]);
		unsafe += !is_safe_openly(a, &a->hosts[i]);
	}
	if (is_sealed)
		assert_true(a->is_sts_binding || strict > 0 || unsafe > 0);
	else
		assert_true(unsafe > 0 || a->verdict == VERDICT_DEFER);
}

static const struct host_answer *
named_by(const struct answer *a, const char *route)
{
	size_t i, skip = strlen("smtp+tls://");

	assert_memory_equal(route, "smtp+tls://", skip);
	for (i = 0; i < a->count; i++)
		if (strcmp(a->hosts[i].name->text, route + skip) == 0)
			return &a->hosts[i];
	fail_msg("a host of nobody: %s", route);
	return NULL;
}

/* A host is named if one may be, whoever's turn it is, and only such a one. */
static void
assert_routes_are_safe(struct answer *a, bool is_sealed)
{
	size_t i, usable = 0;

	for (i = 0; i < a->count; i++)
		usable += is_safe_verified(&a->hosts[i], is_sealed);
	for (i = 0; i <= a->count; i++) {
		a->turn = i < a->count ? a->hosts[i].name : NULL;
		if (ask("opensmtpd-route", a) == REPLY_OK) {
			assert_true(is_safe_verified(
			    named_by(a, strbuf_str(&text)), is_sealed));
			assert_true(usable > 0);
		} else {
			assert_int_equal(usable, 0);
		}
	}
}

static void
check_answer(struct answer *a)
{
	enum socketmap_code code;
	bool is_open, is_sealed;

	a->turn = NULL;
	code = ask("opensmtpd", a);
	is_open = strcmp(strbuf_str(&text), "open") == 0;
	is_sealed = strncmp(strbuf_str(&text), "sealed ", 7) == 0;
	assert_int_equal(code, is_open || is_sealed ? REPLY_OK : REPLY_TEMP);
	if (is_open)
		assert_open_is_safe(a);
	else
		assert_is_needed(a, is_sealed);
	assert_routes_are_safe(a, !is_open);
}

/* As policy/decide.h fills it. */
static void
set_verdict(struct answer *a)
{
	size_t i;

	a->verdict = VERDICT_DEFER;
	a->reason = REASON_NO_HOST_LEFT;
	for (i = 0; i < a->count; i++)
		if (a->hosts[i].verdict < VERDICT_SKIP &&
		    (a->verdict == VERDICT_DEFER || a->hosts[i].verdict > a->verdict))
			a->verdict = a->hosts[i].verdict;
}

static void
check_combination(struct answer *a, size_t number, bool is_late)
{
	static const char *const texts[] = { "mx1.a", "mx2.a", "mx3.a" };
	static struct domain names[3];
	size_t i;

	for (i = 0; i < a->count; i++) {
		names[i] = domain_named(texts[i]);
		a->hosts[i] = kinds[number % kind_count];
		a->hosts[i].name = &names[i];
		a->hosts[i].preference = (uint16_t)(i / 2);
		number /= kind_count;
	}
	set_verdict(a);
	if (is_late)
		a->verdict = VERDICT_DEFER;
	check_answer(a);
}

static void
check_all(void **state)
{
	struct next_hop next_hop = { domain_named("example.com"), SMTP_PORT, false };
	struct answer a = { .next_hop = &next_hop, .detail = "" };
	size_t number, all, options;

	(void)state;
	make_kinds();
	for (a.count = 0, all = 1; a.count <= 3; a.count++, all *= kind_count)
		for (number = 0; number < all; number++)
			for (options = 0; options < 8; options++) {
				a.is_sts_binding = options & 1;
				a.opens_dane_only = options & 2;
				check_combination(&a, number, options & 4);
			}
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_words, word_cases),
		CASE("the host whose turn it is, if it may be named", check_turn),
		CASE("a next-hop with a port", check_port),
		CASE("of many hosts the first are shown", check_many),
		CASES(check_looks, look_cases),
		CASE(
		    "STS-APP-02 DANE-MX-01 TLSA-03 BASE-07 every answer for up to three "
		    "hosts: none is reached with less than its own verdict",
		    check_all),
	};
	int failed = cases_run("dialect_opensmtpd", tables, COUNT_OF(tables));

	strbuf_clear(&text);
	return failed;
}
