/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "wire/rfc3339.h"

static const struct good_case {
	const char *name, *text;
	time_t want;
} good_cases[] = {
	{ "RPT-JSON-03 as we write it", "2024-11-06T00:00:00Z", 1730851200 },
	{ "RPT-JSON-03 the last second of a day", "2024-11-06T23:59:59Z", 1730937599 },
	{ "RPT-SEC-04 without a zone it is UTC", "2024-11-06T00:00:00", 1730851200 },
	{ "lower case", "2024-11-06t00:00:00z", 1730851200 },
	{ "a blank for T", "2024-11-06 00:00:00Z", 1730851200 },
	{ "a fraction", "2024-11-06T00:00:00.9999999Z", 1730851200 },
	{ "a fraction and no zone", "2024-11-06T00:00:00.000", 1730851200 },
	{ "east of UTC", "2024-11-06T01:00:00+01:00", 1730851200 },
	{ "west of UTC, by half hours", "2024-11-05T20:30:00-03:30", 1730851200 },
	{ "a zone without colon", "2024-11-06T00:00:00+0000", 1730851200 },
	{ "midnight as 24:00", "2024-11-05T24:00:00Z", 1730851200 },
	{ "a leap second", "2016-12-31T23:59:60Z", 1483228800 },
	{ "the last day of February", "2024-02-29T00:00:00Z", 1709164800 },
};

static void
check_good(void **state)
{
	const struct good_case *c = *state;
	time_t when;

	assert_int_equal(rfc3339_parse(c->text, &when), ST_OK);
	assert_int_equal(when, c->want);
}

static const struct bad_case {
	const char *name, *text;
} bad_cases[] = {
	{ "nothing", "" },
	{ "words", "yesterday" },
	{ "only a day", "2024-11-06" },
	{ "no seconds", "2024-11-06T00:00Z" },
	{ "seconds since 1970", "1730851200" },
	{ "of mail", "Wed, 06 Nov 2024 00:00:00 +0000" },
	{ "month 13", "2024-13-06T00:00:00Z" },
	{ "month 0", "2024-00-06T00:00:00Z" },
	{ "day 32", "2024-11-32T00:00:00Z" },
	{ "hour 25", "2024-11-06T25:00:00Z" },
	{ "minute 60", "2024-11-06T00:60:00Z" },
	{ "second 61", "2024-11-06T00:00:61Z" },
	{ "before 1970", "1969-12-31T00:00:00Z" },
	{ "before 1970 by its zone", "1970-01-01T00:00:00+00:01" },
	{ "after 9999 by its zone", "9999-12-31T23:59:59-00:01" },
	{ "digits missing", "2024-1-6T00:00:00Z" },
	{ "a sign", "2024-11-06T00:00:-1Z" },
	{ "something behind it", "2024-11-06T00:00:00Z " },
	{ "half a zone", "2024-11-06T00:00:00+01" },
	{ "the zone's name", "2024-11-06T00:00:00UTC" },
};

static void
check_bad(void **state)
{
	const struct bad_case *c = *state;
	time_t when;

	assert_int_equal(rfc3339_parse(c->text, &when), ST_SYNTAX);
}

static void
check_text(void **state)
{
	char buf[RFC3339_TEXT_MAX];

	(void)state;
	assert_string_equal(rfc3339_text(1730851200, buf), "2024-11-06T00:00:00Z");
	assert_string_equal(rfc3339_text(1730937599, buf), "2024-11-06T23:59:59Z");
	assert_string_equal(rfc3339_text(0, buf), "1970-01-01T00:00:00Z");
	assert_string_equal(rfc3339_day_text(1730937599, buf), "2024-11-06");
	/* A year of five digits has no such form. */
	assert_string_equal(rfc3339_text((time_t)1 << 40, buf), "");
	assert_string_equal(rfc3339_day_text((time_t)1 << 40, buf), "");
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_good, good_cases),
		CASES(check_bad, bad_cases),
		CASE("RPT-JSON-03 written with upper-case T and Z", check_text),
	};

	return cases_run("rfc3339", tables, COUNT_OF(tables));
}
