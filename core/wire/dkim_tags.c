/* SPDX-License-Identifier: ISC */
#include "wire/dkim_tags.h"

#include <strings.h>

#include "base/strbuf.h"
#include "wire/field.h"

#define SHOWN_MAX 40 /* octets of a peer's in a sentence */

bool
dkim_is_space(char c)
{
	return field_is_blank(c) || c == '\r' || c == '\n';
}

static struct txt
trim(struct txt t)
{
	while (t.len > 0 && dkim_is_space(t.text[0])) {
		t.text++;
		t.len--;
	}
	while (t.len > 0 && dkim_is_space(t.text[t.len - 1]))
		t.len--;
	return t;
}

/* What stands before this character, trimmed; *rest is what stands behind it, or nothing. */
static struct txt
cut(struct txt *rest, char c)
{
	const char *p = memchr(rest->text, c, rest->len);
	size_t n = p != NULL ? (size_t)(p - rest->text) : rest->len;
	struct txt first = { rest->text, n };

	n += p != NULL;
	rest->text += n;
	rest->len -= n;
	return trim(first);
}

/* --- values ------------------------------------------------------------------------------------- */

bool
dkim_value_is(const struct txt *value, const char *word)
{
	return value->len == strlen(word) && memcmp(value->text, word, value->len) == 0;
}

bool
dkim_value_has(const struct txt *list, const char *word)
{
	struct txt rest = *list, item;

	while (rest.len > 0) {
		item = cut(&rest, ':');
		if (dkim_value_is(&item, word))
			return true;
	}
	return false;
}

bool
dkim_value_has_name(const struct txt *list, const char *name)
{
	struct txt rest = *list, item;

	while (rest.len > 0) {
		item = cut(&rest, ':');
		if (item.len == strlen(name) &&
		    strncasecmp(item.text, name, item.len) == 0)
			return true;
	}
	return false;
}

enum status
dkim_value_refuse(struct why *why, const char *fault, const struct txt *value)
{
	struct strbuf escaped = STRBUF_INIT;

	strbuf_escape(&escaped, value->text, value->len, SHOWN_MAX);
	why_set(why, "%s: \"%s\"", fault, strbuf_str(&escaped));
	strbuf_clear(&escaped);
	return ST_SYNTAX;
}

/* --- the list ----------------------------------------------------------------------------------- */

const struct txt *
dkim_tags_find(const struct dkim_tags *tags, const char *name)
{
	size_t i;

	for (i = 0; i < tags->count; i++)
		if (dkim_value_is(&tags->items[i].name, name))
			return &tags->items[i].value;
	return NULL;
}

static bool
is_name(struct txt t)
{
	size_t i;

	for (i = 0; i < t.len; i++)
		if (!field_is_alnum(t.text[i]) && t.text[i] != '_')
			return false;
	return t.len > 0;
}

static bool
is_twice(const struct dkim_tags *tags, struct txt name)
{
	size_t i;

	for (i = 0; i < tags->count; i++)
		if (tags->items[i].name.len == name.len &&
		    memcmp(tags->items[i].name.text, name.text, name.len) == 0)
			return true;
	return false;
}

static enum status
take_tag(struct dkim_tags *tags, struct txt spec, struct why *why)
{
	struct txt value = spec, name = cut(&value, '=');

	if (!is_name(name) || name.text + name.len == spec.text + spec.len)
		return dkim_value_refuse(why, "no \"tag=value\"", &spec);
	if (is_twice(tags, name))
		return dkim_value_refuse(why, "a tag stands twice", &name);
	if (tags->count == DKIM_TAGS_MAX) {
		why_set(why, "more than %d tags", DKIM_TAGS_MAX);
		return ST_TOO_BIG;
	}
	tags->items[tags->count].name = name;
	tags->items[tags->count++].value = trim(value);
	return ST_OK;
}

enum status
dkim_tags_parse(struct txt rest, struct dkim_tags *out, struct why *why)
{
	enum status rc = ST_OK;
	struct txt spec;

	out->count = 0;
	while (rest.len > 0 && rc == ST_OK) {
		spec = cut(&rest, ';');
		if (spec.len > 0 || rest.len > 0) /* one ";" may end the list */
			rc = take_tag(out, spec, why);
	}
	return rc;
}
