/*
 * What Exim is told, and what it does then.  SPDX-License-Identifier: ISC
 *
 * The second half is Exim as our routers and transports make it, in a few lines: whatever the verdicts and the names of
 * hosts are, it must reach none with less than its own verdict, and every one that it may.
 */
#include "decide_world.h"

#include <regex.h>

#include "wire/dialect.h"

static struct strbuf text;

static enum socketmap_code
ask(const struct answer *a)
{
	strbuf_reset(&text);
	return dialect_find("exim", 4)->put(a, &text);
}

/* --- the words, one by one ------------------------------------------------------------------ */

#define ALL_BUT(regex) "skip=\"!" regex " ; *\""
#define MX1            "^(?:mx1[.]a)$"
#define MX2            "^(?:mx2[.]a)$"
#define BOTH           "^(?:mx1[.]a|mx2[.]a)$"

static const struct word_case {
	const char *name;
	const char *mx, *hosts, *sts; /* decide_world.h */
	const char *options;          /* of it, and aliases[] of the first host */
	const char *want;             /* behind "-": a reply TEMP */
} word_cases[] = {
	{ "no policy: nothing is wanted", "S", "mx1.a=denied", "", "",
	    "mode=none skip=\"\"" },
	{ "no policy: a host whose TLSA lookup failed is left out", "S",
	    "mx1.a=tlsa-error mx2.a=denied", "", "", "mode=none skip=\"" MX1 "\"" },
	{ "no policy: so is one whose addresses failed", "S",
	    "mx1.a=denied mx2.a=address-error", "", "", "mode=none skip=\"" MX2 "\"" },
	{ "STS-APP-08 mode testing: counted, not enforced", "I", "mx1.a=insecure",
	    "testing mx1.a", "", "mode=testing skip=\"\"" },
	{ "STS-APP-08 mode none is no policy", "I", "mx1.a=insecure", "none", "",
	    "mode=none skip=\"\"" },
	{ "STS-APP-16 mode enforce: the hosts by name, and no other", "I",
	    "mx1.a=insecure mx2.a=insecure", "enforce mx1.a mx2.a", "",
	    "mode=enforce " ALL_BUT(BOTH) },
	{ "STS-APP-16 a host that the policy does not name is not in the list", "I",
	    "mx1.a=insecure mx2.a=insecure", "enforce mx1.a", "",
	    "mode=enforce " ALL_BUT(MX1) },
	{ "MIX-03 unusable TLSA and mode enforce: WebPKI", "S", "mx1.a=unusable",
	    "enforce mx1.a", "", "mode=enforce " ALL_BUT(MX1) },
	{ "MIX-02 TLSA and mode enforce: DANE decides", "S", "mx1.a=usable",
	    "enforce mx1.a", "", "mode=verify " ALL_BUT(MX1) },
	{ "MIX-02 option both is for the daemon to verify", "S", "mx1.a=usable",
	    "enforce mx1.a", "mix=both", "mode=verify " ALL_BUT(MX1) },
	{ "MIX-01 DANE on one host, MTA-STS on the other: each its own", "S",
	    "mx1.a=usable mx2.a=denied", "enforce mx1.a mx2.a", "",
	    "mode=verify " ALL_BUT(BOTH) },
	{ "MIX-05 insecure MX: a host with TLSA that the policy does not name", "I",
	    "mx1.a=usable mx2.a=usable", "enforce mx2.a", "",
	    "mode=verify " ALL_BUT(MX2) },
	{ "TLSA-03 DANE", "S", "mx1.a=usable mx2.a=usable", "", "",
	    "mode=verify skip=\"\"" },
	{ "TLSA-04 unusable TLSA: TLS is a must", "S", "mx1.a=unusable", "", "",
	    "mode=verify skip=\"\"" },
	{ "DANE-MX-01 DANE, TLSA error, none: each its own", "S",
	    "mx1.a=tlsa-error mx2.a=denied mx3.a=usable", "", "",
	    "mode=verify skip=\"" MX1 "\" clear=\"" MX2 "\"" },
	{ "DANE-MX-03 insecure MX, its TLSA not used there", "I", "mx1.a=usable", "",
	    "insecure-mx=may", "mode=none skip=\"\"" },
	{ "REF-05 an alias, TLSA at its target: Exim knows it by that name", "S",
	    "mx1.a=usable mx2.a=usable", "", "alias", "mode=verify skip=\"\"" },
	{ "REF-05 an alias, TLSA at the alias itself: the server name", "S",
	    "mx1.a=usable mx2.a=usable", "", "alias-first",
	    "mode=verify skip=\"\" sni=\"t.b=mx1.a\"" },
	{ "STS-APP-06 an alias under MTA-STS: the server name is the MX host's", "I",
	    "mx1.a=insecure mx2.a=insecure", "enforce mx1.a mx2.a", "alias",
	    "mode=enforce " ALL_BUT(BOTH) " sni=\"t.b=mx1.a\"" },
	{ "STS-REP-03 and in mode testing, where its certificate counts", "I",
	    "mx1.a=insecure", "testing mx1.a", "alias",
	    "mode=testing skip=\"\" sni=\"t.b=mx1.a\"" },
	{ "an alias that may go without TLS, by its target", "S",
	    "mx1.a=denied mx2.a=usable", "", "alias",
	    "mode=verify skip=\"\" clear=\"^(?:t[.]b)$\" sni=\"t.b=mx1.a\"" },
	{ "an alias that may, of a host that may not", "S", "mx1.a=denied mx2.a=usable",
	    "", "alias-of-second", "mode=verify skip=\"\" sni=\"mx2.a=mx1.a\"" },
	{ "an alias that is left out: by the name that the MX record has", "S",
	    "mx1.a=tlsa-error mx2.a=denied", "", "alias",
	    "mode=none skip=\"" MX1 "\"" },
	{ "MAND-01 dane-only: a host without TLSA is left out", "S",
	    "mx1.a=usable mx2.a=denied", "", "dane-only",
	    "mode=verify skip=\"" MX2 "\"" },
	{ "MAND-04 may: neither our policies nor DANE of Exim's own", "S",
	    "mx1.a=usable", "enforce mx1.a", "may", "mode=free skip=\"\"" },
	{ "MAND-04 no-dane: MTA-STS holds", "S", "mx1.a=usable", "enforce mx1.a",
	    "no-dane", "mode=enforce " ALL_BUT(MX1) },
	{ "MAND-04 no-dane, and no other policy", "S", "mx1.a=usable", "", "no-dane",
	    "mode=free skip=\"\"" },
	{ "MAND-03 audit: delivered whatever is found", "S",
	    "mx1.a=usable mx2.a=denied", "enforce mx1.a", "audit",
	    "mode=free skip=\"\"" },
	{ "STS-APP-08 sts-verify: mode testing held", "I", "mx1.a=insecure",
	    "testing mx1.a", "sts-verify", "mode=enforce " ALL_BUT(MX1) },
	{ "MX-05 null MX: Exim says it better", "null", "", "", "",
	    "mode=reject skip=\"\" reason=\"null MX: the domain takes no mail (RFC "
	    "7505, 3)\"" },
	{ "MX-08 no such domain: likewise", "nxdomain", "", "", "",
	    "mode=reject skip=\"\" reason=\"the domain does not exist (RFC 5321, "
	    "5.1)\"" },
	{ "MX-06 a failed MX lookup: later, and why", "error", "", "", "",
	    "-example.com: MX lookup failed (RFC 7672, 2.1.2)" },
	{ "BASE-07 no host is left: later", "S", "mx1.a=tlsa-error", "", "",
	    "-example.com: no MX host may be used: TLSA lookup failed (RFC 5321, "
	    "5.1)" },
};

