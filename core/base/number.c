/* SPDX-License-Identifier: ISC */
#include "base/number.h"

enum status
number_parse(const char *text, size_t len, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;
	size_t i;

	if (len == 0)
		return ST_SYNTAX;
	for (i = 0; i < len; i++) {
		uint64_t digit = (uint64_t)(unsigned char)text[i] - '0';

		if (digit > 9)
			return ST_SYNTAX;
		if (digit > max || n > (max - digit) / 10)
			return ST_RANGE;
		n = n * 10 + digit;
	}
	*out = n;
	return ST_OK;
}

int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}
