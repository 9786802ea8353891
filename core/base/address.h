/*
 * IP addresses without a port.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_BASE_ADDRESS_H
#define HOPSEAL_BASE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

#define ADDRESS_TEXT_MAX 46 /* INET6_ADDRSTRLEN */

struct address {
	bool is_v6;
	uint8_t bytes[16]; /* network order; IPv4 uses the first four */
};

/* An address range in CIDR form; bits counts from the left of bytes. */
struct address_range {
	struct address base;
	uint8_t bits;
};

/* Parse "192.0.2.1" or "2001:db8::1" (no brackets, no scope).  ST_OK or ST_SYNTAX. */
MUST_CHECK enum status address_parse(const char *text, size_t len, struct address *out);

/* Write the usual text form, NUL-ended, into buf; returns buf. */
const char *address_text(const struct address *a, char buf[ADDRESS_TEXT_MAX]);

/* Parse "192.0.2.0/24" or a single address.  ST_OK, ST_SYNTAX, ST_RANGE (too many bits). */
MUST_CHECK enum status address_range_parse(
    const char *text, size_t len, struct address_range *out);

/* Whether a lies in the range; different families never match. */
bool address_in(const struct address *a, const struct address_range *range);

bool address_equal(const struct address *a, const struct address *b);

#endif
