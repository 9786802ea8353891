/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "report/schedule.h"

#define MINUTE 60
#define FIRST  ((time_t)1730851500) /* 2024-11-06 00:05 UTC */

static const struct day_case {
	const char *name;
	time_t when, want;
} day_cases[] = {
	{ "RPT-TIME-01 the first second of a day", 1730851200, 1730851200 },
	{ "RPT-TIME-01 its last one", 1730937599, 1730851200 },
	{ "RPT-TIME-01 RPT-CNT-14 one second later", 1730937600, 1730937600 },
	{ "the first day of all", 1, 0 },
};

static void
check_day(void **state)
{
	const struct day_case *c = *state;

	assert_int_equal(day_of(c->when), c->want);
}

static const struct first_case {
	const char *name;
	unsigned spread_s;
	uint32_t random;
	time_t after;
} first_cases[] = {
	{ "no spread: at once", 0, 12345, 0 },
	{ "RPT-TIME-02 never before one second", 14400, 0, 1 },
	{ "RPT-TIME-02 never after the spread", 14400, 14399, 14400 },
	{ "RPT-TIME-02 more chance than seconds", 14400, 14400, 1 },
	{ "RPT-TIME-02 the greatest chance", 14400, UINT32_MAX,
	    1 + UINT32_MAX % 14400 },
	{ "RPT-TIME-02 a spread of one second", 1, 77, 1 },
};

static void
check_first(void **state)
{
	const struct first_case *c = *state;

	assert_int_equal(
	    schedule_first(FIRST, c->spread_s, c->random), FIRST + c->after);
}

/* Every attempt fails at once. */
static void
check_attempts(void **state)
{
	static const time_t minutes[] = { 5, 10, 20, 40, 80, 160, 320, 560, 800, 1040,
		1280, 1439 };
	time_t now = FIRST;
	unsigned i;

	(void)state;
	for (i = 0; i < COUNT_OF(minutes); i++) {
		now = schedule_next(FIRST, i + 1, now);
		assert_int_equal(now, FIRST + minutes[i] * MINUTE);
	}
	assert_int_equal(schedule_next(FIRST, i + 1, now), 0);
}

/* An attempt may take its time; pauses count from its end. */
static const struct late_case {
	const char *name;
	unsigned attempts;
	time_t now_min, want_min; /* after the first; 0: none */
} late_cases[] = {
	{ "RPT-RETRY-01 a slow first attempt", 1, 3, 8 },
	{ "RPT-RETRY-01 the last one before the end", 5, 1400, 1439 },
	{ "RPT-RETRY-01 the least pause before it", 5, 1434, 1439 },
	{ "RPT-RETRY-01 none shortly after another one", 5, 1435, 0 },
	{ "RPT-RETRY-01 none after the end", 5, 1440, 0 },
	{ "RPT-RETRY-01 none after a long sleep", 1, 5000, 0 },
	{ "RPT-RETRY-01 a clock set back changes no pause", 1, -60, -55 },
	{ "RPT-RETRY-01 any number of attempts", 4000000000, 10, 250 },
};

static void
check_late(void **state)
{
	const struct late_case *c = *state;
	time_t want = c->want_min == 0 ? 0 : FIRST + c->want_min * MINUTE;

	assert_int_equal(
	    schedule_next(FIRST, c->attempts, FIRST + c->now_min * MINUTE), want);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_day, day_cases),
		CASES(check_first, first_cases),
		CASE("RPT-RETRY-01 attempts at 5, 10, 20, 40 ... min, the last before "
		     "24 h, then given up",
		    check_attempts),
		CASES(check_late, late_cases),
	};

	return cases_run("schedule", tables, COUNT_OF(tables));
}
