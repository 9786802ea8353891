/* SPDX-License-Identifier: ISC */
#include "wire/netstring.h"

#include <stdbool.h>

#define DIGITS_MAX 20 /* of a 64-bit length */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

enum status
netstring_parse(const char *buf, size_t len, size_t max, const char **payload,
    size_t *payload_len, size_t *used)
{
	size_t n = 0, i;

	for (i = 0; i < len && is_digit(buf[i]); i++) {
		size_t digit = (size_t)(buf[i] - '0');

		if (i > 0 && n == 0)
			return ST_SYNTAX;
		if (digit > max || n > (max - digit) / 10)
			return ST_TOO_BIG;
		n = n * 10 + digit;
	}
	if (i == len)
		return ST_MORE;
	if (i == 0 || buf[i] != ':')
		return ST_SYNTAX;
	i++;
	if (len - i <= n)
		return ST_MORE;
	if (buf[i + n] != ',')
		return ST_SYNTAX;
	*payload = buf + i;
	*payload_len = n;
	*used = i + n + 1;
	return ST_OK;
}

void
netstring_begin(struct strbuf *out, size_t len)
{
	char head[DIGITS_MAX + 1];
	char *p = head + sizeof(head);
	size_t left = len;

	*--p = ':';
	do {
		*--p = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	/* Room for all of it at once: the pieces then never move what is there. */
	strbuf_reserve(out, sizeof(head) + len + 1);
	strbuf_add(out, p, (size_t)(head + sizeof(head) - p));
}

void
netstring_end(struct strbuf *out)
{
	strbuf_addc(out, ',');
}

void
netstring_add(struct strbuf *out, const void *bytes, size_t len)
{
	netstring_begin(out, len);
	strbuf_add(out, bytes, len);
	netstring_end(out);
}
