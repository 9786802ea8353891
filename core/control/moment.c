/* SPDX-License-Identifier: ISC */
#include "control/moment.h"

#include <stdbool.h>

#include "config/units.h"

#define AHEAD_MAX (10 * 366 * (time_t)86400)

/* All of text in this form, and a day that the calendar has. */
static bool
parse_calendar(const char *text, const char *form, time_t *out)
{
	struct tm tm = { .tm_mday = 0 }, norm;
	const char *end = strptime(text, form, &tm);

	if (end == NULL || *end != '\0')
		return false;
	norm = tm;
	*out = timegm(&norm);
	return norm.tm_mday == tm.tm_mday && norm.tm_mon == tm.tm_mon;
}

enum status
moment_day_parse(const char *text, time_t *out)
{
	return parse_calendar(text, "%Y-%m-%d", out) ? ST_OK : ST_SYNTAX;
}

enum status
moment_parse(const char *text, time_t now, time_t *out, struct why *why)
{
	uint64_t ms;
	time_t t;

	if (duration_parse(text, &ms) == ST_OK) {
		t = now + (time_t)(ms / 1000);
	} else if (!parse_calendar(text, "%Y-%m-%d", &t) &&
		   !parse_calendar(text, "%Y-%m-%dT%H:%M:%SZ", &t)) {
		why_set(why,
		    "\"%s\" is neither a duration like 30d nor a day like "
		    "2026-12-31",
		    text);
		return ST_SYNTAX;
	}
	if (t <= now || t - now > AHEAD_MAX) {
		why_set(why, "\"%s\" is %s", text,
		    t <= now ? "not in the future" : "more than ten years off");
		return ST_RANGE;
	}
	*out = t;
	return ST_OK;
}
