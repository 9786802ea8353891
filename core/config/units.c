/* SPDX-License-Identifier: ISC */
#include "config/units.h"

#include <inttypes.h>

#include "base/number.h"

struct unit {
	const char *name;
	uint64_t factor;
};

/* From great to small: the printer takes the first that divides. */
static const struct unit durations[] = {
	{ "d", 86400000 },
	{ "h", 3600000 },
	{ "m", 60000 },
	{ "s", 1000 },
	{ "ms", 1 },
};

static const struct unit sizes[] = {
	{ "G", UINT64_C(1) << 30 },
	{ "M", UINT64_C(1) << 20 },
	{ "K", UINT64_C(1) << 10 },
	{ "", 1 },
};

static enum status
parse(const struct unit *units, size_t count, const char *text, uint64_t max,
    uint64_t *out)
{
	size_t digits = strspn(text, "0123456789"), i;
	enum status st;
	uint64_t n;

	for (i = 0; i < count && strcmp(units[i].name, text + digits) != 0; i++)
		continue;
	if (i == count || digits == 0)
		return ST_SYNTAX;
	st = number_parse(text, digits, max / units[i].factor, &n);
	if (st == ST_OK)
		*out = n * units[i].factor;
	return st;
}

static void
add(const struct unit *units, struct strbuf *out, uint64_t n)
{
	while (n == 0 ? units->factor != 1 : n % units->factor != 0)
		units++;
	strbuf_addf(out, "%" PRIu64 "%s", n / units->factor, units->name);
}

enum status
duration_parse(const char *text, uint64_t *ms)
{
	return parse(durations, COUNT_OF(durations), text, DURATION_MAX_MS, ms);
}

void
duration_add(struct strbuf *out, uint64_t ms)
{
	add(durations, out, ms);
}

enum status
size_parse(const char *text, uint64_t *bytes)
{
	return parse(sizes, COUNT_OF(sizes), text, SIZE_MAX_BYTES, bytes);
}

void
size_add(struct strbuf *out, uint64_t bytes)
{
	add(sizes, out, bytes);
}
