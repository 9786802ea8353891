/* SPDX-License-Identifier: ISC */
#include "wire/tlsa_line.h"

#include <ctype.h>
#include <strings.h>

#include "base/number.h"

#define BLANKS      " \t\r"
#define SHOWN_MAX   40 /* octets of a word in a sentence */
#define HEAD_DIGITS 6  /* of usage, selector and matching type in hex */

/* --- lines ------------------------------------------------------------------------------ */

/* Append one line without its comment. */
static void
join_line(struct tlsa_text *t, bool *is_open)
{
	bool in_comment = false;

	for (; t->pos < t->len && t->text[t->pos] != '\n'; t->pos++) {
		char c = t->text[t->pos];

		in_comment = in_comment || c == ';';
		if (in_comment)
			continue;
		if (c == '(' || c == ')')
			*is_open = c == '(';
		strbuf_addc(&t->joined, c != '\0' ? c : '?');
	}
	t->lines++;
	if (t->pos < t->len)
		t->pos++;
}

/* The lines of the next record, more than one if a parenthesis joins them; false at the end. */
static bool
next_record(struct tlsa_text *t)
{
	bool is_open = false;

	strbuf_reset(&t->joined);
	t->line = t->lines + 1;
	if (t->pos == t->len)
		return false;
	join_line(t, &is_open);
	while (is_open && t->pos < t->len) {
		strbuf_addc(&t->joined, ' ');
		join_line(t, &is_open);
	}
	return true;
}

/* --- the words in front of the data ------------------------------------------------------- */

/* A record, word by word; what has been understood becomes blanks, so that octets keep their places. */
struct head {
	char *line;
	char *word;
	size_t len;
};

static bool
next_word(struct head *h)
{
	h->word += h->len;
	h->word += strspn(h->word, BLANKS);
	h->len = strcspn(h->word, BLANKS "()");
	return h->len > 0;
}

static bool
is_word(const struct head *h, const char *word)
{
	return h->len == strlen(word) && strncasecmp(h->word, word, h->len) == 0;
}

static bool
is_hex(const struct head *h)
{
	return strspn(h->word, "0123456789abcdefABCDEF") >= h->len;
}

static bool
is_tlsa(const struct head *h)
{
	return is_word(h, "TLSA") || is_word(h, "TYPE52");
}

/* What stands beside TLSA in the output of dig(1) and in zone files. */
static bool
is_other_type(const struct head *h)
{
	static const char *const types[] = { "A", "AAAA", "CNAME", "DNAME", "MX", "NS",
		"SOA", "TXT", "RRSIG", "NSEC", "NSEC3", "DNSKEY", "DS", "CAA" };
	size_t i;

	for (i = 0; i < COUNT_OF(types); i++)
		if (is_word(h, types[i]))
			return true;
	return false;
}

static void
wipe(struct head *h)
{
	memset(h->word, ' ', h->len);
}

static enum status
refuse_word(const struct head *h, struct why *why)
{
	struct strbuf shown = STRBUF_INIT;

	strbuf_escape(&shown, h->word, h->len, SHOWN_MAX);
	why_set(
	    why, "\"%s\" is neither TTL, class IN nor type TLSA", strbuf_str(&shown));
	strbuf_clear(&shown);
	return ST_SYNTAX;
}

/* One word before the type: owner, TTL or class. */
static enum status
take_word(struct head *h, struct strbuf *owner, struct tlsa_line *out, struct why *why)
{
	uint64_t ttl;

	if (is_word(h, "IN"))
		return ST_OK;
	if (number_parse(h->word, h->len, UINT32_MAX, &ttl) == ST_OK) {
		out->has_ttl = true;
		out->ttl_s = (uint32_t)ttl;
		return ST_OK;
	}
	if (h->word == h->line) {
		strbuf_add(owner, h->word, h->len);
		return ST_OK;
	}
	return isdigit((unsigned char)h->word[0]) ? ST_OK : refuse_word(h, why);
}

