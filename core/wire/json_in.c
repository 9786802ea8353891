/* SPDX-License-Identifier: ISC */
#include "wire/json_in.h"

#include <stdarg.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "wire/idn.h"
#include "wire/json_cursor.h"
#include "wire/utf8.h"

#define FIRST_VALUES 32
#define NO_TEXT      '\x7f' /* stands for an octet of no character */
#define SHOWN_MAX    40     /* octets of a sender's in a sentence */

/* One value; those in an array or object follow it. */
struct json_value {
	enum json_kind kind;
	unsigned size;   /* values that it is, those in it counted */
	size_t count;    /* items or members */
	struct txt name; /* of a member, as written */
	struct txt
	    text; /* JSON_TEXT: what it means, ended by NUL; JSON_NUMBER, JSON_WORD: as written */
};

static const struct json_value nothing = { .kind = JSON_OBJECT, .size = 1 };

static const char *const kind_words[] = {
	[JSON_NONE] = "nothing",
	[JSON_TEXT] = "a text",
	[JSON_NUMBER] = "a number",
	[JSON_WORD] = "a word",
	[JSON_ARRAY] = "an array",
	[JSON_OBJECT] = "an object",
};

/* ::ffff:0:0/96 (RFC 4291, section 2.5.5.2) */
static const struct address_range mapped = {
	.base = { .is_v6 = true, .bytes = { [10] = 0xff, [11] = 0xff } },
	.bits = 96,
};

/* --- parsing ------------------------------------------------------------------ */

static bool
is_white(char c)
{
	return c == '\t' || c == '\r' || c == '\n';
}

static void
replace_no_text(char *text, size_t len)
{
	size_t i, n;

	for (i = 0; i < len; i += n) {
		n = 1;
		if ((text[i] >= 0x20 && text[i] < 0x7f) || is_white(text[i]))
			continue;
		n = utf8_len(text + i, len - i);
		if (n == 0) {
			text[i] = NO_TEXT;
			n = 1;
		}
	}
}

static size_t
add_value(struct json_document *d, enum json_kind kind, struct txt name)
{
	if (d->count == d->cap) {
		d->cap = d->cap == 0 ? FIRST_VALUES : d->cap * 2;
		d->values = xreallocarray(d->values, d->cap, sizeof(d->values[0]));
	}
	d->values[d->count] = (struct json_value){ .kind = kind, .name = name };
	return d->count++;
}

/* What a string means goes to where it began: it has room there for a NUL, too. */
static struct txt
take_text(struct json_document *d, struct json_cursor *c)
{
	char *out = d->text + c->pos;
	size_t n = json_take_text(c, out);

	if (c->fault == NULL)
		out[n] = '\0';
	return (struct txt){ out, n };
}

static struct txt
take_word(struct json_cursor *c)
{
	size_t start = c->pos;

	json_skip(c);
	return (struct txt){ c->text + start, c->pos - start };
}

/* As deep as the cursor lets it. */
static void
take_value(struct json_document *d, struct json_cursor *c, struct txt name)
{
	enum json_kind kind = json_peek(c);
	size_t at = add_value(d, kind, name), count = 0;
	struct txt text = { "", 0 };

	switch (kind) {
	case JSON_TEXT:
		text = take_text(d, c);
		break;
	case JSON_NUMBER:
		text = json_take_number(c);
		break;
	case JSON_WORD:
		text = take_word(c);
		break;
	case JSON_ARRAY:
		for (json_enter(c); json_next_item(c); count++)
			take_value(d, c, text);
		break;
	case JSON_OBJECT:
		for (json_enter(c); json_next_member(c, &name); count++)
			take_value(d, c, name);
		break;
	case JSON_NONE:
		break;
	}
	d->values[at].text = text;
	d->values[at].count = count;
	d->values[at].size = (unsigned)(d->count - at);
}

enum status
json_in_parse(const char *bytes, size_t len, struct json_document *out, struct why *why)
{
	struct json_document d = { .text = xmemdup(bytes, len) };
	struct json_cursor c = { .text = d.text, .len = len };

	replace_no_text(d.text, len);
	if (json_peek(&c) != JSON_OBJECT)
		json_stop(&c, "no object");
	take_value(&d, &c, (struct txt){ "", 0 });
	json_end(&c);
	if (c.fault == NULL) {
		*out = d;
		return ST_OK;
	}
	json_why(&c, why);
	json_document_clear(&d);
	return ST_SYNTAX;
}

