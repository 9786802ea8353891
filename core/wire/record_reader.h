/*
 * The grammar that the TXT records of MTA-STS (RFC 8461, section 3.1) and TLSRPT (RFC 8460, section 3) share:
 * a version, then fields "NAME=VALUE", each behind a ";" with white space around it.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WIRE_RECORD_READER_H
#define HOPSEAL_WIRE_RECORD_READER_H

#include <stddef.h>

#include "base/attr.h"
#include "base/status.h"
#include "wire/txt.h"

/* One record, read from left to right; pos is behind the version first. */
struct record_reader {
	struct txt txt;
	size_t pos;
	struct why *why; /* the fault with its place, for ST_SYNTAX; may be NULL */
};

/*
 * Go on to the next field, to the first octet of its value, which the caller takes then.
 *
 * Returns ST_OK with *name, borrowed; ST_NOTFOUND at the end of the record; ST_SYNTAX.
 */
MUST_CHECK enum status record_next(struct record_reader *r, struct txt *name);

/* Pass over a value as unknown fields have it: one or more printable octets, but no ";" and no "=".  ST_OK or ST_SYNTAX. */
MUST_CHECK enum status record_skip_value(struct record_reader *r);

#endif
