/*
 * Numbers with units, as people write them.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CONFIG_UNITS_H
#define HOPSEAL_CONFIG_UNITS_H

#include <stdint.h>

#include "base/status.h"
#include "base/strbuf.h"

#define DURATION_MAX_MS (UINT64_C(100) * 366 * 86400 * 1000) /* a century */

/* "250ms", "5s", "10m", "2h", "1d"; the unit is a must.  ST_OK, ST_SYNTAX or ST_RANGE. */
MUST_CHECK enum status duration_parse(const char *text, uint64_t *ms);

/* Append in the greatest unit that needs no fraction. */
void duration_add(struct strbuf *out, uint64_t ms);

#define SIZE_MAX_BYTES (UINT64_C(1) << 50)

/* "4096", "64K", "256M", "2G", powers of 1024.  ST_OK, ST_SYNTAX or ST_RANGE. */
MUST_CHECK enum status size_parse(const char *text, uint64_t *bytes);
void size_add(struct strbuf *out, uint64_t bytes);

#endif
