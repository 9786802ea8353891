/* SPDX-License-Identifier: ISC */
#include "wire/mime.h"

#include <strings.h>

#include "base/base64.h"
#include "base/number.h"
#include "wire/field.h"
#include "wire/txt.h"

#define BOUNDARY_MAX 200 /* 70 in RFC 2046, section 5.1.1 */

/* --- lines and fields --------------------------------------------------------------- */

/* Take the next line off the front, without its end; false: there is none. */
static bool
take_line(struct txt *rest, struct txt *line)
{
	const char *end = memchr(rest->text, '\n', rest->len);
	size_t taken = end != NULL ? (size_t)(end - rest->text) + 1 : rest->len;

	if (rest->len == 0)
		return false;
	*line = (struct txt){ rest->text, taken - (end != NULL) };
	if (end != NULL && line->len > 0 && line->text[line->len - 1] == '\r')
		line->len--;
	rest->text += taken;
	rest->len -= taken;
	return true;
}

static struct txt
skip_blanks(struct txt t)
{
	while (t.len > 0 && field_is_blank(t.text[0])) {
		t.text++;
		t.len--;
	}
	return t;
}

static bool
is_named(struct txt line, const char *name)
{
	size_t n = strlen(name);

	return line.len > n && line.text[n] == ':' &&
	       strncasecmp(line.text, name, n) == 0;
}

/* A line of a field at hand, as far as there is room for it. */
static void
add_folded(struct strbuf *out, size_t start, struct txt part)
{
	size_t used = out->len - start;

	part = skip_blanks(part);
	if (used > 0 && used < MIME_FIELD_MAX)
		strbuf_addc(out, ' ');
	used = out->len - start;
	if (used < MIME_FIELD_MAX)
		strbuf_add(out, part.text,
		    part.len < MIME_FIELD_MAX - used ? part.len
						     : MIME_FIELD_MAX - used);
}

bool
mime_field(const char *mail, size_t len, const char *name, struct strbuf *out)
{
	struct txt rest = { mail, len }, line;
	size_t start = out->len, n = strlen(name) + 1;
	bool is_found = false;

	while (take_line(&rest, &line) && line.len > 0) {
		if (field_is_blank(line.text[0])) {
			if (is_found)
				add_folded(out, start, line);
		} else if (is_found) {
			break;
		} else if (is_named(line, name)) {
			is_found = true;
			add_folded(
			    out, start, (struct txt){ line.text + n, line.len - n });
		}
	}
	return is_found;
}

/* What stands behind the first empty line. */
static struct txt
body_of(struct txt entity)
{
	struct txt line;

	while (take_line(&entity, &line) && line.len > 0)
		continue;
	return entity;
}

/* --- what the fields of a part say ---------------------------------------------------- */

static void
read_type(const struct strbuf *field, char type[MIME_TYPE_MAX + 1])
{
	const char *text = strbuf_str(field);
	size_t n = strcspn(text, "; \t"), i;

	if (n > MIME_TYPE_MAX)
		n = 0;
	for (i = 0; i < n; i++)
		type[i] =
		    (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] | 0x20 : text[i]);
	type[n] = '\0';
}

/* The value of a parameter, past its end; a quoted one may hold everything but a quote. */
static const char *
read_value(const char *text, struct txt *value)
{
	bool is_quoted = text[0] == '"';

	text += is_quoted;
	*value = (struct txt){ text, strcspn(text, is_quoted ? "\"" : "; \t") };
	text += value->len;
	return text + (is_quoted && text[0] == '"');
}

/* The boundary of a multipart; len 0: none that could be used. */
static struct txt
find_boundary(const struct strbuf *field)
{
	static const char key[] = "boundary=";
	const char *text = strbuf_str(field);
	struct txt value = { text, 0 };

	for (text += strcspn(text, ";"); text[0] == ';'; text += strcspn(text, ";")) {
		bool is_boundary;

		text += 1 + strspn(text + 1, " \t");
		is_boundary = strncasecmp(text, key, strlen(key)) == 0;
		text += strcspn(text, "=;\"");
		if (text[0] == '=')
			text = read_value(text + 1, &value);
		if (is_boundary && value.len <= BOUNDARY_MAX)
			return value;
	}
	return (struct txt){ text, 0 };
}

static enum mime_encoding
read_encoding(struct txt entity)
{
	struct strbuf field = STRBUF_INIT;
	enum mime_encoding encoding = MIME_AS_IS;

	mime_field(entity.text, entity.len, "Content-Transfer-Encoding", &field);
	strbuf_truncate(&field, strcspn(strbuf_str(&field), "; \t"));
	if (strcasecmp(strbuf_str(&field), "base64") == 0)
		encoding = MIME_BASE64;
	else if (strcasecmp(strbuf_str(&field), "quoted-printable") == 0)
		encoding = MIME_QUOTED_PRINTABLE;
	strbuf_clear(&field);
	return encoding;
}

/* --- parts in parts --------------------------------------------------------------------- */

struct walk {
	mime_part_fn *fn;
	void *arg;
	unsigned depth;
};

static bool walk_entity(struct walk *walk, struct txt entity);

enum delimiter { NO_DELIMITER, NEXT_PART, LAST_PART };

