/*
 * Characters of UTF-8, one at a time.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WIRE_UTF8_H
#define HOPSEAL_WIRE_UTF8_H

#include <stddef.h>

#include "wire/field.h"

/* How many octets the character at the start of text takes; 0: a control character of ASCII, or not UTF-8. */
static inline size_t
utf8_len(const char *text, size_t len)
{
	unsigned char first = (unsigned char)(len > 0 ? text[0] : 0);
	size_t n = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

	return n <= len && field_is_text(text, n) ? n : 0;
}

#endif
