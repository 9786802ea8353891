/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "show/page_chart.h"

#include "cli/report_days.h"

#define HEIGHT 140
#define WIDTH  1000

/* Height or width of the only rectangle of a kind behind `from`; 0: there is none before `until`. */
static unsigned
length_of(const char *from, const char *until, const char *kind, const char *attribute)
{
	char begin[64];
	const char *rect, *at;

	snprintf(begin, sizeof(begin), "<rect class=\"%s\"", kind);
	rect = strstr(from, begin);
	if (rect == NULL || (until != NULL && rect > until))
		return 0;
	at = strstr(rect, attribute);
	assert_non_null(at);
	return (unsigned)strtoul(at + strlen(attribute), NULL, 10);
}

/* --- columns ------------------------------------------------------------------------------------ */

/* Beside a column of a million successful sessions. */
static const struct column_case {
	const char *name;
	struct page_chart_bar bar;
	unsigned good, bad, none; /* heights */
	const char *words;
} column_cases[] = {
	{ "a half", { "d", 500000, 0, true }, 70, 0, 0,
	    "d: 500,000 successful, 0 failed" },
	{ "one in a million is seen", { "d", 999999, 1, true }, 137, 3, 0,
	    "d: 999,999 successful, 1 failed" },
	{ "one success among a million failures is seen", { "d", 1, 999999, true }, 3,
	    137, 0, "d: 1 successful, 999,999 failed" },
	{ "one of each", { "d", 1, 1, true }, 3, 3, 0, "d: 1 successful, 1 failed" },
	{ "nothing happened", { "d", 0, 0, true }, 0, 0, 0,
	    "d: 0 successful, 0 failed" },
	{ "nothing is known", { "d", 0, 0, false }, 0, 0, HEIGHT, "d: no report" },
};

static void
check_column(void **state)
{
	const struct column_case *c = *state;
	const struct page_chart_bar bars[] = { c->bar, { "last", 1000000, 0, true } };
	struct strbuf out = STRBUF_INIT;
	const char *group, *end;

	page_chart_add_columns(&out, "Sessions per day", bars, COUNT_OF(bars));
	group = strstr(out.data, "<g>");
	assert_non_null(group);
	end = strstr(group, "</g>");
	assert_int_equal(length_of(group, end, "good", "height=\""), c->good);
	assert_int_equal(length_of(group, end, "bad", "height=\""), c->bad);
	assert_int_equal(length_of(group, end, "none", "height=\""), c->none);
	assert_memory_equal(group + strlen("<g><title>"), c->words, strlen(c->words));
	strbuf_clear(&out);
}

static void
check_description(void **state UNUSED)
{
	const struct page_chart_bar bars[] = {
		{ "2024-11-06", 10, 2, true },
		{ "2024-11-07", 0, 0, false },
		{ "2024-11-08", 1000, 1, true },
	};
	struct strbuf out = STRBUF_INIT;

	page_chart_add_columns(&out, "Sessions per day", bars, COUNT_OF(bars));
	assert_non_null(strstr(out.data, "role=\"img\""));
	assert_non_null(strstr(out.data,
	    "<title>Sessions per day</title>\n<desc>2024-11-06 to 2024-11-08, 3 failed; "
	    "most on 2024-11-08: 1,000 successful, 1 failed; 1 without a report"));
	assert_non_null(strstr(out.data, "up to 1,001"));
	strbuf_clear(&out);
}

/* --- bars of rows --------------------------------------------------------------------------------- */

static const struct bar_case {
	const char *name;
	uint64_t successes, failures, max;
	unsigned good, bad;
} bar_cases[] = {
	{ "all of it", 10, 0, 10, WIDTH, 0 },
	{ "half failed", 5, 5, 10, 500, 500 },
	{ "little is seen", 1, 1, 1000000, 4, 4 },
	{ "both are within", 999999, 1, 1000000, 996, 4 },
	{ "nothing of nothing", 0, 0, 0, 0, 0 },
	{ "more than numbers hold", UINT64_MAX, 0, UINT64_MAX, WIDTH, 0 },
};