static enum delimiter
delimiter_of(struct txt line, struct txt boundary)
{
	size_t n = boundary.len + 2;
	struct txt behind;

	if (line.len < n || memcmp(line.text, "--", 2) != 0 ||
	    memcmp(line.text + 2, boundary.text, boundary.len) != 0)
		return NO_DELIMITER;
	behind = skip_blanks((struct txt){ line.text + n, line.len - n });
	if (behind.len == 0)
		return NEXT_PART;
	return line.len >= n + 2 && memcmp(line.text + n, "--", 2) == 0 ? LAST_PART
									: NO_DELIMITER;
}

/* The line end in front of a delimiter belongs to it (RFC 2046, section 5.1.1). */
static struct txt
between(const char *start, const char *end)
{
	if (end > start && end[-1] == '\n')
		end--;
	if (end > start && end[-1] == '\r')
		end--;
	return (struct txt){ start, (size_t)(end - start) };
}

static bool
walk_multipart(struct walk *walk, struct txt body, struct txt boundary)
{
	const char *start = NULL;
	enum delimiter delimiter = NO_DELIMITER;
	struct txt line;

	while (delimiter != LAST_PART && take_line(&body, &line)) {
		delimiter = delimiter_of(line, boundary);
		if (delimiter == NO_DELIMITER)
			continue;
		if (start != NULL && walk_entity(walk, between(start, line.text)))
			return true;
		start = body.text;
	}
	return start != NULL && delimiter != LAST_PART &&
	       walk_entity(walk, (struct txt){ start, (size_t)(body.text - start) });
}

static bool
walk_into(
    struct walk *walk, struct txt entity, const struct strbuf *type, struct txt body)
{
	struct mime_part part = { .body = body.text, .len = body.len };
	struct txt boundary;

	read_type(type, part.type);
	if (strcmp(part.type, "message/rfc822") == 0)
		return walk_entity(walk, body);
	if (strncmp(part.type, "multipart/", strlen("multipart/")) == 0) {
		boundary = find_boundary(type);
		return boundary.len > 0 && walk_multipart(walk, body, boundary);
	}
	part.encoding = read_encoding(entity);
	return walk->fn(&part, walk->arg);
}

static bool
walk_entity(struct walk *walk, struct txt entity)
{
	struct strbuf type = STRBUF_INIT;
	bool is_enough;

	if (walk->depth == MIME_DEPTH_MAX)
		return false;
	walk->depth++;
	mime_field(entity.text, entity.len, "Content-Type", &type);
	is_enough = walk_into(walk, entity, &type, body_of(entity));
	walk->depth--;
	strbuf_clear(&type);
	return is_enough;
}

bool
mime_each_part(const char *mail, size_t len, mime_part_fn *fn, void *arg)
{
	struct walk walk = { .fn = fn, .arg = arg };

	return walk_entity(&walk, (struct txt){ mail, len });
}

/* --- transfer encodings ------------------------------------------------------------------ */

/* Everything but digits is passed over, the padding may be missing (RFC 2045, section 6.8). */
static enum status
decode_base64(struct txt body, struct strbuf *out, struct why *why)
{
	struct strbuf digits = STRBUF_INIT;
	size_t i, decoded = 0;
	enum status rc;

	strbuf_reserve(&digits, body.len + 3);
	for (i = 0; i < body.len && body.text[i] != '='; i++)
		if (field_is_alnum(body.text[i]) || body.text[i] == '+' ||
		    body.text[i] == '/')
			digits.data[digits.len++] = body.text[i];
	while (digits.len % 4 != 0)
		digits.data[digits.len++] = '=';
	strbuf_reserve(out, BASE64_DECODED_MAX(digits.len));
	rc = base64_decode(
	    digits.data, digits.len, (uint8_t *)out->data + out->len, &decoded);
	strbuf_truncate(out, out->len + (rc == ST_OK ? decoded : 0));
	strbuf_clear(&digits);
	if (rc != ST_OK)
		why_set(why, "the attachment's base64 is damaged");
	return rc;
}

/* RFC 2045, section 6.7; a "=" that means nothing stands for itself. */
static void
decode_quoted(struct txt body, struct strbuf *out)
{
	struct txt line;

	while (take_line(&body, &line)) {
		bool is_soft = false;
		size_t i;

		while (line.len > 0 && field_is_blank(line.text[line.len - 1]))
			line.len--;
		for (i = 0; i < line.len; i++) {
			const char *p = line.text + i;
			bool is_octet = p[0] == '=' && line.len - i > 2 &&
					hex_value(p[1]) >= 0 && hex_value(p[2]) >= 0;

			is_soft = p[0] == '=' && i + 1 == line.len;
			if (is_octet)
				strbuf_addc(out,
				    (char)(hex_value(p[1]) << 4 | hex_value(p[2])));
			else if (!is_soft)
				strbuf_addc(out, p[0]);
			i += is_octet ? 2 : 0;
		}
		if (!is_soft && body.len > 0)
			strbuf_addc(out, '\n');
	}
}

enum status
mime_decode(const struct mime_part *part, struct strbuf *out, struct why *why)
{
	struct txt body = { part->body, part->len };

	switch (part->encoding) {
	case MIME_BASE64:
		return decode_base64(body, out, why);
	case MIME_QUOTED_PRINTABLE:
		decode_quoted(body, out);
		return ST_OK;
	case MIME_AS_IS:
		strbuf_add(out, part->body, part->len);
		return ST_OK;
	}
	return ST_SYNTAX;
}
