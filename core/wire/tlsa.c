/* SPDX-License-Identifier: ISC */
#include "wire/tlsa.h"

#include <stdbool.h>

#include "base/mem.h"
#include "base/number.h"

#define HEAD_LEN  3 /* usage, selector, matching type */
#define RDATA_MAX UINT16_MAX

/* A set with room for bytes of data behind its records; *data is that room. */
static struct tlsa_set *
set_alloc(size_t count, size_t bytes, uint8_t **data)
{
	struct tlsa_set *set;
	size_t head = sizeof(*set) + count * sizeof(set->records[0]);

	set = xmalloc(head + bytes);
	set->count = count;
	*data = (uint8_t *)set + head;
	return set;
}

/* Copies the data of from to *data and moves *data behind it. */
static struct tlsa
record_put(struct tlsa from, uint8_t **data)
{
	struct tlsa to = from;

	to.data = *data;
	if (from.len > 0)
		memcpy(*data, from.data, from.len);
	*data += from.len;
	return to;
}

static struct tlsa
record_view(const struct tlsa_rdata *r)
{
	if (r->len < HEAD_LEN)
		return (struct tlsa){
			.is_short = 1, .len = (uint16_t)r->len, .data = r->bytes
		};
	return (struct tlsa){
		.usage = r->bytes[0],
		.selector = r->bytes[1],
		.matching = r->bytes[2],
		.len = (uint16_t)(r->len - HEAD_LEN),
		.data = r->bytes + HEAD_LEN,
	};
}

struct tlsa_set *
tlsa_set_new(const struct tlsa_rdata *rdata, size_t count)
{
	struct tlsa_set *set;
	uint8_t *data;
	size_t i, bytes = 0;

	for (i = 0; i < count; i++)
		bytes += record_view(&rdata[i]).len;
	set = set_alloc(count, bytes, &data);
	for (i = 0; i < count; i++)
		set->records[i] = record_put(record_view(&rdata[i]), &data);
	return set;
}

