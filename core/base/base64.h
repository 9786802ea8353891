/*
 * Base64 (RFC 4648, section 4).  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_BASE_BASE64_H
#define HOPSEAL_BASE_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/strbuf.h"

/* Characters that len bytes become. */
#define BASE64_ENCODED_LEN(len) (((len) + 2) / 3 * 4)

/* Write bytes in base64, padded, without line ends or NUL, to out, which has room.  Returns the number of characters. */
size_t base64_encode(const void *bytes, size_t len, char *out);

/* Append bytes in base64, padded, without line ends.  Returns the number of characters. */
size_t base64_add(struct strbuf *out, const void *bytes, size_t len);

/* Bytes of room that base64_decode() needs for len characters. */
#define BASE64_DECODED_MAX(len) ((len) / 4 * 3)

/*
 * Decode strictly: whole groups of four, padding only at the end, the bits it leaves over zero, nothing between.
 *
 * out   BASE64_DECODED_MAX(len) bytes; *out_len are filled, unless ST_SYNTAX is returned
 */
MUST_CHECK enum status base64_decode(
    const char *text, size_t len, uint8_t *out, size_t *out_len);

#endif
