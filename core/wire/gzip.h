/*
 * gzip, whole buffers at a time (RFC 1952).  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WIRE_GZIP_H
#define HOPSEAL_WIRE_GZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "base/strbuf.h"

/* Append the gzip form of len bytes; the same bytes always give the same result.  Reuses what it allocated. */
struct gzip;
struct gzip *gzip_new(void);
void gzip_free(struct gzip *gzip);
void gzip_add(struct gzip *gzip, struct strbuf *out, const void *bytes, size_t len);

/* Whether these bytes begin like a gzip file. */
bool gzip_is(const void *bytes, size_t len);

/*
 * Append what a gzip file holds, all members of it, at most max bytes.  ST_OK; ST_TOO_BIG (a bomb is left at max, RPT-SEC-03); ST_SYNTAX
 * (cut short, wrong checksum, garbage behind it).
 */
MUST_CHECK enum status gunzip_add(
    struct strbuf *out, const void *bytes, size_t len, size_t max, struct why *why);

#endif
