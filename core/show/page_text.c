/* SPDX-License-Identifier: ISC */
#include "show/page.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/attr.h"
#include "wire/utf8.h"

#define MARKS_MAX 2 /* on one letter: more would grow into other lines */

static const char replacement[] = "\xef\xbf\xbd";

struct range {
	uint32_t first, last;
};

/* Controls, what has no width, and what changes the direction of writing. */
static const struct range unseen[] = {
	{ 0x0080, 0x009f },
	{ 0x00ad, 0x00ad },
	{ 0x034f, 0x034f },
	{ 0x061c, 0x061c },
	{ 0x115f, 0x1160 },
	{ 0x17b4, 0x17b5 },
	{ 0x180b, 0x180f },
	{ 0x200b, 0x200f },
	{ 0x2028, 0x202e },
	{ 0x2060, 0x206f },
	{ 0x3164, 0x3164 },
	{ 0xe000, 0xf8ff },
	{ 0xfe00, 0xfe0f },
	{ 0xfeff, 0xfeff },
	{ 0xffa0, 0xffa0 },
	{ 0xfff0, 0xfffb },
	{ 0xe0000, 0x10ffff },
};

/* Marks that combine with the letter before them. */
static const struct range marks[] = {
	{ 0x0300, 0x036f },
	{ 0x0483, 0x0489 },
	{ 0x0591, 0x05bd },
	{ 0x0610, 0x061a },
	{ 0x064b, 0x065f },
	{ 0x0e31, 0x0e3a },
	{ 0x0e47, 0x0e4e },
	{ 0x0f71, 0x0f84 },
	{ 0x1ab0, 0x1aff },
	{ 0x1dc0, 0x1dff },
	{ 0x20d0, 0x20ff },
	{ 0xfe20, 0xfe2f },
};

static bool
is_in(uint32_t c, const struct range *ranges, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

/* The character of len octets, which utf8_len() has seen. */
static uint32_t
decode(const char *text, size_t len)
{
	static const unsigned char first_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c = (unsigned char)text[0] & first_bits[len];
	size_t i;

	for (i = 1; i < len; i++)
		c = c << 6 | ((unsigned char)text[i] & 0x3f);
	return c;
}

static void
add_octet(struct strbuf *out, char c)
{
	switch (c) {
	case '&':
		strbuf_adds(out, "&amp;");
		break;
	case '<':
		strbuf_adds(out, "&lt;");
		break;
	case '>':
		strbuf_adds(out, "&gt;");
		break;
	case '"':
		strbuf_adds(out, "&quot;");
		break;
	case '\'':
		strbuf_adds(out, "&#39;");
		break;
	default:
		strbuf_addc(out, c);
	}
}

/* Add the character at the start of text; marks: how many stood before it.  Returns its octets. */
static size_t
add_character(struct strbuf *out, const char *text, size_t len, unsigned *piled)
{
	size_t n = utf8_len(text, len);
	uint32_t c = n > 0 ? decode(text, n) : 0;

	*piled = is_in(c, marks, COUNT_OF(marks)) ? *piled + 1 : 0;
	if (n == 0 || is_in(c, unseen, COUNT_OF(unseen)))
		strbuf_adds(out, replacement);
	else if (n == 1)
		add_octet(out, *text);
	else if (*piled <= MARKS_MAX)
		strbuf_add(out, text, n);
	return n > 0 ? n : 1;
}

void
page_text(struct strbuf *out, const char *text)
{
	/* No character has more octets: what a stranger wrote is not measured to its end. */
	size_t len = strnlen(text, 4 * (PAGE_TEXT_MAX + 1)), i;
	unsigned piled = 0;

	for (i = 0; i < PAGE_TEXT_MAX && len > 0; i++) {
		size_t n = add_character(out, text, len, &piled);

		text += n;
		len -= n;
	}
	if (len > 0)
		strbuf_adds(out, "\xe2\x80\xa6");
}

void
page_name(struct strbuf *out, const char *text)
{
	if (text[0] == '\0') {
		strbuf_adds(out, "\xe2\x80\x93");
		return;
	}
	strbuf_adds(out, "<bdi>");
	page_text(out, text);
	strbuf_adds(out, "</bdi>");
}

/* --- numbers ----------------------------------------------------------------------------- */

#define THOUSAND_MILLION UINT64_C(1000000000)
#define MILLION_MILLION  UINT64_C(1000000000000)

static void
add_digits(struct strbuf *out, uint64_t n)
{
	char digits[32];
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, n), i;

	for (i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			strbuf_addc(out, ',');
		strbuf_addc(out, digits[i]);
	}
}

static void
add_scaled(struct strbuf *out, uint64_t n, uint64_t unit, const char *word)
{
	add_digits(out, n / unit);
	if (n / unit < 100)
		strbuf_addf(out, ".%d", (int)(n % unit / (unit / 10)));
	strbuf_addf(out, "\xc2\xa0%s", word);
}

void
page_number(struct strbuf *out, uint64_t n)
{
	if (n < THOUSAND_MILLION)
		add_digits(out, n);
	else if (n < MILLION_MILLION)
		add_scaled(out, n, THOUSAND_MILLION, "bn");
	else
		add_scaled(out, n, MILLION_MILLION, "tn");
}

/* Never "0 %" of something, nor "100 %" of less than all. */
void
page_share(struct strbuf *out, uint64_t part, uint64_t all)
{
	double share = all > 0 ? 100.0 * (double)part / (double)all : 0;

	if (part == 0) {
		strbuf_adds(out, "none");
	} else if (part == all) {
		strbuf_adds(out, "all");
	} else if (share >= 99.9) {
		strbuf_adds(out, "all but ");
		page_number(out, all - part);
	} else if (share >= 10) {
		strbuf_addf(out, "%.0f\xc2\xa0%%", share > 99 ? 99 : share);
	} else if (share >= 0.1) {
		strbuf_addf(out, "%.1f\xc2\xa0%%", share);
	} else {
		strbuf_adds(out, "1 in ");
		page_number(out, all / part);
	}
}
