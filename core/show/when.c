/* SPDX-License-Identifier: ISC */
#include "show/when.h"

#define DAY_S 86400

static const struct {
	int64_t seconds;
	const char *one, *many;
} units[] = {
	{ DAY_S, " day", " days" },
	{ 3600, " h", " h" },
	{ 60, " min", " min" },
	{ 1, " s", " s" },
};

time_t
when_now(void)
{
	return time(NULL);
}

void
when_add_duration(struct strbuf *out, int64_t seconds)
{
	size_t i = 0;
	int64_t n;

	while (i + 1 < COUNT_OF(units) && seconds < units[i].seconds)
		i++;
	n = seconds / units[i].seconds;
	strbuf_addf(out, "%lld%s", (long long)n, n == 1 ? units[i].one : units[i].many);
	if (i + 1 == COUNT_OF(units))
		return;
	n = seconds % units[i].seconds / units[i + 1].seconds;
	if (n > 0)
		strbuf_addf(out, " %lld%s", (long long)n, units[i + 1].many);
}

void
when_add_date(struct strbuf *out, time_t t)
{
	char text[sizeof("2026-11-21 22:53 UTC") + 8];
	struct tm tm;

	if (t != 0 && gmtime_r(&t, &tm) != NULL &&
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M UTC", &tm) > 0)
		strbuf_adds(out, text);
	else
		strbuf_adds(out, "never");
}

void
when_add(struct strbuf *out, time_t t)
{
	time_t now = when_now();

	when_add_date(out, t);
	if (t == 0)
		return;
	strbuf_adds(out, t > now ? " (in " : " (");
	when_add_duration(out, t > now ? t - now : now - t);
	strbuf_adds(out, t > now ? ")" : " ago)");
}
