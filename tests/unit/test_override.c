/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "policy/override.h"

#define NOW 1800000000

static const struct action_case {
	const char *name, *word;
	enum status status;
	enum override_action want;
} action_cases[] = {
	{ "MAND-01 dane-only", "dane-only", ST_OK, OVERRIDE_DANE_ONLY },
	{ "STS-APP-02 sts-verify", "sts-verify", ST_OK, OVERRIDE_STS_VERIFY },
	{ "MAND-04 no-dane", "no-dane", ST_OK, OVERRIDE_NO_DANE },
	{ "MAND-04 may", "may", ST_OK, OVERRIDE_MAY },
	{ "MAND-03 audit", "audit", ST_OK, OVERRIDE_AUDIT },
	{ "MAND-01 an action in upper case is unknown", "DANE-ONLY", ST_UNKNOWN, 0 },
	{ "MAND-01 the start of an action is unknown", "dane", ST_UNKNOWN, 0 },
	{ "MAND-01 no action", "", ST_UNKNOWN, 0 },
};

static void
check_action(void **state)
{
	const struct action_case *c = *state;
	enum override_action action;

	assert_int_equal(override_action_parse(c->word, &action), c->status);
	if (c->status != ST_OK)
		return;
	assert_int_equal(action, c->want);
	assert_string_equal(override_action_word(action), c->word);
	assert_true(strlen(override_action_meaning(action)) > 0);
}

static const struct pattern_case {
	const char *name, *text;
	enum status status;
	const char *domain;
	bool with_subdomains;
} pattern_cases[] = {
	{ "MAND-04 one domain", "example.org", ST_OK, "example.org", false },
	{ "MAND-04 a domain and all below", ".example.org", ST_OK, "example.org",
	    true },
	{ "MAND-04 case and final dot do not matter", ".Example.ORG.", ST_OK,
	    "example.org", true },
	{ "DNS-12 a U-label becomes an A-label", "bücher.example", ST_OK,
	    "xn--bcher-kva.example", false },
	{ "MAND-04 everything at once cannot be exempted", ".", ST_SYNTAX, NULL,
	    false },
	{ "MAND-04 two dots in front", "..example.org", ST_SYNTAX, NULL, false },
	{ "MAND-04 a star", "*.example.org", ST_SYNTAX, NULL, false },
	{ "MAND-04 nothing", "", ST_SYNTAX, NULL, false },
};

static void
check_pattern(void **state)
{
	const struct pattern_case *c = *state;
	struct override o = { .with_subdomains = false };
	struct why why = { "" };

	assert_int_equal(override_pattern_parse(c->text, &o, &why), c->status);
	if (c->status != ST_OK) {
		assert_true(strlen(why.text) > 0);
		assert_int_equal(o.domain.len, 0);
		assert_false(o.with_subdomains);
		return;
	}
	assert_string_equal(o.domain.text, c->domain);
	assert_int_equal(o.with_subdomains, c->with_subdomains);
}

static struct override
override(const char *pattern, enum override_action action, time_t expires)
{
	struct override o = { .action = action, .created = NOW, .expires = expires };

	assert_int_equal(override_pattern_parse(pattern, &o, NULL), ST_OK);
	return o;
}

static const struct find_case {
	const char *name;
	const char *patterns[4]; /* the index is the action */
	const char *next_hop;
	int want; /* index; -1: none */
} find_cases[] = {
	{ "MAND-04 its own name", { "a.example", "b.example" }, "b.example", 1 },
	{ "MAND-04 no other name", { "a.example", "b.example" }, "c.example", -1 },
	{ "MAND-04 an exact name says nothing of what is below", { "b.example" },
	    "a.b.example", -1 },
	{ "MAND-04 a pattern holds for the domain itself", { ".b.example" },
	    "b.example", 0 },
	{ "MAND-04 a pattern holds for all depths below", { ".b.example" },
	    "x.y.b.example", 0 },
	{ "MAND-04 a pattern needs a dot in front of it", { ".b.example" },
	    "notb.example", -1 },
	{ "MAND-04 an exact name beats the same pattern", { ".b.example", "b.example" },
	    "b.example", 1 },
	{ "MAND-04 and in the other order", { "b.example", ".b.example" }, "b.example",
	    0 },
	{ "MAND-04 a longer pattern beats a shorter one",
	    { ".example", ".b.example", ".c.example" }, "a.b.example", 1 },
	{ "MAND-04 an exact name beats a pattern above",
	    { "a.b.example", ".b.example" }, "a.b.example", 0 },
};

static void
check_find(void **state)
{
	const struct find_case *c = *state;
	struct domain next_hop = domain_named(c->next_hop);
	struct override_list list = { 0 };
	const struct override *found;
	struct override o;
	size_t i;

	for (i = 0; i < COUNT_OF(c->patterns) && c->patterns[i] != NULL; i++) {
		o = override(c->patterns[i], (enum override_action)i, NOW + 1);
		override_put(&list, &o);
	}
	found = override_find(&list, &next_hop, NOW);
	assert_int_equal(found != NULL ? (int)found->action : -1, c->want);
	override_list_clear(&list);
}

static void
check_expiry(void **state)
{
	struct override_list list = { 0 };
	struct override past = override("b.example", OVERRIDE_MAY, NOW);
	struct override wide = override(".example", OVERRIDE_AUDIT, NOW + 60);
	struct domain b = domain_named("b.example");

	(void)state;
	override_put(&list, &past);
	override_put(&list, &wide);
	assert_int_equal(override_find(&list, &b, NOW - 1)->action, OVERRIDE_MAY);
	assert_int_equal(override_find(&list, &b, NOW)->action, OVERRIDE_AUDIT);
	assert_null(override_find(&list, &b, NOW + 60));
	override_list_clear(&list);
}

static void
check_replace(void **state)
{
	struct override_list list = { 0 };
	struct override first = override("b.example", OVERRIDE_MAY, NOW + 1);
	struct override second = override("b.example", OVERRIDE_AUDIT, NOW + 2);
	struct override other = override(".b.example", OVERRIDE_NO_DANE, NOW + 3);

	(void)state;
	override_put(&list, &first);
	override_put(&list, &other);
	override_put(&list, &second);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.items[0].action, OVERRIDE_AUDIT);
	assert_int_equal(list.items[1].action, OVERRIDE_NO_DANE);
	override_list_clear(&list);
	assert_int_equal(list.count, 0);
}

static void
check_drop(void **state)
{
	struct override_list list = { 0 };
	struct domain b = domain_named("b.example");
	struct override o;
	char name[] = "a.example";

	(void)state;
	for (name[0] = 'a'; name[0] <= 'z'; name[0]++) {
		o = override(name, OVERRIDE_MAY, NOW + 1);
		override_put(&list, &o);
	}
	assert_int_equal(list.count, 26);
	assert_int_equal(override_drop(&list, &b, true), ST_NOTFOUND);
	assert_int_equal(override_drop(&list, &b, false), ST_OK);
	assert_int_equal(override_drop(&list, &b, false), ST_NOTFOUND);
	assert_int_equal(list.count, 25);
	assert_null(override_find(&list, &b, NOW));
	b = domain_named("z.example");
	assert_non_null(override_find(&list, &b, NOW));
	override_list_clear(&list);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_action, action_cases),
		CASES(check_pattern, pattern_cases),
		CASES(check_find, find_cases),
		CASE("MAND-04 an override ends at its expiry", check_expiry),
		CASE("MAND-04 the same pattern again replaces it", check_replace),
		CASE("MAND-04 dropping takes exactly one", check_drop),
	};

	return cases_run("override", tables, COUNT_OF(tables));
}
