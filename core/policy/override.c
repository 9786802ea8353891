/* SPDX-License-Identifier: ISC */
#include "policy/override.h"

#include "base/mem.h"
#include "wire/idn.h"

static const struct {
	const char *word, *meaning;
} actions[] = {
#define X(name, word, meaning) [name] = { word, meaning },
	OVERRIDE_ACTIONS(X)
#undef X
};

const char *
override_action_word(enum override_action action)
{
	return actions[action].word;
}

const char *
override_action_meaning(enum override_action action)
{
	return actions[action].meaning;
}

enum status
override_action_parse(const char *word, enum override_action *out)
{
	size_t i;

	for (i = 0; i < COUNT_OF(actions); i++)
		if (strcmp(actions[i].word, word) == 0) {
			*out = (enum override_action)i;
			return ST_OK;
		}
	return ST_UNKNOWN;
}

enum status
override_pattern_parse(const char *text, struct override *out, struct why *why)
{
	bool has_dot = text[0] == '.';
	enum status rc;

	text += has_dot;
	rc = idn_domain_parse(text, strlen(text), &out->domain, why);
	if (rc == ST_OK)
		out->with_subdomains = has_dot;
	return rc;
}

static struct override *
find_pattern(
    const struct override_list *list, const struct domain *domain, bool with_subdomains)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->items[i].with_subdomains == with_subdomains &&
		    domain_equal(&list->items[i].domain, domain))
			return &list->items[i];
	return NULL;
}

void
override_put(struct override_list *list, const struct override *o)
{
	struct override *old = find_pattern(list, &o->domain, o->with_subdomains);

	if (old != NULL) {
		*old = *o;
		return;
	}
	if (list->count == list->cap) {
		list->cap = list->cap > 0 ? 2 * list->cap : 8;
		list->items =
		    xreallocarray(list->items, list->cap, sizeof(list->items[0]));
	}
	list->items[list->count++] = *o;
}

enum status
override_drop(
    struct override_list *list, const struct domain *domain, bool with_subdomains)
{
	struct override *o = find_pattern(list, domain, with_subdomains);

	if (o == NULL)
		return ST_NOTFOUND;
	*o = list->items[--list->count];
	return ST_OK;
}

/* name is the pattern's own domain or, where the pattern allows it, below it. */
static bool
covers(const struct override *o, const struct domain *name)
{
	size_t len = o->domain.len;

	if (name->len == len)
		return memcmp(name->text, o->domain.text, len) == 0;
	return o->with_subdomains && name->len > len &&
	       name->text[name->len - len - 1] == '.' &&
	       memcmp(name->text + name->len - len, o->domain.text, len) == 0;
}

/* Of two that cover one name: the longer one, and of equal ones that without subdomains. */
static bool
is_closer(const struct override *a, const struct override *b)
{
	if (a->domain.len != b->domain.len)
		return a->domain.len > b->domain.len;
	return !a->with_subdomains;
}

const struct override *
override_find(
    const struct override_list *list, const struct domain *next_hop, time_t now)
{
	const struct override *best = NULL, *o;
	size_t i;

	for (i = 0; i < list->count; i++) {
		o = &list->items[i];
		if (now < o->expires && covers(o, next_hop) &&
		    (best == NULL || is_closer(o, best)))
			best = o;
	}
	return best;
}

void
override_list_clear(struct override_list *list)
{
	free(list->items);
	*list = (struct override_list){ 0 };
}
