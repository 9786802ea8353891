/* SPDX-License-Identifier: ISC */
#include "wire/json_cursor.h"

#include <assert.h>
#include <stdint.h>

#include "wire/utf8.h"

#define REPLACEMENT 0xfffd /* stands for what is no character */

void
json_stop(struct json_cursor *c, const char *fault)
{
	if (c->fault == NULL)
		c->fault = fault;
}

/* The octet at pos; NUL, which is none of JSON, at the end and after a fault. */
static char
next(const struct json_cursor *c)
{
	return c->fault == NULL && c->pos < c->len ? c->text[c->pos] : '\0';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char
next_visible(struct json_cursor *c)
{
	while (is_blank(next(c)))
		c->pos++;
	return next(c);
}

static void
expect(struct json_cursor *c, char wanted, const char *fault)
{
	if (next_visible(c) == wanted)
		c->pos++;
	else
		json_stop(c, c->pos < c->len ? fault : "ends too early");
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

enum json_kind
json_peek(struct json_cursor *c)
{
	char first = next_visible(c);

	if (first == '"')
		return JSON_TEXT;
	if (first == '[')
		return JSON_ARRAY;
	if (first == '{')
		return JSON_OBJECT;
	if (first == '-' || is_digit(first))
		return JSON_NUMBER;
	if (first == 'n' || first == 't' || first == 'f')
		return JSON_WORD;
	json_stop(c, c->pos < c->len ? "no value" : "ends too early");
	return JSON_NONE;
}

/* --- strings ---------------------------------------------------------------- */

/* UTF-8 (RFC 3629, section 3). */
static size_t
put_character(char *out, uint32_t code)
{
	static const uint32_t marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4, i;

	for (i = len - 1; i > 0; i--, code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3f));
	out[0] = (char)(marks[len] | code);
	return len;
}

/* "\uXXXX" at pos; false: that is not there. */
static bool
read_unit(const struct json_cursor *c, uint32_t *unit)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	if (c->len - c->pos < 6 || memcmp(c->text + c->pos, "\\u", 2) != 0)
		return false;
	for (*unit = 0, i = 2; i < 6; i++) {
		char digit = c->text[c->pos + i];
		const char *at;

		if (digit >= 'A' && digit <= 'F')
			digit = (char)(digit - 'A' + 'a');
		at = memchr(digits, digit, 16);
		if (at == NULL)
			return false;
		*unit = *unit << 4 | (uint32_t)(at - digits);
	}
	return true;
}

/* One \u escape, or two that make one character. */
static size_t
take_unicode(struct json_cursor *c, char *out)
{
	uint32_t code, low;

	if (!read_unit(c, &code)) {
		json_stop(c, "\\u without four hexadecimal digits");
		return 0;
	}
	c->pos += 6;
	if (code >= 0xd800 && code < 0xdc00 && read_unit(c, &low) && low >= 0xdc00 &&
	    low < 0xe000) {
		c->pos += 6;
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
	}
	if (code == 0 || (code >= 0xd800 && code < 0xe000))
		code = REPLACEMENT;
	return put_character(out, code);
}

static size_t
take_escape(struct json_cursor *c, char *out)
{
	static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
	char letter = c->len - c->pos > 1 ? c->text[c->pos + 1] : '\0';
	const char *at = memchr(letters, letter, sizeof(letters) - 1);

	if (letter == 'u')
		return take_unicode(c, out);
	if (at == NULL) {
		json_stop(c, "unknown escape");
		return 0;
	}
	c->pos += 2;
	*out = meanings[at - letters];
	return 1;
}

static size_t
take_character(struct json_cursor *c, char *out)
{
	const char *from = c->text + c->pos;
	size_t n = *from == 0x7f ? 1 : utf8_len(from, c->len - c->pos);

	if (*from == '\\')
		return take_escape(c, out);
	if (n == 0) {
		json_stop(c, (unsigned char)*from < 0x20
				 ? "control character in a string"
				 : "not UTF-8");
		return 0;
	}
	memmove(out, from, n);
	c->pos += n;
	return n;
}

/* As much as stands for itself: nearly all of nearly every string. */
static size_t
take_plain(struct json_cursor *c, char *out)
{
	const char *from = c->text + c->pos;
	size_t n = 0, left = c->len - c->pos;

	while (n < left && from[n] >= 0x20 && from[n] != '"' && from[n] != '\\')
		n++;
	if (out != NULL)
		memmove(out, from, n);
	c->pos += n;
	return n;
}

