/*
 * Numbers, sizes and durations.  SPDX-License-Identifier: ISC
 */
#include <assert.h>
#include <inttypes.h>

#include "base/number.h"
#include "config/kind.h"
#include "config/units.h"

/* Members are int, unsigned or size_t; none is negative. */
static void
put(void *member, size_t width, uint64_t value)
{
	uint32_t narrow = (uint32_t)value;

	if (width == sizeof(value)) {
		memcpy(member, &value, sizeof(value));
		return;
	}
	assert(width == sizeof(narrow) && narrow == value);
	memcpy(member, &narrow, sizeof(narrow));
}

static uint64_t
get(const void *member, size_t width)
{
	uint64_t value;
	uint32_t narrow;

	if (width == sizeof(value)) {
		memcpy(&value, member, sizeof(value));
		return value;
	}
	memcpy(&narrow, member, sizeof(narrow));
	return narrow;
}

typedef void show_fn(struct strbuf *out, uint64_t value);

static void
say_range(const struct key *key, show_fn *show, const char *text, struct why *why)
{
	struct strbuf sb = STRBUF_INIT;

	strbuf_addf(&sb, "\"%s\" is not ", text);
	show(&sb, key->min);
	strbuf_adds(&sb, " to ");
	show(&sb, key->max);
	why_set(why, "%s", strbuf_str(&sb));
	strbuf_clear(&sb);
}

/* st and value: what reading the text gave. */
static enum status
check_and_put(void *member, const struct key *key, enum status st, uint64_t value,
    show_fn *show, const char *text, struct why *why)
{
	if (st == ST_OK && (value < key->min || value > key->max))
		st = ST_RANGE;
	if (st == ST_RANGE)
		say_range(key, show, text, why);
	if (st == ST_OK)
		put(member, key->width, value);
	return st;
}

static void
show_number(struct strbuf *out, uint64_t value)
{
	strbuf_addf(out, "%" PRIu64, value);
}

static enum status
set_number(void *member, const struct key *key, const char *text, struct why *why)
{
	uint64_t value = 0;
	enum status st = number_parse(text, strlen(text), UINT64_MAX, &value);

	if (st == ST_SYNTAX)
		why_set(why, "\"%s\" is not a number", text);
	return check_and_put(member, key, st, value, show_number, text, why);
}

static void
add_number(
    const void *member, const struct key *key, size_t i UNUSED, struct strbuf *out)
{
	show_number(out, get(member, key->width));
}

static enum status
set_size(void *member, const struct key *key, const char *text, struct why *why)
{
	uint64_t value = 0;
	enum status st = size_parse(text, &value);

	if (st == ST_SYNTAX)
		why_set(why, "\"%s\" is not a size, like 64K, 256M or 1G", text);
	return check_and_put(member, key, st, value, size_add, text, why);
}

static void
add_size(const void *member, const struct key *key, size_t i UNUSED, struct strbuf *out)
{
	size_add(out, get(member, key->width));
}

static enum status
parse_duration(const char *text, uint64_t *ms, struct why *why)
{
	enum status st = duration_parse(text, ms);

	if (st == ST_SYNTAX)
		why_set(why, "\"%s\" is not a duration, like 500ms, 5s, 10m, 2h or 1d",
		    text);
	return st;
}

static enum status
set_milliseconds(void *member, const struct key *key, const char *text, struct why *why)
{
	uint64_t ms = 0;
	enum status st = parse_duration(text, &ms, why);

	return check_and_put(member, key, st, ms, duration_add, text, why);
}

static void
add_milliseconds(
    const void *member, const struct key *key, size_t i UNUSED, struct strbuf *out)
{
	duration_add(out, get(member, key->width));
}

static void
show_seconds(struct strbuf *out, uint64_t seconds)
{
	duration_add(out, seconds * 1000);
}

static enum status
set_seconds(void *member, const struct key *key, const char *text, struct why *why)
{
	uint64_t ms = 0;
	enum status st = parse_duration(text, &ms, why);

	if (st == ST_OK && ms % 1000 != 0) {
		why_set(why, "\"%s\" is not in whole seconds", text);
		return ST_SYNTAX;
	}
	return check_and_put(member, key, st, ms / 1000, show_seconds, text, why);
}

static void
add_seconds(
    const void *member, const struct key *key, size_t i UNUSED, struct strbuf *out)
{
	show_seconds(out, get(member, key->width));
}

const struct kind kind_number = {
	.word = "number",
	.set = set_number,
	.add = add_number,
};

const struct kind kind_size = {
	.word = "size",
	.set = set_size,
	.add = add_size,
};

const struct kind kind_milliseconds = {
	.word = "duration",
	.set = set_milliseconds,
	.add = add_milliseconds,
};

const struct kind kind_seconds = {
	.word = "duration",
	.set = set_seconds,
	.add = add_seconds,
};
