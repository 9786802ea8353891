/* SPDX-License-Identifier: ISC */
#include "base/domain.h"
#include "cases.h"

#define L63 "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0"
/* 3 * 64 + 61 = 253 octets */
#define NAME253                                                                        \
	L63 "." L63 "." L63                                                            \
	    ".bcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz"

static const struct parse_case {
	const char *name, *text;
	enum status status;
	const char *want;
} parse_cases[] = {
	{ "a name stays as it is", "mx1.example.org", ST_OK, "mx1.example.org" },
	{ "NAME-01 upper case is folded", "MX1.Example.COM", ST_OK, "mx1.example.com" },
	{ "NAME-01 one final dot is dropped", "mx1.example.com.", ST_OK,
	    "mx1.example.com" },
	{ "a single label", "localhost", ST_OK, "localhost" },
	{ "NAME-05 an A-label", "xn--bcher-kva.example", ST_OK,
	    "xn--bcher-kva.example" },
	{ "a service label", "_25._tcp.mx.example.org", ST_OK,
	    "_25._tcp.mx.example.org" },
	{ "digits in all labels but the last", "1.2.3.example", ST_OK,
	    "1.2.3.example" },
	{ "a label of 63 octets", L63 ".example", ST_OK, L63 ".example" },
	{ "a label of 64 octets", "x" L63 ".example", ST_TOO_BIG, NULL },
	{ "a name of 253 octets", NAME253, ST_OK, NAME253 },
	{ "a name of 253 octets and its final dot", NAME253 ".", ST_OK, NAME253 },
	{ "a name of 254 octets", NAME253 "z", ST_TOO_BIG, NULL },
	{ "nothing", "", ST_SYNTAX, NULL },
	{ "the root", ".", ST_SYNTAX, NULL },
	{ "two final dots", "example.org..", ST_SYNTAX, NULL },
	{ "an empty label inside", "a..example", ST_SYNTAX, NULL },
	{ "an empty label in front", ".example.org", ST_SYNTAX, NULL },
	{ "a hyphen at the start of a label", "a.-b.example", ST_SYNTAX, NULL },
	{ "a hyphen at the end of a label", "a-.example", ST_SYNTAX, NULL },
	{ "MX-08 an IPv4 address is no name", "192.0.2.1", ST_SYNTAX, NULL },
	{ "a last label of digits", "example.123", ST_SYNTAX, NULL },
	{ "a blank", "a b.example", ST_SYNTAX, NULL },
	{ "a star", "*.example.org", ST_SYNTAX, NULL },
	{ "NAME-05 DNS-12 raw UTF-8", "bücher.example", ST_SYNTAX, NULL },
	{ "a slash", "a/b.example", ST_SYNTAX, NULL },
	{ "a line end", "example.org\n", ST_SYNTAX, NULL },
};

static void
check_parse(void **state)
{
	const struct parse_case *c = *state;
	struct domain d = { 3, "old" };
	struct why why = { "" };
	enum status rc;

	rc = domain_parse(c->text, strlen(c->text), &d, &why);
	assert_int_equal(rc, c->status);
	if (rc == ST_OK) {
		assert_string_equal(d.text, c->want);
		assert_int_equal(d.len, strlen(c->want));
		assert_string_equal(why.text, "");
	} else {
		assert_string_equal(d.text, "old");
		assert_string_not_equal(why.text, "");
	}
}

static void
check_nul(void **state)
{
	struct domain d;

	(void)state;
	assert_int_equal(domain_parse("a\0b.example", 11, &d, NULL), ST_SYNTAX);
}

static const struct join_case {
	const char *name, *prefix, *text;
	enum status status;
	const char *want;
} join_cases[] = {
	{ "STS-DNS-01 the TXT name is _mta-sts and the policy domain", "_mta-sts",
	    "sub.example.com", ST_OK, "_mta-sts.sub.example.com" },
	{ "STS-FETCH-01 the policy host is mta-sts and the policy domain", "mta-sts",
	    "example.com", ST_OK, "mta-sts.example.com" },
	{ "MX-11 two labels before the host", "_2525._tcp", "mx.example.com", ST_OK,
	    "_2525._tcp.mx.example.com" },
	{ "STS-FETCH-01 a name too long for the prefix is no name", "mta-sts", NAME253,
	    ST_TOO_BIG, NULL },
};

static void
check_join(void **state)
{
	const struct join_case *c = *state;
	struct domain name = domain_named(c->text), joined = { 0, "" };

	assert_int_equal(domain_join(c->prefix, &name, &joined), c->status);
	if (c->status != ST_OK) {
		assert_int_equal(joined.len, 0);
		return;
	}
	assert_string_equal(joined.text, c->want);
	assert_int_equal(joined.len, strlen(c->want));
}

static void
check_join_limit(void **state)
{
	/* 251 octets and "a." make 253. */
	struct domain name = domain_named(&NAME253[2]), joined;

	(void)state;
	assert_int_equal(domain_join("a", &name, &joined), ST_OK);
	assert_int_equal(joined.len, DOMAIN_MAX);
	assert_int_equal(domain_join("ab", &name, &joined), ST_TOO_BIG);
}

static void
check_join_in_place(void **state)
{
	struct domain d = domain_named("example.org");

	(void)state;
	assert_int_equal(domain_join("mta-sts", &d, &d), ST_OK);
	assert_string_equal(d.text, "mta-sts.example.org");
}

static const struct equal_case {
	const char *name, *a, *b;
	bool want;
} equal_cases[] = {
	{ "NAME-01 names are equal whatever their case and dot", "MX1.Example.COM.",
	    "mx1.example.com", true },
	{ "NAME-01 a longer name is another", "mx1.example.com",
	    "mx1.example.com.evil.example", false },
	{ "another last label", "example.com", "example.org", false },
};

static void
check_equal(void **state)
{
	const struct equal_case *c = *state;
	struct domain a = domain_named(c->a), b = domain_named(c->b);

	assert_int_equal(domain_equal(&a, &b), c->want);
	assert_int_equal(domain_compare(&a, &b) == 0, c->want);
	assert_int_equal(domain_compare(&a, &b) < 0, domain_compare(&b, &a) > 0);
}

static void
check_parent(void **state)
{
	struct domain deep = domain_named("a.b.example"),
		      flat = domain_named("example");

	(void)state;
	assert_string_equal(domain_parent(&deep), "b.example");
	assert_string_equal(domain_parent(&flat), "");
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_parse, parse_cases),
		CASE("NUL inside", check_nul),
		CASES(check_join, join_cases),
		CASE("a joined name of 253 octets is the longest", check_join_limit),
		CASE("a name may be joined in place", check_join_in_place),
		CASES(check_equal, equal_cases),
		CASE("the parent is what stands behind the first dot", check_parent),
	};

	return cases_run("domain", tables, COUNT_OF(tables));
}
