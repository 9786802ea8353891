/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "policy/sts_match.h"

/* A pattern as the policy parser makes it. */
static struct sts_pattern
pattern(const char *text)
{
	bool is_wildcard = text[0] == '*';
	const char *name = text + (is_wildcard ? strlen("*.") : 0);

	return (struct sts_pattern){ name, (uint8_t)strlen(name), is_wildcard };
}

static const struct match_case {
	const char *name, *pattern, *host;
	bool want;
} match_cases[] = {
	{ "STS-APP-05 the same name", "mail.example.com", "mail.example.com", true },
	{ "STS-APP-05 NAME-01 case and final dot of the host do not matter",
	    "mail.example.com", "MAIL.Example.com.", true },
	{ "STS-APP-05 another host", "mail.example.com", "mail2.example.com", false },
	{ "STS-APP-05 a name below", "mail.example.com", "a.mail.example.com", false },
	{ "NAME-01 the pattern as a prefix", "mx1.example.com",
	    "mx1.example.com.evil.example", false },
	{ "NAME-01 the pattern as a suffix without a dot", "mx1.example.com",
	    "evilmx1.example.com", false },
	{ "STS-APP-05 NAME-02 SEED-45 a wildcard for one label", "*.example.com",
	    "mail.example.com", true },
	{ "STS-APP-05 NAME-02 a wildcard for no label", "*.example.com", "example.com",
	    false },
	{ "STS-APP-05 NAME-02 SEED-45 a wildcard for two labels", "*.example.com",
	    "foo.bar.example.com", false },
	{ "NAME-02 a wildcard and another domain that ends alike", "*.example.com",
	    "a.notexample.com", false },
	{ "NAME-02 a wildcard above a single label", "*.com", "com", false },
	{ "STS-APP-05 the domain itself as implicit MX", "example.com", "example.com",
	    true },
	{ "STS-APP-05 NAME-05 an A-label", "xn--bcher-kva.example",
	    "xn--bcher-kva.example", true },
	{ "NAME-06 a wildcard for a whole A-label", "*.example.com",
	    "xn--bcher-kva.example.com", true },
};

static void
check_match(void **state)
{
	const struct match_case *c = *state;
	struct sts_pattern p = pattern(c->pattern);
	struct domain host = domain_named(c->host);

	assert_int_equal(sts_pattern_matches(&p, &host), c->want);
}

static void
check_policy(void **state)
{
	struct sts_policy *p = xcalloc(1, sizeof(*p) + 3 * sizeof(p->patterns[0]));
	struct domain last = domain_named("mx.example.org"),
		      none = domain_named("mx.example.net");

	(void)state;
	p->pattern_count = 3;
	p->patterns[0] = pattern("mx1.example.com");
	p->patterns[1] = pattern("*.example.com");
	p->patterns[2] = pattern("mx.example.org");
	assert_true(sts_policy_names(p, &last));
	assert_false(sts_policy_names(p, &none));
	p->pattern_count = 0;
	assert_false(sts_policy_names(p, &last));
	free(p);
}

/* An MX record that names no host gives a name without octets. */
static void
check_no_name(void **state)
{
	struct sts_pattern exact = pattern("example.com"), star = pattern("*.com");
	struct domain nothing = { 0 };

	(void)state;
	assert_false(sts_pattern_matches(&exact, &nothing));
	assert_false(sts_pattern_matches(&star, &nothing));
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_match, match_cases),
		CASE("STS-APP-01 any pattern of the policy will do", check_policy),
		CASE("STS-APP-05 a host without a name matches nothing", check_no_name),
	};

	return cases_run("sts_match", tables, COUNT_OF(tables));
}
