/* SPDX-License-Identifier: ISC */
#include "base/address.h"
#include "cases.h"

static const struct parse_case {
	const char *name, *text;
	enum status status;
	const char *want; /* printed again */
} parse_cases[] = {
	{ "IPv4", "192.0.2.1", ST_OK, "192.0.2.1" },
	{ "IPv6", "2001:db8::1", ST_OK, "2001:db8::1" },
	{ "IPv6 becomes its usual form", "2001:0DB8:0:0:0:0:0:1", ST_OK,
	    "2001:db8::1" },
	{ "IPv4 inside IPv6", "::ffff:192.0.2.1", ST_OK, "::ffff:192.0.2.1" },
	{ "the longest text", "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", ST_OK,
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	{ "nothing", "", ST_SYNTAX, NULL },
	{ "three numbers", "192.0.2", ST_SYNTAX, NULL },
	{ "a number above 255", "192.0.2.256", ST_SYNTAX, NULL },
	{ "brackets", "[192.0.2.1]", ST_SYNTAX, NULL },
	{ "a scope", "fe80::1%eth0", ST_SYNTAX, NULL },
	{ "a port", "192.0.2.1:25", ST_SYNTAX, NULL },
	{ "a name", "localhost", ST_SYNTAX, NULL },
	{ "longer than any address",
	    "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000", ST_SYNTAX,
	    NULL },
};

static void
check_parse(void **state)
{
	const struct parse_case *c = *state;
	char text[ADDRESS_TEXT_MAX];
	struct address a;

	assert_int_equal(address_parse(c->text, strlen(c->text), &a), c->status);
	if (c->status == ST_OK)
		assert_string_equal(address_text(&a, text), c->want);
}

static void
check_nul(void **state)
{
	struct address a;

	(void)state;
	assert_int_equal(address_parse("192.0.2.1\0.5", 12, &a), ST_SYNTAX);
}

static const struct range_case {
	const char *name, *range, *address;
	enum status status;
	bool is_in;
} range_cases[] = {
	{ "first of a range", "10.0.0.0/8", "10.0.0.0", ST_OK, true },
	{ "last of a range", "10.0.0.0/8", "10.255.255.255", ST_OK, true },
	{ "behind a range", "10.0.0.0/8", "11.0.0.0", ST_OK, false },
	{ "a border inside an octet", "172.16.0.0/12", "172.31.255.255", ST_OK, true },
	{ "behind a border inside an octet", "172.16.0.0/12", "172.32.0.0", ST_OK,
	    false },
	{ "a single address", "192.0.2.1", "192.0.2.1", ST_OK, true },
	{ "next to a single address", "192.0.2.1", "192.0.2.2", ST_OK, false },
	{ "no bits at all", "0.0.0.0/0", "203.0.113.9", ST_OK, true },
	{ "IPv6 inside", "fc00::/7", "fdff::1", ST_OK, true },
	{ "IPv6 outside", "fc00::/7", "fe00::1", ST_OK, false },
	{ "all bits of IPv6", "::1/128", "::1", ST_OK, true },
	{ "families do not mix", "0.0.0.0/0", "::1", ST_OK, false },
	{ "too many bits for IPv4", "10.0.0.0/33", NULL, ST_RANGE, false },
	{ "too many bits for IPv6", "::/129", NULL, ST_RANGE, false },
	{ "no number behind the slash", "10.0.0.0/", NULL, ST_SYNTAX, false },
	{ "a word behind the slash", "10.0.0.0/x", NULL, ST_SYNTAX, false },
	{ "no address before the slash", "/8", NULL, ST_SYNTAX, false },
};

static void
check_range(void **state)
{
	const struct range_case *c = *state;
	struct address_range range;
	struct address a;

	assert_int_equal(
	    address_range_parse(c->range, strlen(c->range), &range), c->status);
	if (c->status != ST_OK)
		return;
	assert_int_equal(address_parse(c->address, strlen(c->address), &a), ST_OK);
	assert_int_equal(address_in(&a, &range), c->is_in);
}

static void
check_equal(void **state)
{
	struct address a, b, mapped;

	(void)state;
	assert_int_equal(address_parse("192.0.2.1", 9, &a), ST_OK);
	assert_int_equal(address_parse("192.0.2.2", 9, &b), ST_OK);
	assert_int_equal(address_parse("::ffff:192.0.2.1", 16, &mapped), ST_OK);
	assert_true(address_equal(&a, &a));
	assert_false(address_equal(&a, &b));
	assert_false(address_equal(&a, &mapped));
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_parse, parse_cases),
		CASE("NUL inside", check_nul),
		CASES(check_range, range_cases),
		CASE("equal in all bytes and in the family", check_equal),
	};

	return cases_run("address", tables, COUNT_OF(tables));
}
