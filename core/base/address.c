/* SPDX-License-Identifier: ISC */
#include "base/address.h"

#include <arpa/inet.h>

#include "base/number.h"

static size_t
width(const struct address *a)
{
	return a->is_v6 ? 16 : 4;
}

enum status
address_parse(const char *text, size_t len, struct address *out)
{
	char buf[ADDRESS_TEXT_MAX];
	struct address a = { 0 };

	if (len >= sizeof(buf))
		return ST_SYNTAX;
	memcpy(buf, text, len);
	buf[len] = '\0';
	if (strlen(buf) != len)
		return ST_SYNTAX;
	if (inet_pton(AF_INET, buf, a.bytes) != 1) {
		a.is_v6 = true;
		if (inet_pton(AF_INET6, buf, a.bytes) != 1)
			return ST_SYNTAX;
	}
	*out = a;
	return ST_OK;
}

const char *
address_text(const struct address *a, char buf[ADDRESS_TEXT_MAX])
{
	if (inet_ntop(a->is_v6 ? AF_INET6 : AF_INET, a->bytes, buf, ADDRESS_TEXT_MAX) ==
	    NULL)
		snprintf(buf, ADDRESS_TEXT_MAX, "?");
	return buf;
}

enum status
address_range_parse(const char *text, size_t len, struct address_range *out)
{
	const char *slash = memchr(text, '/', len);
	size_t head = slash != NULL ? (size_t)(slash - text) : len;
	uint64_t bits;
	enum status rc;

	if (address_parse(text, head, &out->base) != ST_OK)
		return ST_SYNTAX;
	out->bits = (uint8_t)(width(&out->base) * 8);
	if (slash == NULL)
		return ST_OK;
	rc = number_parse(slash + 1, len - head - 1, out->bits, &bits);
	if (rc != ST_OK)
		return rc;
	out->bits = (uint8_t)bits;
	return ST_OK;
}

bool
address_in(const struct address *a, const struct address_range *range)
{
	size_t whole = range->bits / 8, rest = range->bits % 8;
	uint8_t mask = (uint8_t)(0xff << (8 - rest));

	if (a->is_v6 != range->base.is_v6)
		return false;
	if (memcmp(a->bytes, range->base.bytes, whole) != 0)
		return false;
	return rest == 0 || ((a->bytes[whole] ^ range->base.bytes[whole]) & mask) == 0;
}

bool
address_equal(const struct address *a, const struct address *b)
{
	return a->is_v6 == b->is_v6 && memcmp(a->bytes, b->bytes, width(a)) == 0;
}
