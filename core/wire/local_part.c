/* SPDX-License-Identifier: ISC */
#include "wire/local_part.h"

#include <stdbool.h>

#include "wire/field.h"

#define ATEXT_MARKS "!#$%&'*+-/=?^_`{|}~"

/* The content of a quoted-string; false when it is none. */
static bool
unquote(const char *text, size_t len, char *out, size_t *out_len)
{
	size_t i, n = 0;

	if (len < 2 || text[len - 1] != '"')
		return false;
	for (i = 1; i < len - 1; i++) {
		if (text[i] == '"')
			return false;
		if (text[i] == '\\' && ++i == len - 1)
			return false;
		out[n++] = text[i];
	}
	*out_len = n;
	return true;
}

static bool
is_dot_atom(const char *text, size_t len)
{
	char before = '.';
	size_t i;

	for (i = 0; i < len; before = text[i++])
		if (text[i] == '.' ? before == '.'
				   : !field_is_alnum(text[i]) &&
					 strchr(ATEXT_MARKS, text[i]) == NULL)
			return false;
	return before != '.';
}

static void
write_quoted(const char *text, size_t len, char *out)
{
	size_t i;

	*out++ = '"';
	for (i = 0; i < len; i++) {
		if (text[i] == '"' || text[i] == '\\')
			*out++ = '\\';
		*out++ = text[i];
	}
	*out++ = '"';
	*out = '\0';
}

enum status
local_part_write(const char *text, size_t len, char out[LOCAL_PART_TEXT_MAX])
{
	char content[LOCAL_PART_MAX];

	if (len > 0 && text[0] == '"') {
		if (!unquote(text, len, content, &len))
			return ST_SYNTAX;
		text = content;
	}
	if (len == 0)
		return ST_SYNTAX;
	if (is_dot_atom(text, len)) {
		memcpy(out, text, len);
		out[len] = '\0';
	} else {
		write_quoted(text, len, out);
	}
	return ST_OK;
}