size_t
json_take_text(struct json_cursor *c, char *out)
{
	char character[4];
	size_t n = 0;

	expect(c, '"', "no string");
	while (c->fault == NULL && c->pos < c->len && c->text[c->pos] != '"') {
		n += take_plain(c, out != NULL ? out + n : NULL);
		if (c->pos < c->len && c->text[c->pos] != '"')
			n += take_character(c, out != NULL ? out + n : character);
	}
	if (c->fault == NULL && c->pos == c->len)
		json_stop(c, "ends too early");
	if (c->fault != NULL)
		return 0;
	c->pos++;
	return n;
}

/* --- other values ------------------------------------------------------------ */

static void
pass_digits(struct json_cursor *c)
{
	if (!is_digit(next(c)))
		json_stop(c, "not a number");
	while (is_digit(next(c)))
		c->pos++;
}

struct txt
json_take_number(struct json_cursor *c)
{
	size_t start;

	if (json_peek(c) != JSON_NUMBER)
		json_stop(c, "no number");
	start = c->pos;
	if (next(c) == '-')
		c->pos++;
	if (next(c) == '0')
		c->pos++;
	else
		pass_digits(c);
	if (next(c) == '.') {
		c->pos++;
		pass_digits(c);
	}
	if (next(c) == 'e' || next(c) == 'E') {
		c->pos++;
		if (next(c) == '+' || next(c) == '-')
			c->pos++;
		pass_digits(c);
	}
	return (struct txt){ c->text + start, c->fault == NULL ? c->pos - start : 0 };
}

static void
pass_word(struct json_cursor *c)
{
	static const char *const words[] = { "null", "true", "false" };
	size_t i;

	for (i = 0; i < COUNT_OF(words); i++) {
		size_t n = strlen(words[i]);

		if (c->len - c->pos >= n &&
		    memcmp(c->text + c->pos, words[i], n) == 0) {
			c->pos += n;
			return;
		}
	}
	json_stop(c, "no value");
}

/* Goes as deep as json_enter() lets it. */
void
json_skip(struct json_cursor *c)
{
	struct txt name;

	switch (json_peek(c)) {
	case JSON_TEXT:
		json_take_text(c, NULL);
		break;
	case JSON_NUMBER:
		json_take_number(c);
		break;
	case JSON_WORD:
		pass_word(c);
		break;
	case JSON_ARRAY:
		for (json_enter(c); json_next_item(c);)
			json_skip(c);
		break;
	case JSON_OBJECT:
		for (json_enter(c); json_next_member(c, &name);)
			json_skip(c);
		break;
	case JSON_NONE:
		break;
	}
}

/* --- arrays and objects -------------------------------------------------------- */

void
json_enter(struct json_cursor *c)
{
	enum json_kind kind = json_peek(c);

	if (kind != JSON_ARRAY && kind != JSON_OBJECT)
		json_stop(c, "neither array nor object");
	if (c->depth == JSON_DEPTH_MAX)
		json_stop(c, "nested too deeply");
	if (c->fault != NULL)
		return;
	c->pos++;
	c->depth++;
	c->is_first = true;
}

/* To the next element, past its comma; or out, past the closing bracket. */
static bool
next_element(struct json_cursor *c, char closing)
{
	bool is_first = c->is_first;

	c->is_first = false;
	if (next_visible(c) == closing) {
		assert(c->depth > 0);
		c->pos++;
		c->depth--;
		return false;
	}
	if (!is_first)
		expect(c, ',', "neither a comma nor a closing bracket");
	return c->fault == NULL;
}

bool
json_next_item(struct json_cursor *c)
{
	return next_element(c, ']');
}

bool
json_next_member(struct json_cursor *c, struct txt *name)
{
	size_t start;

	if (!next_element(c, '}'))
		return false;
	next_visible(c);
	start = c->pos + 1;
	json_take_text(c, NULL);
	if (c->fault == NULL)
		*name = (struct txt){ c->text + start, c->pos - 1 - start };
	expect(c, ':', "no colon");
	return c->fault == NULL;
}

void
json_end(struct json_cursor *c)
{
	next_visible(c);
	if (c->pos < c->len)
		json_stop(c, "goes on behind its end");
}

void
json_why(const struct json_cursor *c, struct why *why)
{
	size_t line = 1, column = 1, i;

	for (i = 0; i < c->pos; i++)
		if (c->text[i] == '\n') {
			line++;
			column = 1;
		} else {
			column++;
		}
	why_set(why, "line %zu, column %zu: %s", line, column, c->fault);
}
