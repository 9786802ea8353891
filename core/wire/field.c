/* SPDX-License-Identifier: ISC */
#include "wire/field.h"

#include "base/attr.h"

bool
field_is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

bool
field_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

size_t
field_name_len(const char *text, size_t len)
{
	size_t i;

	if (len == 0 || !field_is_alnum(text[0]))
		return 0;
	for (i = 1; i < len && i < FIELD_NAME_MAX; i++)
		if (!field_is_alnum(text[i]) && text[i] != '_' && text[i] != '-' &&
		    text[i] != '.')
			break;
	return i;
}

/* UTF8-2 to UTF8-4 of RFC 3629, section 4: neither overlong nor surrogate. */
static const struct {
	unsigned char first_low, first_high, second_low, second_high;
	size_t len;
} sequences[] = {
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
	{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 },
	{ 0xed, 0xed, 0x80, 0x9f, 3 },
	{ 0xee, 0xef, 0x80, 0xbf, 3 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
	{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

/* The octets of the character at the start of text beyond ASCII; 0 when it is none. */
static size_t
sequence_len(const unsigned char *text, size_t len)
{
	size_t i, k;

	for (i = 0; i < COUNT_OF(sequences); i++) {
		if (text[0] < sequences[i].first_low ||
		    text[0] > sequences[i].first_high)
			continue;
		if (len < sequences[i].len || text[1] < sequences[i].second_low ||
		    text[1] > sequences[i].second_high)
			return 0;
		for (k = 2; k < sequences[i].len; k++)
			if ((text[k] & 0xc0) != 0x80)
				return 0;
		return sequences[i].len;
	}
	return 0;
}

bool
field_is_text(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t i, n;

	for (i = 0; i < len; i += n) {
		n = p[i] >= 0x20 && p[i] < 0x7f ? 1 : sequence_len(p + i, len - i);
		if (n == 0)
			return false;
	}
	return true;
}