static const struct {
	const char *word, *canonical;
	bool is_base; /* the TLSA records are there */
} aliases[] = {
	{ "alias", "t.b", true },
	{ "alias-first", "t.b", false },
	{ "alias-of-second", "mx2.a", true },
};

static void
set_alias(struct host_facts *h, size_t alias)
{
	struct domain canonical = domain_named(aliases[alias].canonical);

	h->canonical = xmemdup(&canonical, sizeof(canonical));
	if (aliases[alias].is_base && h->base != NULL)
		*h->base = canonical;
}

static void
check_words(void **state)
{
	const struct word_case *c = *state;
	bool is_later = *c->want == '-';
	struct answer answer;
	struct world w;
	size_t i;

	world_init(&w, c->mx, c->hosts, c->sts, c->options);
	for (i = 0; i < COUNT_OF(aliases); i++)
		if (has_word(c->options, aliases[i].word))
			set_alias(&w.route->hosts[0], i);
	decide(&w.facts, &w.settings, NOW, &answer);
	assert_int_equal(ask(&answer), is_later ? REPLY_TEMP : REPLY_OK);
	assert_string_equal(strbuf_str(&text), c->want + is_later);
	answer_clear(&answer);
	world_clear(&w);
}

/* --- Exim ---------------------------------------------------------------------------------- */

