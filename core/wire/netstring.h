/*
 * Netstrings: "LEN:bytes,".  SPDX-License-Identifier: ISC
 *
 * The frame of the socketmap protocol that Postfix and Sendmail speak.
 */
#ifndef HOPSEAL_WIRE_NETSTRING_H
#define HOPSEAL_WIRE_NETSTRING_H

#include <stddef.h>

#include "base/status.h"
#include "base/strbuf.h"

/*
 * Look for a whole netstring at the start of buf.
 *
 * max       greatest payload accepted, in bytes
 * *payload  points into buf, *payload_len bytes; *used bytes of buf belong to it
 *
 * Returns ST_OK; ST_MORE (nothing wrong yet, bytes missing); ST_SYNTAX (this can never
 * become a netstring: no digit, leading zero, no colon, no comma); ST_TOO_BIG as soon as the
 * length says so.  The out arguments are written only for ST_OK.
 */
MUST_CHECK enum status netstring_parse(const char *buf, size_t len, size_t max,
    const char **payload, size_t *payload_len, size_t *used);

/* Append bytes as one netstring. */
void netstring_add(struct strbuf *out, const void *bytes, size_t len);

/* The same for a payload in pieces: the caller appends exactly len bytes in between. */
void netstring_begin(struct strbuf *out, size_t len);
void netstring_end(struct strbuf *out);

#endif