bool
tlsa_equal(const struct tlsa *a, const struct tlsa *b)
{
	return a->usage == b->usage && a->selector == b->selector &&
	       a->matching == b->matching && a->is_short == b->is_short &&
	       a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

struct tlsa_set *
tlsa_set_copy(const struct tlsa_set *set)
{
	struct tlsa_set *copy;
	uint8_t *data;
	size_t i, bytes = 0;

	if (set == NULL)
		return NULL;
	for (i = 0; i < set->count; i++)
		bytes += set->records[i].len;
	copy = set_alloc(set->count, bytes, &data);
	for (i = 0; i < set->count; i++)
		copy->records[i] = record_put(set->records[i], &data);
	return copy;
}

static void
add_hex(struct strbuf *out, const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	strbuf_reserve(out, 2 * len);
	for (i = 0; i < len; i++) {
		strbuf_addc(out, digits[bytes[i] >> 4]);
		strbuf_addc(out, digits[bytes[i] & 0xf]);
	}
}

void
tlsa_add_text(struct strbuf *out, const struct tlsa *record)
{
	const uint8_t head[HEAD_LEN] = { record->usage, record->selector,
		record->matching };

	if (!record->is_short && record->len > 0) {
		strbuf_addf(out, "%u %u %u ", head[0], head[1], head[2]);
		add_hex(out, record->data, record->len);
		return;
	}
	strbuf_addf(out, "\\# %u", record->is_short ? record->len : (unsigned)HEAD_LEN);
	if (record->is_short && record->len == 0)
		return;
	strbuf_addc(out, ' ');
	if (record->is_short)
		add_hex(out, record->data, record->len);
	else
		add_hex(out, head, HEAD_LEN);
}

/* The presentation form, read from left to right. */
struct reader {
	const char *text;
	size_t len, pos;
	bool in_parentheses;
	struct why *why;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
is_separator(char c)
{
	return is_blank(c) || c == '(' || c == ')';
}

/* A parenthesis opens or closes; they do not nest. */
static bool
is_balanced(struct reader *r, char c)
{
	if (r->in_parentheses == (c == '('))
		return false;
	r->in_parentheses = c == '(';
	return true;
}

/*
 * Move to the next byte that is neither white space nor a parenthesis.  A line end
 * outside parentheses would start another record, which must not be read as more of
 * this one.
 */
static enum status
skip_blanks(struct reader *r)
{
	for (; r->pos < r->len; r->pos++) {
		char c = r->text[r->pos];

		if (c == '\n' && !r->in_parentheses) {
			why_set(r->why, "more than one line outside parentheses");
			return ST_SYNTAX;
		}
		if (is_blank(c))
			continue;
		if (c != '(' && c != ')')
			break;
		if (!is_balanced(r, c)) {
			why_set(
			    r->why, "unbalanced parenthesis at octet %zu", r->pos + 1);
			return ST_SYNTAX;
		}
	}
	return ST_OK;
}

static enum status
take_number(struct reader *r, const char *name, uint8_t *out)
{
	const char *start;
	size_t len = 0;
	uint64_t n;
	enum status rc = skip_blanks(r);

	if (rc != ST_OK)
		return rc;
	start = r->text + r->pos;
	while (r->pos < r->len && !is_separator(r->text[r->pos])) {
		r->pos++;
		len++;
	}
	rc = number_parse(start, len, UINT8_MAX, &n);
	if (rc != ST_OK)
		why_set(r->why, "the %s is not a number from 0 to 255", name);
	else
		*out = (uint8_t)n;
	return rc;
}

/* Append all hex digits up to the end as octets. */
static enum status
take_hex(struct reader *r, struct strbuf *rdata)
{
	int high = -1, value;
	enum status rc;

	while ((rc = skip_blanks(r)) == ST_OK && r->pos < r->len) {
		value = hex_value(r->text[r->pos]);
		if (value < 0) {
			why_set(r->why, "octet %zu is no hex digit", r->pos + 1);
			return ST_SYNTAX;
		}
		if (high >= 0 && rdata->len == RDATA_MAX) {
			why_set(r->why, "more data than a record can hold");
			return ST_RANGE;
		}
		if (high >= 0)
			strbuf_addc(rdata, (char)(high << 4 | value));
		high = high >= 0 ? -1 : value;
		r->pos++;
	}
	if (rc == ST_OK && high >= 0) {
		why_set(r->why, "odd number of hex digits");
		return ST_SYNTAX;
	}
	return rc;
}

static enum status
take_record(struct reader *r, struct strbuf *rdata)
{
	static const char *const names[HEAD_LEN] = { "usage", "selector",
		"matching type" };
	uint8_t n;
	enum status rc;
	size_t i;

	for (i = 0; i < HEAD_LEN; i++) {
		rc = take_number(r, names[i], &n);
		if (rc != ST_OK)
			return rc;
		strbuf_addc(rdata, (char)n);
	}
	rc = take_hex(r, rdata);
	if (rc != ST_OK)
		return rc;
	if (r->in_parentheses || rdata->len == HEAD_LEN) {
		why_set(r->why, r->in_parentheses ? "\"(\" without \")\"" : "no data");
		return ST_SYNTAX;
	}
	return ST_OK;
}

/* Read all of text with take. */
static enum status
parse(const char *text, size_t len,
    enum status (*take)(struct reader *r, struct strbuf *rdata), struct tlsa_set **out,
    struct why *why)
{
	struct reader r = { .text = text, .len = len, .why = why };
	struct strbuf rdata = STRBUF_INIT;
	enum status rc;

	*out = NULL;
	while (r.len > 0 && is_blank(text[r.len - 1]))
		r.len--;
	while (r.pos < r.len && is_blank(text[r.pos]))
		r.pos++;
	rc = take(&r, &rdata);
	if (rc == ST_OK && r.in_parentheses) {
		why_set(why, "\"(\" without \")\"");
		rc = ST_SYNTAX;
	}
	if (rc == ST_OK)
		*out = tlsa_set_new(
		    &(struct tlsa_rdata){
			(const uint8_t *)strbuf_str(&rdata), rdata.len },
		    1);
	strbuf_clear(&rdata);
	return rc;
}

enum status
tlsa_parse_text(const char *text, size_t len, struct tlsa_set **out, struct why *why)
{
	return parse(text, len, take_record, out, why);
}

enum status
tlsa_parse_hex(const char *text, size_t len, struct tlsa_set **out, struct why *why)
{
	return parse(text, len, take_hex, out, why);
}