void
json_document_clear(struct json_document *document)
{
	free(document->values);
	free(document->text);
	*document = (struct json_document){ 0 };
}

/* --- faults --------------------------------------------------------------------- */

void
json_in_refuse(struct json_in *in, const char *fmt, ...)
{
	char fault[WHY_MAX];
	va_list ap;

	if (in->is_bad)
		return;
	in->is_bad = true;
	va_start(ap, fmt);
	vsnprintf(fault, sizeof(fault), fmt, ap);
	va_end(ap);
	why_set(in->why, "%s", fault);
}

void
json_in_refuse_text(
    struct json_in *in, const char *name, const char *fault, struct txt text)
{
	struct strbuf shown = STRBUF_INIT;

	strbuf_escape(&shown, text.text, text.len, SHOWN_MAX);
	json_in_refuse(in, "\"%s\" %s: \"%s\"", name, fault, strbuf_str(&shown));
	strbuf_clear(&shown);
}

/* --- members ---------------------------------------------------------------------- */

/* NULL unless it is there, not null, and of this kind; of several the first counts. */
static const struct json_value *
member(struct json_in *in, const struct json_value *object, const char *name,
    enum json_kind kind)
{
	const struct json_value *v = json_in_first(object);
	size_t len = strlen(name);

	while (
	    v != NULL && (v->name.len != len || memcmp(v->name.text, name, len) != 0))
		v = json_in_next(object, v);
	if (v == NULL || (v->kind == JSON_WORD && v->text.text[0] == 'n'))
		return NULL;
	if (v->kind == kind)
		return v;
	json_in_refuse(
	    in, "\"%s\" is %s, not %s", name, kind_words[v->kind], kind_words[kind]);
	return NULL;
}

struct txt
json_in_text(struct json_in *in, const struct json_value *object, const char *name)
{
	const struct json_value *v = member(in, object, name, JSON_TEXT);

	return v != NULL ? v->text : (struct txt){ "", 0 };
}

bool
json_in_number(
    struct json_in *in, const struct json_value *object, const char *name, int64_t *out)
{
	const struct json_value *v = member(in, object, name, JSON_NUMBER);
	char *end;

	if (v == NULL)
		return false;
	*out = strtoll(v->text.text, &end, 10);
	if (end == v->text.text + v->text.len)
		return true;
	json_in_refuse(in, "\"%s\" is no whole number", name);
	return false;
}

bool
json_in_domain(struct json_in *in, const struct json_value *object, const char *name,
    struct domain *out)
{
	struct txt t = json_in_text(in, object, name);

	return t.len > 0 && idn_domain_parse(t.text, t.len, out, NULL) == ST_OK;
}

bool
json_in_address(struct json_in *in, const struct json_value *object, const char *name,
    struct address *out)
{
	struct txt t = json_in_text(in, object, name);

	if (t.len == 0 || address_parse(t.text, t.len, out) != ST_OK)
		return false;
	if (address_in(out, &mapped)) {
		out->is_v6 = false;
		memmove(out->bytes, out->bytes + 12, 4);
		memset(out->bytes + 4, 0, 12);
	}
	return true;
}

/* --- arrays ------------------------------------------------------------------------- */

const struct json_value *
json_in_array(struct json_in *in, const struct json_value *object, const char *name)
{
	return member(in, object, name, JSON_ARRAY);
}

size_t
json_in_count(const struct json_value *array)
{
	return array != NULL ? array->count : 0;
}

const struct json_value *
json_in_first(const struct json_value *array)
{
	return json_in_count(array) > 0 ? array + 1 : NULL;
}

const struct json_value *
json_in_next(const struct json_value *array, const struct json_value *item)
{
	item += item->size;
	return item < array + array->size ? item : NULL;
}

struct txt
json_in_item_text(struct json_in *in, const struct json_value *item)
{
	if (item->kind == JSON_TEXT)
		return item->text;
	json_in_refuse(
	    in, "an item of a list is %s, not a text", kind_words[item->kind]);
	return (struct txt){ "", 0 };
}

const struct json_value *
json_in_item_object(struct json_in *in, const struct json_value *item)
{
	if (item->kind == JSON_OBJECT)
		return item;
	json_in_refuse(
	    in, "an item of a list is %s, not an object", kind_words[item->kind]);
	return &nothing;
}
