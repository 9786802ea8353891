/*
 * What may stand on several lines: sockets and address ranges.  SPDX-License-Identifier: ISC
 */
#include "base/mem.h"
#include "config/kind.h"
#include "config/listen_line.h"

#define RANGES_MAX 256

static enum status
add_range(const char *text, size_t len, struct guard *guard, struct why *why)
{
	struct address_range range, *all = (struct address_range *)guard->allowed;

	if (address_range_parse(text, len, &range) != ST_OK) {
		why_set(why,
		    "\"%.*s\" is not a range like 192.0.2.0/24 or 2001:db8::/32",
		    (int)len, text);
		return ST_SYNTAX;
	}
	if (guard->count == RANGES_MAX) {
		why_set(why, "more than %d ranges", RANGES_MAX);
		return ST_RANGE;
	}
	all = xreallocarray(all, guard->count + 1, sizeof(*all));
	all[guard->count++] = range;
	guard->allowed = all;
	return ST_OK;
}

static enum status
set_ranges(
    void *member, const struct key *key UNUSED, const char *text, struct why *why)
{
	struct guard *guard = member;
	size_t len, before = guard->count;
	enum status st = ST_OK;

	for (; st == ST_OK && *(text += strspn(text, " \t,")) != '\0'; text += len) {
		len = strcspn(text, " \t,");
		st = add_range(text, len, guard, why);
	}
	if (st != ST_OK)
		guard->count = before;
	return st;
}

static size_t
count_ranges(const void *member)
{
	return ((const struct guard *)member)->count;
}

static void
add_ranges(
    const void *member, const struct key *key UNUSED, size_t i, struct strbuf *out)
{
	const struct address_range *range = &((const struct guard *)member)->allowed[i];
	char text[ADDRESS_TEXT_MAX];

	strbuf_addf(out, "%s/%u", address_text(&range->base, text), range->bits);
}

static void
clear_ranges(void *member)
{
	struct guard *guard = member;

	free((void *)guard->allowed);
	guard->allowed = NULL;
	guard->count = 0;
}

/* An empty value stands for no socket at all. */
static enum status
set_socket(void *member, const struct key *key, const char *text, struct why *why)
{
	if (text[0] == '\0')
		return ST_OK;
	return listen_line_parse(text, key->kind == &kind_private_socket, member, why);
}

static size_t
count_sockets(const void *member)
{
	return ((const struct listen_lines *)member)->count;
}

static void
add_socket(
    const void *member, const struct key *key UNUSED, size_t i, struct strbuf *out)
{
	listen_line_add(&((const struct listen_lines *)member)->items[i], out);
}

static void
clear_sockets(void *member)
{
	listen_lines_clear(member);
}

const struct kind kind_ranges = {
	.word = "ranges",
	.is_list = true,
	.set = set_ranges,
	.add = add_ranges,
	.count = count_ranges,
	.clear = clear_ranges,
};

const struct kind kind_socket = {
	.word = "socket",
	.is_list = true,
	.set = set_socket,
	.add = add_socket,
	.count = count_sockets,
	.clear = clear_sockets,
};

const struct kind kind_private_socket = {
	.word = "socket",
	.is_list = true,
	.set = set_socket,
	.add = add_socket,
	.count = count_sockets,
	.clear = clear_sockets,
};
