/* SPDX-License-Identifier: ISC */
#include "wire/rfc3339.h"

#include <stdbool.h>

#define DIGITS "0123456789"
#define LAST   253402300799 /* 9999-12-31T23:59:59Z: a year has four digits */

const char *
rfc3339_text(time_t when, char buf[RFC3339_TEXT_MAX])
{
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL ||
	    strftime(buf, RFC3339_TEXT_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		buf[0] = '\0';
	return buf;
}

const char *
rfc3339_day_text(time_t when, char buf[RFC3339_TEXT_MAX])
{
	rfc3339_text(when, buf);
	buf[strcspn(buf, "T")] = '\0';
	return buf;
}

/* So many digits, moving *text along. */
static bool
take_digits(const char **text, size_t count, int *out)
{
	size_t i;

	if (strspn(*text, DIGITS) < count)
		return false;
	for (*out = 0, i = 0; i < count; i++)
		*out = *out * 10 + *(*text)++ - '0';
	return true;
}

/* One of these characters. */
static bool
take_one_of(const char **text, const char *wanted)
{
	return **text != '\0' && strchr(wanted, *(*text)++) != NULL;
}

enum part { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND };

static const struct {
	size_t digits;
	int least, greatest;
	const char *then;
} parts[] = {
	[YEAR] = { 4, 1970, 9999, "-" },
	[MONTH] = { 2, 1, 12, "-" },
	[DAY] = { 2, 1, 31, "Tt " },
	[HOUR] = { 2, 0, 24, ":" },
	[MINUTE] = { 2, 0, 59, ":" },
	[SECOND] = { 2, 0, 60, "" },
};

static bool
take_parts(const char **text, int values[COUNT_OF(parts)])
{
	size_t i;

	for (i = 0; i < COUNT_OF(parts); i++)
		if (!take_digits(text, parts[i].digits, &values[i]) ||
		    values[i] < parts[i].least || values[i] > parts[i].greatest ||
		    (i < SECOND && !take_one_of(text, parts[i].then)))
			return false;
	return true;
}

/* "Z", "+01:00", "-0800" or nothing: seconds east of UTC. */
static bool
take_zone(const char **text, time_t *east_s)
{
	int hours, minutes, sign = **text == '-' ? -60 : 60;

	*east_s = 0;
	if (**text == '\0')
		return true;
	if (**text == 'Z' || **text == 'z')
		return take_one_of(text, "Zz");
	if (!take_one_of(text, "+-") || !take_digits(text, 2, &hours))
		return false;
	*text += **text == ':';
	if (!take_digits(text, 2, &minutes))
		return false;
	*east_s = (time_t)sign * (hours * 60 + minutes);
	return true;
}

enum status
rfc3339_parse(const char *text, time_t *out)
{
	int values[COUNT_OF(parts)];
	struct tm tm = { 0 };
	time_t east_s;

	if (!take_parts(&text, values))
		return ST_SYNTAX;
	if (text[0] == '.')
		text += 1 + strspn(text + 1, DIGITS);
	if (!take_zone(&text, &east_s) || text[0] != '\0')
		return ST_SYNTAX;
	tm.tm_year = values[YEAR] - 1900;
	tm.tm_mon = values[MONTH] - 1;
	tm.tm_mday = values[DAY];
	tm.tm_hour = values[HOUR];
	tm.tm_min = values[MINUTE];
	tm.tm_sec = values[SECOND];
	*out = timegm(&tm) - east_s;
	return *out >= 0 && *out <= LAST ? ST_OK : ST_SYNTAX;
}
