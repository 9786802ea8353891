/* SPDX-License-Identifier: ISC */
#include "control/moment.h"

#include "cases.h"

#define NOW 1795305600 /* 2026-11-22T00:00:00Z */
#define DAY 86400

static const struct parse_case {
	const char *name, *text;
	enum status status;
	time_t want;
} parse_cases[] = {
	{ "a duration counts from now", "30d", ST_OK, NOW + 30 * DAY },
	{ "a duration in seconds", "90s", ST_OK, NOW + 90 },
	{ "a day begins at midnight, UTC", "2026-12-31", ST_OK, NOW + 39 * DAY },
	{ "a time", "2026-12-31T18:00:00Z", ST_OK, NOW + 39 * DAY + 18 * 3600 },
	{ "the next second", "2026-11-22T00:00:01Z", ST_OK, NOW + 1 },
	{ "a leap day", "2028-02-29", ST_OK, 1835395200 },
	{ "now is over", "2026-11-22T00:00:00Z", ST_RANGE, 0 },
	{ "a day that is over", "2020-01-01", ST_RANGE, 0 },
	{ "no time at all", "0s", ST_RANGE, 0 },
	{ "more than ten years", "4000d", ST_RANGE, 0 },
	{ "more than ten years, as a day", "2100-01-01", ST_RANGE, 0 },
	{ "a day that no month has", "2027-02-30", ST_SYNTAX, 0 },
	{ "a month that no year has", "2027-13-01", ST_SYNTAX, 0 },
	{ "a time in another zone", "2026-12-31T18:00:00+01:00", ST_SYNTAX, 0 },
	{ "a number without unit", "30", ST_SYNTAX, 0 },
	{ "words", "tomorrow", ST_SYNTAX, 0 },
	{ "nothing", "", ST_SYNTAX, 0 },
};

static void
check_parse(void **state)
{
	const struct parse_case *c = *state;
	time_t t = 0;

	assert_int_equal(moment_parse(c->text, NOW, &t, NULL), c->status);
	assert_int_equal(t, c->want);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_parse, parse_cases),
	};

	return cases_run("moment", tables, COUNT_OF(tables));
}