/* ${extract{KEY}{WORDS}}: the value of KEY, without its quotes; "" when there is none. */
static void
extract(const char *key, char value[static 60000])
{
	const char *p = strbuf_str(&text);
	size_t len;

	value[0] = '\0';
	while (*p != '\0') {
		bool is_wanted =
		    strncmp(p, key, strlen(key)) == 0 && p[strlen(key)] == '=';
		const char *end;

		p += strcspn(p, "=") + 1;
		len = strcspn(p, " ");
		if (*p == '"') {
			end = strchr(++p, '"');
			assert_non_null(end);
			len = (size_t)(end - p);
		}
		if (is_wanted) {
			memcpy(value, p, len);
			value[len] = '\0';
			return;
		}
		p += len;
		p += strspn(p, "\" ");
	}
}

/* One item of a host list against a name: "*", or an expression. */
static bool
item_matches(const char *item, size_t len, const char *name)
{
	char plain[60000];
	regex_t regex;
	size_t i, n = 0;
	bool matches;

	if (len == 1 && *item == '*')
		return true;
	assert_true(len > 0 && *item == '^');
	/* POSIX has no (?: */
	for (i = 0; i < len; i++)
		if (i < 2 || item[i - 1] != '?' || item[i - 2] != '(')
			if (!(item[i] == '?' && i > 0 && item[i - 1] == '('))
				plain[n++] = item[i];
	plain[n] = '\0';
	assert_int_equal(
	    regcomp(&regex, plain, REG_EXTENDED | REG_ICASE | REG_NOSUB), 0);
	matches = regexec(&regex, name, 0, NULL, 0) == 0;
	regfree(&regex);
	return matches;
}

/* A list with ";" between its items: the first that matches decides, "!" says no. */
static bool
list_matches(const char *list, const char *name)
{
	size_t len;
	bool is_not;

	for (list += strspn(list, " ;"); *list != '\0'; list += strspn(list, " ;")) {
		is_not = *list == '!';
		list += is_not;
		len = strcspn(list, " ;");
		if (item_matches(list, len, name))
			return !is_not;
		list += len;
	}
	return false;
}

/* What Exim calls a host once it has its addresses (measured). */
static const struct domain *
session_name(const struct host_answer *h)
{
	return h->canonical != NULL ? h->canonical : h->name;
}

/*
 * How Exim reaches a host under these words: with which verdict at least, or VERDICT_SKIP: not at all.  In mode verify the
 * daemon is asked for every host that TLS is up with, and TLS is a must but for those in "clear".
 */
static enum verdict
reached(const char *name, const char *in_session, enum verdict own)
{
	static char skip[60000], clear[60000], mode[60000];

	extract("mode", mode);
	extract("skip", skip);
	extract("clear", clear);
	if (list_matches(skip, name))
		return VERDICT_SKIP;
	if (strcmp(mode, "enforce") == 0)
		return VERDICT_STS;
	if (strcmp(mode, "verify") == 0)
		return list_matches(clear, in_session) ? VERDICT_MAY : own;
	assert_true(strcmp(mode, "testing") == 0 || strcmp(mode, "none") == 0 ||
		    strcmp(mode, "free") == 0);
	return VERDICT_MAY;
}

/* The server name it says: ${extract{$host}{SNI}{$value}{$host}}. */
static const char *
said_name(const char *in_session)
{
	static char sni[60000], name[300];
	const char *p = sni;
	size_t len = strlen(in_session);

	extract("sni", sni);
	for (; *p != '\0'; p += strcspn(p, " "), p += strspn(p, " ")) {
		if (strncmp(p, in_session, len) != 0 || p[len] != '=')
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(p + len + 1, " "),
		    p + len + 1);
		return name;
	}
	return in_session;
}

/* No escape that an expansion would eat, no item that ends too early, nothing that is not text. */
static void
assert_words_are_clean(void)
{
	static char value[60000];
	const char *p;
	size_t quotes = 0;

	for (p = strbuf_str(&text); *p != '\0'; p++) {
		assert_true(*p >= ' ' && *p <= '~' && *p != '\\');
		quotes += *p == '"';
	}
	assert_int_equal(quotes % 2, 0);
	extract("skip", value);
	for (p = strchr(value, '('); p != NULL && *p != ')'; p++)
		assert_true(*p != ';' && *p != ' ');
	extract("clear", value);
	assert_null(strpbrk(value, "; "));
}