/* The words up to the type.  ST_NOTFOUND: it is another one. */
static enum status
take_head(struct head *h, struct strbuf *owner, struct tlsa_line *out, struct why *why)
{
	enum status rc;

	for (; h->len > 0 && !is_tlsa(h); next_word(h)) {
		if (is_other_type(h))
			return ST_NOTFOUND;
		rc = take_word(h, owner, out, why);
		if (rc != ST_OK)
			return rc;
		wipe(h);
	}
	if (h->len == 0) {
		why_set(why, "there is no TLSA record in it");
		return ST_SYNTAX;
	}
	wipe(h);
	next_word(h);
	return ST_OK;
}

/* --- the data ------------------------------------------------------------------------------- */

/* "\# 35 0301..." (RFC 3597, section 5) */
static enum status
take_generic(struct head *h, struct tlsa_set **out, struct why *why)
{
	uint64_t len;
	enum status rc;
	const struct tlsa *r;

	wipe(h);
	if (!next_word(h) || number_parse(h->word, h->len, UINT16_MAX, &len) != ST_OK) {
		why_set(why, "\"\\#\" wants the number of octets behind it");
		return ST_SYNTAX;
	}
	wipe(h);
	rc = tlsa_parse_hex(h->line, strlen(h->line), out, why);
	if (rc != ST_OK)
		return rc;
	r = &(*out)->records[0];
	if (len == (r->is_short ? 0u : 3u) + r->len)
		return ST_OK;
	why_set(why, "it is to have %u octets, and has %u", (unsigned)len,
	    (r->is_short ? 0u : 3u) + r->len);
	free(*out);
	*out = NULL;
	return ST_SYNTAX;
}

/* What begins with h->word; all before it is blank. */
static enum status
take_data(struct head *h, struct tlsa_set **out, struct why *why)
{
	size_t len = strlen(h->line);

	if (is_word(h, "\\#"))
		return take_generic(h, out, why);
	if (h->len > HEAD_DIGITS && is_hex(h))
		return tlsa_parse_hex(h->line, len, out, why);
	return tlsa_parse_text(h->line, len, out, why);
}

/* "tlsa201._dane.example.org." and nothing else */
static bool
is_bare_name(const struct head *h)
{
	return h->len > 1 && h->word[h->len - 1] == '.' &&
	       h->word[h->len + strspn(h->word + h->len, BLANKS)] == '\0';
}

static bool
has_type(struct head h)
{
	do
		if (is_tlsa(&h))
			return true;
	while (next_word(&h));
	return false;
}

/* Whether the record has nothing in front of its data: "3 1 1 ...", hex, or "\# ...". */
static bool
is_bare_data(const struct head *h)
{
	return (is_word(h, "\\#") || is_hex(h)) && !has_type(*h);
}

/* The record that was joined.  ST_NOTFOUND: it is none of TLSA. */
static enum status
take_record(struct tlsa_text *t, struct tlsa_line *out, struct why *why)
{
	struct head h = { .line = t->joined.data, .word = t->joined.data };
	enum status rc = ST_OK;

	next_word(&h);
	if (*h.word == '\0' || *h.word == '$' || is_bare_name(&h))
		return ST_NOTFOUND;
	if (!is_bare_data(&h))
		rc = take_head(&h, &t->owner, out, why);
	if (rc == ST_OK)
		rc = take_data(&h, &out->set, why);
	out->owner = strbuf_str(&t->owner);
	return rc;
}

enum status
tlsa_text_next(struct tlsa_text *t, struct tlsa_line *out, struct why *why)
{
	enum status rc = ST_NOTFOUND;
	struct why fault;

	while (rc == ST_NOTFOUND && next_record(t)) {
		*out = (struct tlsa_line){ .owner = "" };
		strbuf_reset(&t->owner);
		if (t->joined.len > 0)
			rc = take_record(t, out, &fault);
	}
	if (rc != ST_OK && rc != ST_NOTFOUND)
		why_set(why, "line %u: %s", t->line, fault.text);
	return rc;
}

void
tlsa_text_clear(struct tlsa_text *t)
{
	strbuf_clear(&t->joined);
	strbuf_clear(&t->owner);
}
