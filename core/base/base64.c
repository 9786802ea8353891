/* SPDX-License-Identifier: ISC */
#include "base/base64.h"

#define NO 64 /* no digit */

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t
base64_encode(const void *bytes, size_t len, char *out)
{
	const uint8_t *p = bytes;
	char *at = out;
	size_t i;

	for (i = 0; i < len; i += 3) {
		uint32_t group = (uint32_t)p[i] << 16;

		if (i + 1 < len)
			group |= (uint32_t)p[i + 1] << 8;
		if (i + 2 < len)
			group |= p[i + 2];
		*at++ = digits[group >> 18];
		*at++ = digits[group >> 12 & 63];
		*at++ = i + 1 < len ? digits[group >> 6 & 63] : '=';
		*at++ = i + 2 < len ? digits[group & 63] : '=';
	}
	return (size_t)(at - out);
}

size_t
base64_add(struct strbuf *out, const void *bytes, size_t len)
{
	size_t n;

	strbuf_reserve(out, BASE64_ENCODED_LEN(len));
	n = base64_encode(bytes, len, out->data + out->len);
	strbuf_truncate(out, out->len + n);
	return n;
}

static uint32_t
value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (uint32_t)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (uint32_t)(c - 'a' + 26);
	if (c >= '0' && c <= '9')
		return (uint32_t)(c - '0' + 52);
	return c == '+' ? 62 : c == '/' ? 63 : NO;
}

/* The 24 bits of a group whose last pad digits are "=": those count as zero. */
static enum status
group_of(const char *text, size_t pad, uint32_t *out)
{
	uint32_t group = 0;
	size_t i;

	for (i = 0; i < 4 - pad; i++) {
		uint32_t v = value(text[i]);

		if (v == NO)
			return ST_SYNTAX;
		group = group << 6 | v;
	}
	*out = group << 6 * pad;
	return ST_OK;
}

enum status
base64_decode(const char *text, size_t len, uint8_t *out, size_t *out_len)
{
	size_t pad = 0, i, n = 0;

	if (len % 4 != 0)
		return ST_SYNTAX;
	while (pad < 2 && pad < len && text[len - 1 - pad] == '=')
		pad++;
	for (i = 0; i < len; i += 4) {
		size_t missing = i + 4 == len ? pad : 0;
		uint32_t group;

		if (group_of(text + i, missing, &group) != ST_OK)
			return ST_SYNTAX;
		if ((group & ((UINT32_C(1) << 8 * missing) - 1)) != 0)
			return ST_SYNTAX;
		out[n++] = (uint8_t)(group >> 16);
		if (missing < 2)
			out[n++] = (uint8_t)(group >> 8);
		if (missing < 1)
			out[n++] = (uint8_t)group;
	}
	*out_len = n;
	return ST_OK;
}
