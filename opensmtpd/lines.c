/* SPDX-License-Identifier: ISC */
#include "lines.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"

#define SESSION_IN  "smtp-in"
#define SESSION_OUT "smtp-out"

/* --- octets to lines ---------------------------------------------------------------------- */

static void
keep(struct line_reader *r, const char *bytes, size_t len)
{
	size_t room = sizeof(r->bytes) - r->len;

	if (len > room) {
		r->is_cut = true;
		len = room;
	}
	memcpy(r->bytes + r->len, bytes, len);
	r->len += len;
}

void
line_read(
    struct line_reader *r, const char *bytes, size_t len, line_fn *on_line, void *arg)
{
	const char *end;
	size_t n;

	while ((end = memchr(bytes, '\n', len)) != NULL) {
		n = (size_t)(end - bytes);
		keep(r, bytes, n);
		on_line((struct txt){ r->bytes, r->len }, r->is_cut, arg);
		r->len = 0;
		r->is_cut = false;
		bytes += n + 1;
		len -= n + 1;
	}
	keep(r, bytes, len);
}

/* --- fields ------------------------------------------------------------------------------- */

struct txt
line_field(struct txt *rest)
{
	const char *end = memchr(rest->text, '|', rest->len);
	struct txt field = *rest;

	if (end == NULL) {
		rest->text += rest->len;
		rest->len = 0;
		return field;
	}
	field.len = (size_t)(end - field.text);
	rest->text += field.len + 1;
	rest->len -= field.len + 1;
	return field;
}

struct txt
line_last_field(struct txt *rest)
{
	const char *start = memrchr(rest->text, '|', rest->len);
	struct txt field = *rest;

	if (start == NULL) {
		rest->len = 0;
		return field;
	}
	rest->len = (size_t)(start - rest->text);
	field.text = start + 1;
	field.len -= rest->len + 1;
	return field;
}

bool
txt_is(struct txt txt, const char *word)
{
	return txt.len == strlen(word) && memcmp(txt.text, word, txt.len) == 0;
}

bool
txt_starts(struct txt txt, const char *word)
{
	return txt.len >= strlen(word) &&
	       strncasecmp(txt.text, word, strlen(word)) == 0;
}

void
txt_keep(char *out, size_t size, struct txt txt)
{
	size_t len = txt.len < size ? txt.len : size - 1;

	memcpy(out, txt.text, len);
	out[len] = '\0';
}

/* --- lines for filters -------------------------------------------------------------------- */

/* Sessions and tokens are numbers of 64 bits, in small letters. */
static bool
id_read(struct txt text, uint64_t *out)
{
	uint64_t id = 0;
	size_t i;

	if (text.len == 0 || text.len > ID_MAX)
		return false;
	for (i = 0; i < text.len; i++) {
		int value = hex_value(text.text[i]);

		if (value == -1 || isupper((unsigned char)text.text[i]))
			return false;
		id = id << 4 | (unsigned)value;
	}
	*out = id;
	return true;
}

/* "0.6" */
static bool
version_read(struct txt text, bool *is_token_first)
{
	const char *dot = memchr(text.text, '.', text.len);
	size_t major_len = dot != NULL ? (size_t)(dot - text.text) : 0;
	uint64_t major, minor;

	if (dot == NULL ||
	    number_parse(text.text, major_len, UINT32_MAX, &major) != ST_OK ||
	    number_parse(dot + 1, text.len - major_len - 1, UINT32_MAX, &minor) !=
		ST_OK)
		return false;
	*is_token_first = major == 0 && minor < 5;
	return true;
}

/* "1795294502.388421" */
static time_t
time_read(struct txt text)
{
	const char *dot = memchr(text.text, '.', text.len);
	size_t len = dot != NULL ? (size_t)(dot - text.text) : text.len;
	uint64_t seconds;

	if (number_parse(text.text, len, INT64_MAX, &seconds) != ST_OK)
		return 0;
	return (time_t)seconds;
}

/* VERSION|TIME|SUBSYSTEM|EVENT|SESSION, as reports and requests have it. */
static bool
head_read(struct txt *rest, struct filter_line *out)
{
	struct txt version = line_field(rest), when = line_field(rest),
		   subsystem = line_field(rest);

	out->when = time_read(when);
	out->is_inbound = txt_is(subsystem, SESSION_IN);
	out->event = line_field(rest);
	out->session = line_field(rest);
	return version_read(version, &out->is_token_first) &&
	       (out->is_inbound || txt_is(subsystem, SESSION_OUT)) &&
	       id_read(out->session, &out->id);
}

static bool
token_read(struct txt *rest, struct filter_line *out)
{
	uint64_t number;

	out->token = line_field(rest);
	return id_read(out->token, &number);
}

void
filter_line_read(struct txt line, struct filter_line *out)
{
	struct txt rest = line, stream = line_field(&rest);

	memset(out, 0, sizeof(*out));
	out->kind = LINE_OTHER;
	if (txt_is(line, "config|ready"))
		out->kind = LINE_READY;
	else if (txt_is(stream, "report") && head_read(&rest, out))
		out->kind = LINE_REPORT;
	else if (txt_is(stream, "filter") && head_read(&rest, out) &&
		 token_read(&rest, out))
		out->kind = LINE_REQUEST;
	out->rest = rest;
}

/* --- addresses ------------------------------------------------------------------------------ */

struct txt
address_domain(struct txt address)
{
	size_t i = address.len > 0 && address.text[0] == '<', start = 0;
	bool is_quoted = false;

	for (; i < address.len; i++) {
		char c = address.text[i];

		if (c == '"')
			is_quoted = !is_quoted;
		else if (c == '\\')
			i++;
		else if (c == '@' && !is_quoted)
			start = i + 1;
		else if ((c == '>' || c == ' ') && !is_quoted)
			break;
	}
	if (i > address.len)
		i = address.len;
	if (start == 0 || (start < i && address.text[start] == '['))
		i = start;
	return (struct txt){ address.text + start, i - start };
}