/* A name that only bytes of the wire could make is of no host that has addresses. */
static bool
is_name(const struct domain *name)
{
	struct domain d;

	return domain_parse(name->text, name->len, &d, NULL) == ST_OK &&
	       domain_equal(&d, name);
}

static void
assert_host_is_reached(const struct host_answer *h)
{
	const char *name = session_name(h)->text;
	enum verdict got = reached(h->name->text, name, h->verdict);

	assert_true(got <= h->verdict || got == VERDICT_SKIP);
	assert_int_equal(got == VERDICT_SKIP, h->verdict == VERDICT_SKIP);
}

/* REF-05, and RFC 8461's TLS client rules; what several hosts are aliases of can have one name only. */
static void
assert_server_name(const struct answer *a, const struct host_answer *h)
{
	const struct domain *want = h->name;
	const struct host_answer *other;

	if (h->verdict == VERDICT_DANE && h->base != NULL)
		want = h->base;
	for (other = a->hosts; other < a->hosts + a->count; other++)
		if (other != h && domain_equal(session_name(other), session_name(h)))
			return;
	assert_string_equal(said_name(session_name(h)->text), want->text);
}

static void
assert_exim_obeys(const struct answer *a)
{
	const struct host_answer *h;
	enum socketmap_code code = ask(a);

	assert_int_equal(code, a->verdict == VERDICT_DEFER ? REPLY_TEMP : REPLY_OK);
	if (code != REPLY_OK || a->verdict == VERDICT_REJECT)
		return;
	assert_words_are_clean();
	for (h = a->hosts; h < a->hosts + a->count; h++) {
		if (!is_name(h->name) || !is_name(session_name(h)))
			continue;
		assert_host_is_reached(h);
		if (h->verdict <= VERDICT_STS)
			assert_server_name(a, h);
	}
}

/* Where MTA-STS binds, a host that we have not seen is not reached without us. */
static void
assert_stranger_is_kept_out(const struct answer *a)
{
	const char *name = "stranger.example.net";
	size_t i, strict = 0;

	for (i = 0; i < a->count; i++)
		strict += a->hosts[i].verdict < VERDICT_MAY;
	if (a->is_sts_binding && strict > 0)
		assert_int_equal(reached(name, name, VERDICT_SKIP), VERDICT_SKIP);
}

/* --- every combination of facts -------------------------------------------------------------- */

static const char *const mx_kinds[] = { "S", "I", "implicit-S", "host" };
static const char *const host_kinds[] = { "usable", "unusable", "denied", "insecure",
	"tlsa-error", "alias-error", "no-address", "address-error", "invalid" };
static const char *const sts_kinds[] = { "", "none", "testing mx1.a", "enforce mx1.a",
	"enforce mx1.a mx2.a", "enforce mx9.a" };
static const char *const option_kinds[] = { "", "mix=both", "insecure-mx=may",
	"insecure-mx=off", "dane-off", "dane-only", "sts-verify", "no-dane", "may",
	"audit" };

struct combination {
	size_t mx, first, second, sts, option;
	size_t alias; /* of the first host; behind the last: none */
};

static void
check_world(const struct combination *c)
{
	bool is_single = c->mx >= 2;
	char hosts[100];
	struct answer a;
	struct world w;

	snprintf(hosts, sizeof(hosts), "mx1.a=%s%s%s", host_kinds[c->first],
	    is_single ? "" : " mx2.a=", is_single ? "" : host_kinds[c->second]);
	world_init(
	    &w, mx_kinds[c->mx], hosts, sts_kinds[c->sts], option_kinds[c->option]);
	if (c->alias < COUNT_OF(aliases))
		set_alias(&w.route->hosts[0], c->alias);
	decide(&w.facts, &w.settings, NOW, &a);
	assert_exim_obeys(&a);
	if (a.verdict < VERDICT_SKIP)
		assert_stranger_is_kept_out(&a);
	answer_clear(&a);
	world_clear(&w);
}

static size_t
take(size_t *number, size_t count)
{
	size_t digit = *number % count;

	*number /= count;
	return digit;
}

static void
check_worlds(void **state)
{
	size_t rest, number = 0;

	(void)state;
	for (rest = 0; rest == 0; number++) {
		struct combination c;

		rest = number;
		c.mx = take(&rest, COUNT_OF(mx_kinds));
		c.first = take(&rest, COUNT_OF(host_kinds));
		c.second = take(&rest, COUNT_OF(host_kinds));
		c.sts = take(&rest, COUNT_OF(sts_kinds));
		c.option = take(&rest, COUNT_OF(option_kinds));
		c.alias = take(&rest, COUNT_OF(aliases) + 1);
		if (rest == 0)
			check_world(&c);
	}
}

