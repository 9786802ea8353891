/*
 * What may stand on several lines: sockets, address ranges, paths, domains.  SPDX-License-Identifier: ISC
 */
#include "base/mem.h"
#include "config/kind.h"
#include "config/listen_line.h"
#include "wire/idn.h"

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

static const struct listen_rule public_rule = { .mode = 0666 };
static const struct listen_rule private_rule = { .is_unix_only = true, .mode = 0600 };
static const struct listen_rule datagram_rule = { .is_unix_only = true, .mode = 0666 };

static const struct listen_rule *
rule_of(const struct kind *kind)
{
	if (kind == &kind_private_socket)
		return &private_rule;
	return kind == &kind_datagram_socket ? &datagram_rule : &public_rule;
}

/* An empty value stands for no socket at all. */
static enum status
set_socket(void *member, const struct key *key, const char *text, struct why *why)
{
	if (text[0] == '\0')
		return ST_OK;
	return listen_line_parse(text, rule_of(key->kind), member, why);
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

/* One path for each line. */
static enum status
set_paths(void *member, const struct key *key UNUSED, const char *text, struct why *why)
{
	struct path_list *list = member;

	if (text[0] == '\0')
		return ST_OK;
	if (text[0] != '/') {
		why_set(why, "\"%s\" is not an absolute path", text);
		return ST_SYNTAX;
	}
	if (list->count == PATHS_MAX) {
		why_set(why, "more than %d paths", PATHS_MAX);
		return ST_RANGE;
	}
	list->items =
	    xreallocarray(list->items, list->count + 1, sizeof(list->items[0]));
	list->items[list->count++] = xstrdup(text);
	return ST_OK;
}

static size_t
count_paths(const void *member)
{
	return ((const struct path_list *)member)->count;
}

static void
add_path(const void *member, const struct key *key UNUSED, size_t i, struct strbuf *out)
{
	strbuf_adds(out, ((const struct path_list *)member)->items[i]);
}

static void
clear_paths(void *member)
{
	struct path_list *list = member;

	while (list->count > 0)
		free(list->items[--list->count]);
	free(list->items);
	list->items = NULL;
}

static bool
is_listed(const struct domain_list *list, const struct domain *domain)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (domain_equal(&list->items[i], domain))
			return true;
	return false;
}

static enum status
list_domain(const char *text, size_t len, struct domain_list *list, struct why *why)
{
	struct domain domain;
	enum status st = idn_domain_parse(text, len, &domain, why);

	if (st != ST_OK || is_listed(list, &domain))
		return st;
	if (list->count == WATCH_DOMAINS_MAX) {
		why_set(why, "more than %d domains", WATCH_DOMAINS_MAX);
		return ST_RANGE;
	}
	list->items =
	    xreallocarray(list->items, list->count + 1, sizeof(list->items[0]));
	list->items[list->count++] = domain;
	return ST_OK;
}

/* One that is named twice is on the list once. */
static enum status
set_domains(
    void *member, const struct key *key UNUSED, const char *text, struct why *why)
{
	struct domain_list *list = member;
	size_t len, before = list->count;
	enum status st = ST_OK;

	for (; st == ST_OK && *(text += strspn(text, " \t,")) != '\0'; text += len) {
		len = strcspn(text, " \t,");
		st = list_domain(text, len, list, why);
	}
	if (st != ST_OK)
		list->count = before;
	return st;
}

static size_t
count_domains(const void *member)
{
	return ((const struct domain_list *)member)->count;
}

static void
add_listed(
    const void *member, const struct key *key UNUSED, size_t i, struct strbuf *out)
{
	strbuf_adds(out, ((const struct domain_list *)member)->items[i].text);
}

static void
clear_domains(void *member)
{
	struct domain_list *list = member;

	free(list->items);
	*list = (struct domain_list){ NULL, 0 };
}

const struct kind kind_domains = {
	.word = "domains",
	.is_list = true,
	.set = set_domains,
	.add = add_listed,
	.count = count_domains,
	.clear = clear_domains,
};

const struct kind kind_paths = {
	.word = "path",
	.is_list = true,
	.set = set_paths,
	.add = add_path,
	.count = count_paths,
	.clear = clear_paths,
};

const struct kind kind_ranges = {
	.word = "ranges",
	.is_list = true,
	.set = set_ranges,
	.add = add_ranges,
	.count = count_ranges,
	.clear = clear_ranges,
};

#define SOCKET_KIND                                                                    \
	{                                                                              \
		.word = "socket", .is_list = true, .set = set_socket,                  \
		.add = add_socket, .count = count_sockets, .clear = clear_sockets,     \
	}

const struct kind kind_socket = SOCKET_KIND;
const struct kind kind_private_socket = SOCKET_KIND;
const struct kind kind_datagram_socket = SOCKET_KIND;