static void
check_bar(void **state)
{
	const struct bar_case *c = *state;
	struct strbuf out = STRBUF_INIT;

	page_chart_add_bar(&out, c->successes, c->failures, c->max);
	assert_int_equal(length_of(out.data, NULL, "good", " width=\""), c->good);
	assert_int_equal(length_of(out.data, NULL, "bad", " width=\""), c->bad);
	strbuf_clear(&out);
}

/* --- days ------------------------------------------------------------------------------------------ */

#define DAY_S ((time_t)86400)
#define DAY   ((time_t)1730851200) /* 2024-11-06 */
#define TODAY (DAY + 1000 * DAY_S)

static const struct days_case {
	const char *name;
	int first, last; /* asked for; days after DAY, -9999: not */
	int days[2];     /* of reports, of one session each */
	unsigned step;
	size_t count;
	const char *begin;
	bool is_cut;
	size_t ahead; /* of TODAY */
} days_cases[] = {
	{ "as many as there are", -9999, -9999, { 0, 2 }, 1, 3, "2024-11-06", false,
	    0 },
	{ "as many as were asked for", -2, 3, { 0, 2 }, 1, 6, "2024-11-04", false, 0 },
	{ "today is drawn when something is there", 0, 1, { 0, 2 }, 1, 3, "2024-11-06",
	    false, 0 },
	{ "what began before", 1, 2, { 0, 2 }, 1, 2, "2024-11-07", true, 0 },
	{ "92 days", -9999, -9999, { 0, 91 }, 1, 92, "2024-11-06", false, 0 },
	{ "more are weeks", -9999, -9999, { 0, 92 }, 7, 14, "2024-11-06", false, 0 },
	{ "and months", -9999, -9999, { 0, 700 }, 30, 24, "2024-11-06", false, 0 },
	{ "a year that is far away", -9999, -9999, { -7000, 0 }, 30, REPORT_BARS_MAX,
	    "2014-10-31", true, 0 },
	{ "a day to come does not move those that are", -9999, -9999, { 0, 2912926 }, 1,
	    1, "2024-11-06", false, 1 },
	{ "nor does it where days were asked for", -1, 1, { 0, 2912926 }, 1, 3,
	    "2024-11-05", false, 1 },
	{ "there are days to come only", -9999, -9999, { 1001, 2912926 }, 0, 0, "",
	    false, 2 },
};

static void
check_days(void **state)
{
	const struct days_case *c = *state;
	static struct report_days days;
	struct sums sums;
	uint64_t drawn = 0;
	size_t i;

	sums_init(&sums);
	for (i = 0; i < COUNT_OF(c->days); i++) {
		const char *const fields[SUM_FIELDS] = { i == 0 ? "one" : "other" };
		struct sum *row = sums_at(&sums, fields);

		row->since = DAY + c->days[i] * DAY_S + 100;
		row->successes = 1;
	}
	report_days_fill(&days, &sums, c->first == -9999 ? 0 : DAY + c->first * DAY_S,
	    c->last == -9999 ? 0 : DAY + c->last * DAY_S, TODAY);
	for (i = 0; i < days.count; i++)
		drawn += days.bars[i].successes;
	assert_int_equal(days.step, c->step);
	assert_int_equal(days.count, c->count);
	assert_string_equal(days.bars[0].label, c->begin);
	assert_int_equal(days.is_cut, c->is_cut);
	assert_int_equal(days.ahead, c->ahead);
	assert_int_equal(drawn, 2 - c->ahead - c->is_cut);
	sums_clear(&sums);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_column, column_cases),
		CASE("what is drawn is told in words", check_description),
		CASES(check_bar, bar_cases),
		CASES(check_days, days_cases),
	};

	return cases_run("page_chart", tables, COUNT_OF(tables));
}
