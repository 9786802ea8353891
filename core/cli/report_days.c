/* SPDX-License-Identifier: ISC */
#include "cli/report_days.h"

#include <string.h>

#include "base/attr.h"
#include "wire/rfc3339.h"

#define DAY_S 86400

/* The greatest step always has room: days beyond are not drawn. */
static const struct {
	unsigned step, days_max;
} steps[] = { { 1, 92 }, { 7, 92 * 7 }, { 30, REPORT_BARS_MAX * 30 } };

static int64_t
day_number(time_t when)
{
	return when / DAY_S;
}

/* Widen what was asked for by what is there, up to today. */
static void
find_ends(const struct sums *days, time_t from, time_t to, int64_t today,
    int64_t *first, int64_t *last)
{
	size_t i;

	*first = from != 0 ? day_number(from) : today + 1;
	*last = day_number(to);
	for (i = 0; i < days->count; i++) {
		int64_t day = day_number(days->rows[i]->since);

		if (from == 0 && day < *first)
			*first = day;
		if (day > *last && day <= today)
			*last = day;
	}
}

static void
make_bars(struct report_days *out, int64_t first, int64_t last)
{
	size_t i = 0;

	while (i + 1 < COUNT_OF(steps) && last - first >= steps[i].days_max)
		i++;
	out->step = steps[i].step;
	out->count = (size_t)((last - first) / out->step) + 1;
}

static void
label(struct page_chart_bar *bar, int64_t day)
{
	char text[RFC3339_TEXT_MAX];

	rfc3339_text((time_t)day * DAY_S, text);
	text[strcspn(text, "T")] = '\0';
	snprintf(bar->label, sizeof(bar->label), "%s", text);
}

static void
add_day(struct report_days *out, int64_t first, int64_t last, const struct sum *row)
{
	int64_t day = day_number(row->since);
	struct page_chart_bar *bar;

	out->is_cut = out->is_cut || day < first;
	out->ahead += day > last;
	if (day < first || day > last)
		return;
	bar = &out->bars[(size_t)(day - first) / out->step];
	bar->has_data = true;
	bar->successes += row->successes;
	bar->failures += row->failures;
	if (out->most < bar->successes + bar->failures)
		out->most = bar->successes + bar->failures;
}

void
report_days_fill(struct report_days *out, const struct sums *days, time_t first,
    time_t last, time_t now)
{
	int64_t from, to;
	size_t i;

	*out = (struct report_days){ .count = 0 };
	if (days->count == 0)
		return;
	find_ends(days, first, last, day_number(now), &from, &to);
	if (to - from >= steps[COUNT_OF(steps) - 1].days_max)
		from = to - steps[COUNT_OF(steps) - 1].days_max + 1;
	if (from <= to)
		make_bars(out, from, to);
	for (i = 0; i < out->count; i++)
		label(&out->bars[i], from + (int64_t)(i * out->step));
	for (i = 0; i < days->count; i++)
		add_day(out, from, to, days->rows[i]);
}