/* --- every combination of verdicts, those too that are never made, under any name ---------------- */

#define NAMED 3
#define SETS  (5 * 5 * 5 * 8) /* verdicts of three hosts, three yes or no */

/* As a struct domain never is: as if the door had failed. */
static const char *const odd_names[] = { "mx1.a", "MX1.A", "mx_1.a", "a;b.a", "a|b.a",
	"a)$|^.*", "a\\b.a", "a\"b.a", "a b.a", "a\nb.a", "a\xff.a", "*", "^", "a:b",
	"!a", "xn--bcher-kva.a", "a{}$domain", "" };

static struct domain
raw(const char *name)
{
	struct domain d = { .len = (uint8_t)strlen(name) };

	snprintf(d.text, sizeof(d.text), "%s", name);
	return d;
}

static struct answer
answer_of(size_t set, const struct next_hop *next_hop, const struct sts_policy *policy,
    const struct domain names[NAMED])
{
	static const enum reason skipped[NAMED] = { REASON_TLSA_ERROR,
		REASON_STS_NOT_NAMED, REASON_DANE_REQUIRED };
	struct answer a = { .next_hop = next_hop, .detail = "", .count = NAMED };
	size_t i;

	a.verdict = VERDICT_DEFER;
	a.is_sts_binding = set & 1;
	a.is_override = set & 2;
	a.policy = set & 4 ? policy : NULL;
	set /= 8;
	for (i = 0; i < NAMED; i++, set /= 5) {
		a.hosts[i].name = &names[i];
		a.hosts[i].canonical = i == 1 ? &names[0] : NULL;
		a.hosts[i].verdict = (enum verdict)(set % 5);
		a.hosts[i].reason = skipped[i];
		a.hosts[i].detail = "";
		if (a.hosts[i].verdict < VERDICT_SKIP)
			a.verdict = VERDICT_MAY;
	}
	return a;
}

static void
check_odd(void **state)
{
	const struct sts_policy policy = { .mode = STS_TESTING };
	struct next_hop next_hop = { domain_named("example.com"), SMTP_PORT, false };
	struct domain names[NAMED] = { domain_named("mx1.a"), domain_named("mx1.a.b"),
		domain_named("x.mx1.a") };
	struct answer a;
	size_t set, i;

	(void)state;
	for (i = 0; i < COUNT_OF(odd_names); i++) {
		names[0] = raw(odd_names[i]);
		for (set = 0; set < SETS; set++) {
			a = answer_of(set, &next_hop, &policy, names);
			assert_exim_obeys(&a);
		}
	}
}

/* --- size ---------------------------------------------------------------------------------------- */

static void
check_size(void **state)
{
	static struct domain names[ANSWER_HOSTS_MAX];
	struct next_hop next_hop = { domain_named("example.com"), SMTP_PORT, false };
	struct answer a = {
		.next_hop = &next_hop, .is_sts_binding = true, .detail = ""
	};
	char name[DOMAIN_MAX + 1];
	size_t i, k;

	(void)state;
	a.verdict = VERDICT_STS;
	a.count = ANSWER_HOSTS_MAX;
	for (i = 0; i < a.count; i++) {
		snprintf(name, sizeof(name), "%02zu", i);
		for (k = 2; k + 2 < DOMAIN_MAX; k += 2) {
			name[k] = '.';
			name[k + 1] = 'a';
		}
		name[k] = '\0';
		names[i] = domain_named(name);
		a.hosts[i].name = &names[i];
		a.hosts[i].verdict = VERDICT_STS;
	}
	assert_int_equal(ask(&a), REPLY_TEMP);
	assert_string_equal(strbuf_str(&text),
	    "example.com: the names of its MX hosts are too much for Exim");
	a.count = 30;
	assert_int_equal(ask(&a), REPLY_OK);
	assert_true(text.len <= 30000);
	assert_exim_obeys(&a);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_words, word_cases),
		CASE(
		    "MIX-01 every combination of facts: no host is reached with less than "
		    "its own verdict, and every one that may be",
		    check_worlds),
		CASE(
		    "whatever the verdicts and the names: so too, and the words stay words",
		    check_odd),
		CASE("half of a list is never said", check_size),
	};
	int failed = cases_run("dialect_exim", tables, COUNT_OF(tables));

	strbuf_clear(&text);
	return failed;
}
