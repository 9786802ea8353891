/* SPDX-License-Identifier: ISC */
#include "wire/record_reader.h"

#include <stdbool.h>

#include "wire/field.h"

static void
skip_blanks(struct record_reader *r)
{
	while (r->pos < r->txt.len && field_is_blank(r->txt.text[r->pos]))
		r->pos++;
}

static bool
is_value_byte(char c)
{
	return c > 0x20 && c < 0x7f && c != ';' && c != '=';
}

static enum status
take_delimiter(struct record_reader *r)
{
	skip_blanks(r);
	if (r->pos == r->txt.len) {
		why_set(r->why, "white space at the end without \";\"");
		return ST_SYNTAX;
	}
	if (r->txt.text[r->pos] != ';') {
		why_set(r->why, "octet 0x%02x at position %zu where \";\" was expected",
		    (unsigned char)r->txt.text[r->pos], r->pos + 1);
		return ST_SYNTAX;
	}
	r->pos++;
	skip_blanks(r);
	return ST_OK;
}

enum status
record_next(struct record_reader *r, struct txt *name)
{
	const char *text;
	size_t len, left;

	if (r->pos == r->txt.len)
		return ST_NOTFOUND;
	if (take_delimiter(r) != ST_OK)
		return ST_SYNTAX;
	text = r->txt.text + r->pos;
	left = r->txt.len - r->pos;
	if (left == 0)
		return ST_NOTFOUND;
	len = field_name_len(text, left);
	if (len == 0 || len == left || text[len] != '=') {
		why_set(r->why, "no field \"NAME=VALUE\" at octet %zu", r->pos + 1);
		return ST_SYNTAX;
	}
	*name = (struct txt){ text, len };
	r->pos += len + 1;
	return ST_OK;
}

enum status
record_skip_value(struct record_reader *r)
{
	size_t start = r->pos;

	while (r->pos < r->txt.len && is_value_byte(r->txt.text[r->pos]))
		r->pos++;
	if (r->pos > start)
		return ST_OK;
	why_set(r->why, "field without a value at octet %zu", start + 1);
	return ST_SYNTAX;
}
