/* SPDX-License-Identifier: ISC */
#include "wire/tlsrpt_record.h"

#include "wire/field.h"
#include "wire/record_reader.h"

#define VERSION   "v=TLSRPTv1" /* case-sensitive, as the names of fields are */
#define SHOWN_MAX 60           /* octets of a peer's record in a sentence */

const char *
tlsrpt_record_outcome_text(enum tlsrpt_record_outcome outcome)
{
	static const char *const texts[] = {
#define X(name, text) [name] = text,
		TLSRPT_RECORD_OUTCOMES(X)
#undef X
	};

	return texts[outcome];
}

static bool
starts_with(const struct txt *txt, const char *prefix)
{
	size_t n = strlen(prefix);

	return txt->len >= n && memcmp(txt->text, prefix, n) == 0;
}

static bool
is_same(const struct rua *a, const struct rua *b)
{
	return a->kind == b->kind && a->port == b->port &&
	       domain_equal(&a->domain, &b->domain) &&
	       strcmp(a->target, b->target) == 0;
}

/* One destination gets one report, however often it is listed (RPT-SEC-01). */
static void
add(struct rua_list *list, const struct rua *rua)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (is_same(&list->items[i], rua))
			return;
	if (list->count < RUA_MAX)
		list->items[list->count++] = *rua;
	else
		list->is_cut = true;
}

static void
skip(struct rua_list *list, struct txt uri, const struct why *fault, struct why *why)
{
	struct strbuf shown = STRBUF_INIT;

	if (list->skipped++ > 0)
		return;
	strbuf_escape(&shown, uri.text, uri.len, SHOWN_MAX);
	why_set(why, "rua \"%s\": %s", strbuf_str(&shown), fault->text);
	strbuf_clear(&shown);
}

static struct txt
trim(struct txt t)
{
	while (t.len > 0 && field_is_blank(t.text[0])) {
		t.text++;
		t.len--;
	}
	while (t.len > 0 && field_is_blank(t.text[t.len - 1]))
		t.len--;
	return t;
}

/* One that cannot be used does not spoil the others (RPT-DNS-06). */
static void
add_uri(struct rua_list *list, struct txt uri, struct why *why)
{
	struct rua rua;
	struct why fault;

	if (rua_parse(uri.text, uri.len, &rua, &fault) == ST_OK)
		add(list, &rua);
	else
		skip(list, uri, &fault, why);
}

/* The octets before the first one of this kind, or all. */
static size_t
before(struct txt t, char c)
{
	const char *p = memchr(t.text, c, t.len);

	return p != NULL ? (size_t)(p - t.text) : t.len;
}

/* uri *(*WSP "," *WSP uri) */
static void
add_uris(struct rua_list *list, struct txt value, struct why *why)
{
	for (;;) {
		size_t n = before(value, ',');

		add_uri(list, trim((struct txt){ value.text, n }), why);
		if (n == value.len)
			return;
		value.text += n + 1;
		value.len -= n + 1;
	}
}

/* Up to the next ";": inside a URI it must be percent-encoded. */
static struct txt
take_rua(struct record_reader *r)
{
	struct txt value = { r->txt.text + r->pos, r->txt.len - r->pos };

	value.len = before(value, ';');
	r->pos += value.len;
	return value;
}

/* 1*(delim field) [delim], behind the version; of several "rua" the first counts (RPT-DNS-05). */
static enum status
find_rua(const struct txt *txt, struct txt *rua, struct why *why)
{
	struct record_reader r = { .txt = *txt, .pos = strlen(VERSION), .why = why };
	struct txt name, value;
	enum status rc;

	rua->text = NULL;
	while ((rc = record_next(&r, &name)) == ST_OK) {
		if (name.len == strlen("rua") && starts_with(&name, "rua")) {
			value = take_rua(&r);
			if (rua->text == NULL)
				*rua = value;
		} else if (record_skip_value(&r) != ST_OK) {
			return ST_SYNTAX;
		}
	}
	if (rc == ST_SYNTAX)
		return rc;
	if (rua->text != NULL)
		return ST_OK;
	why_set(why, "no field \"rua\"");
	return ST_SYNTAX;
}

static enum tlsrpt_record_outcome
parse(const struct txt *txt, struct rua_list *out, struct why *why)
{
	struct rua_list list = { .count = 0 };
	struct txt rua;

	if (find_rua(txt, &rua, why) != ST_OK)
		return TLSRPT_RECORD_INVALID;
	why_set(why, "%s", "");
	add_uris(&list, rua, why);
	if (list.count == 0)
		return TLSRPT_RECORD_INVALID;
	if (list.is_cut && list.skipped == 0)
		why_set(why, "more than %d destinations, only these are used", RUA_MAX);
	*out = list;
	return TLSRPT_RECORD_FOUND;
}

static void
explain_none(const struct txt *txt, size_t count, struct why *why)
{
	struct strbuf shown = STRBUF_INIT;

	if (count == 0) {
		why_set(why, "no TXT record");
	} else if (count > 1) {
		why_set(
		    why, "none of %zu TXT records starts with \"%s;\"", count, VERSION);
	} else {
		strbuf_escape(&shown, txt->text, txt->len, SHOWN_MAX);
		why_set(why, "the TXT record \"%s\" does not start with \"%s;\"",
		    strbuf_str(&shown), VERSION);
	}
	strbuf_clear(&shown);
}

enum tlsrpt_record_outcome
tlsrpt_record_select(const struct txt *txt, size_t count, size_t *which,
    struct rua_list *out, struct why *why)
{
	enum tlsrpt_record_outcome outcome;
	size_t i, chosen = 0, candidates = 0;

	for (i = 0; i < count; i++)
		if (starts_with(&txt[i], VERSION ";")) {
			chosen = i;
			candidates++;
		}
	if (candidates == 0) {
		explain_none(txt, count, why);
		return TLSRPT_RECORD_NONE;
	}
	if (candidates > 1) {
		why_set(why, "%zu TXT records start with \"%s;\"", candidates, VERSION);
		return TLSRPT_RECORD_SEVERAL;
	}
	outcome = parse(&txt[chosen], out, why);
	if (outcome == TLSRPT_RECORD_FOUND && which != NULL)
		*which = chosen;
	return outcome;
}
