/* SPDX-License-Identifier: ISC */
#include "base/number.h"
#include "cases.h"

static const struct parse_case {
	const char *name, *text;
	uint64_t max;
	enum status status;
	uint64_t want;
} parse_cases[] = {
	{ "zero", "0", 10, ST_OK, 0 },
	{ "the greatest allowed", "65535", 65535, ST_OK, 65535 },
	{ "one more than allowed", "65536", 65535, ST_RANGE, 0 },
	{ "leading zeros do not count", "0000086400", 99999, ST_OK, 86400 },
	{ "all of 64 bits", "18446744073709551615", UINT64_MAX, ST_OK, UINT64_MAX },
	{ "one more than 64 bits", "18446744073709551616", UINT64_MAX, ST_RANGE, 0 },
	{ "a digit above a small maximum", "9", 5, ST_RANGE, 0 },
	{ "nothing", "", 10, ST_SYNTAX, 0 },
	{ "a sign", "-1", 10, ST_SYNTAX, 0 },
	{ "a plus", "+1", 10, ST_SYNTAX, 0 },
	{ "a blank", " 1", 10, ST_SYNTAX, 0 },
	{ "a letter behind", "1s", 10, ST_SYNTAX, 0 },
	{ "an octet above ASCII", "\xb2", 10, ST_SYNTAX, 0 },
};

static void
check_parse(void **state)
{
	const struct parse_case *c = *state;
	uint64_t n = 4711;

	assert_int_equal(number_parse(c->text, strlen(c->text), c->max, &n), c->status);
	assert_int_equal(n, c->status == ST_OK ? c->want : 4711);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_parse, parse_cases),
	};

	return cases_run("number", tables, COUNT_OF(tables));
}
