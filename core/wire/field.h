/*
 * The grammar that MTA-STS shares between its record and its policy.
 * SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WIRE_FIELD_H
#define HOPSEAL_WIRE_FIELD_H

#include <stdbool.h>
#include <stddef.h>

#define FIELD_NAME_MAX 32

/* ALPHA or DIGIT of RFC 5234; no locale has a say. */
bool field_is_alnum(char c);

/* WSP of RFC 5234. */
bool field_is_blank(char c);

/*
 * How many bytes at the start of text are a field's name (RFC 8461, sections 3.1
 * and 3.2): one letter or digit, then at most 31 of letters, digits, "_", "-", ".".  0
 * when there is none.  A longer one is cut, so that what follows is not what the
 * grammar asks for.
 */
size_t field_name_len(const char *text, size_t len);

/* Whether all of it is printable ASCII, blanks among it, or well-formed UTF-8. */
bool field_is_text(const char *text, size_t len);

#endif
