/* SPDX-License-Identifier: ISC */
#include "report/dkim_relaxed.h"

#include <stdbool.h>

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* CR and LF count too: where a field is folded, a blank follows them. */
static bool
is_space(char c)
{
	return is_blank(c) || c == '\r' || c == '\n';
}

/* Append text with one space for each run of what is space, and none at its end. */
static void
add_squeezed(struct strbuf *out, const char *text, size_t len, bool (*is_gap)(char c))
{
	const char *end = text + len, *word;

	while (text < end) {
		word = text;
		while (word < end && is_gap(*word))
			word++;
		if (word == end)
			return;
		if (word > text)
			strbuf_addc(out, ' ');
		for (text = word; text < end && !is_gap(*text); text++)
			continue;
		strbuf_add(out, word, (size_t)(text - word));
	}
}

static void
add_lower(struct strbuf *out, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		strbuf_addc(
		    out, name[i] >= 'A' && name[i] <= 'Z' ? name[i] | 0x20 : name[i]);
}

void
dkim_relax_field(struct strbuf *out, const char *field, size_t len)
{
	const char *end = field + len, *colon = memchr(field, ':', len);
	const char *name_end = colon, *value = colon + 1;

	while (name_end > field && is_blank(name_end[-1]))
		name_end--;
	while (value < end && is_space(*value))
		value++;
	add_lower(out, field, (size_t)(name_end - field));
	strbuf_addc(out, ':');
	add_squeezed(out, value, (size_t)(end - value), is_space);
}

static bool
ends_with_empty_line(const struct strbuf *out, size_t start)
{
	return out->len == start + 2 ||
	       (out->len > start + 2 && out->data[out->len - 3] == '\n');
}

void
dkim_relax_body(struct strbuf *out, const char *body, size_t len)
{
	const char *end = body + len, *line_end;
	size_t start = out->len;

	strbuf_reserve(out, len + 2);
	while (body < end) {
		line_end = memmem(body, (size_t)(end - body), "\r\n", 2);
		if (line_end == NULL)
			line_end = end;
		add_squeezed(out, body, (size_t)(line_end - body), is_blank);
		strbuf_adds(out, "\r\n");
		body = line_end < end ? line_end + 2 : end;
	}
	while (ends_with_empty_line(out, start))
		strbuf_truncate(out, out->len - 2);
}
