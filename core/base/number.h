/*
 * Numbers in text.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_BASE_NUMBER_H
#define HOPSEAL_BASE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

/*
 * Parse len bytes that must all be ASCII digits; no sign, no blank.  Leading zeros are
 * allowed.  Returns ST_OK, ST_SYNTAX, or ST_RANGE (above max); *out is written on ST_OK.
 */
MUST_CHECK enum status number_parse(
    const char *text, size_t len, uint64_t max, uint64_t *out);

/* A hex digit's value, in either case; -1: it is none. */
int hex_value(char c);

#endif
