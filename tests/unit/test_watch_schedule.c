/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "watch/watch_schedule.h"

#define NOW   ((time_t)1730851500)
#define EVERY 3600

/* --- the next look ------------------------------------------------------------------------ */

static const struct next_case {
	const char *name;
	enum watch_outcome outcome;
	bool has_doubt;
	unsigned every_s;
	time_t looked;           /* 0: never */
	time_t earliest, latest; /* after it, or after now */
} next_cases[] = {
	{ "a new domain within a minute", WATCH_UNKNOWN, false, EVERY, 0, 0, 59 },
	{ "a good one by its interval", WATCH_GOOD, false, EVERY, NOW, EVERY / 2,
	    EVERY / 2 + EVERY - 1 },
	{ "one with advice likewise", WATCH_ADVICE, false, EVERY, NOW, EVERY / 2,
	    EVERY / 2 + EVERY - 1 },
	{ "a broken one four times as often", WATCH_BROKEN, false, EVERY, NOW, 900,
	    900 },
	{ "an unsure one four times as often", WATCH_UNSURE, false, EVERY, NOW, 900,
	    900 },
	{ "a broken one not every minute", WATCH_BROKEN, false, 600, NOW, 300, 300 },
	{ "a broken one never later than the others", WATCH_BROKEN, false, 60, NOW, 60,
	    60 },
	{ "in doubt soon", WATCH_GOOD, true, EVERY, NOW, 300, 300 },
	{ "in doubt never later than the others", WATCH_GOOD, true, 60, NOW, 60, 60 },
	{ "long ago: at once", WATCH_GOOD, false, EVERY, NOW - 10 * EVERY, 0,
	    10 * EVERY },
	{ "the clock was set back: at once", WATCH_GOOD, false, EVERY, NOW + EVERY,
	    -EVERY, -EVERY },
};

static void
check_next(void **state)
{
	const struct next_case *c = *state;
	struct watch_finding doubt = { .level = REMARK_UNSURE,
		.word = (char *)"u",
		.about = (char *)"",
		.seen = (char *)"",
		.why = (char *)"",
		.remedy = (char *)"",
		.stage = FINDING_ONCE };
	struct watch_state s = { .outcome = c->outcome, .looked = c->looked };
	struct domain d = domain_named("example.org");
	time_t from = c->looked != 0 ? c->looked : NOW, next;

	if (c->has_doubt)
		watch_state_restore(&s, &doubt);
	next = watch_next_look(&d, &s, c->every_s, NOW);
	assert_in_range(next, from + c->earliest, from + c->latest);
	watch_state_clear(&s);
}

/* Looked at in the same second, they drift apart and keep their places. */
static void
check_spread(void **state UNUSED)
{
	struct watch_state s = { .outcome = WATCH_GOOD, .looked = NOW };
	unsigned quarters[4] = { 0 };
	char text[32];
	time_t next;
	int i;

	for (i = 0; i < 400; i++) {
		struct domain d;

		snprintf(text, sizeof(text), "d%d.example.org", i);
		d = domain_named(text);
		s.looked = NOW;
		next = watch_next_look(&d, &s, EVERY, NOW);
		quarters[(next - NOW - EVERY / 2) / (EVERY / 4)]++;
		s.looked = next + 20; /* the look took so long */
		assert_int_equal(
		    watch_next_look(&d, &s, EVERY, next + 20), next + EVERY);
	}
	for (i = 0; i < 4; i++)
		assert_in_range(quarters[i], 70, 130);
}

/* --- the next run --------------------------------------------------------------------------- */

static const struct run_case {
	const char *name;
	unsigned failures;
	time_t want;
} run_cases[] = {
	{ "a command that failed once: after a minute", 1, 60 },
	{ "twice: after two more", 2, 120 },
	{ "six times: after half an hour", 6, 1920 },
	{ "seven times: after an hour", 7, 3600 },
	{ "very often: after an hour", 4000000000, 3600 },
};

static void
check_run(void **state)
{
	const struct run_case *c = *state;

	assert_int_equal(watch_run_pause(c->failures), c->want);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_next, next_cases),
		CASE("SEED-22 domains are looked at at different moments, which stay",
		    check_spread),
		CASES(check_run, run_cases),
	};

	return cases_run("watch_schedule", tables, COUNT_OF(tables));
}
