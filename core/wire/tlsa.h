/*
 * TLSA records (RFC 6698, section 2).  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WIRE_TLSA_H
#define HOPSEAL_WIRE_TLSA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/strbuf.h"

/* RFC 7218 names.  PKIX-TA and PKIX-EE are unusable in SMTP (RFC 7672, 3.1.3). */
enum tlsa_usage {
	TLSA_PKIX_TA = 0,
	TLSA_PKIX_EE = 1,
	TLSA_DANE_TA = 2,
	TLSA_DANE_EE = 3
};
enum tlsa_selector { TLSA_CERT = 0, TLSA_SPKI = 1 };
enum tlsa_matching { TLSA_FULL = 0, TLSA_SHA256 = 1, TLSA_SHA512 = 2 };

/* Whether the data of a TLSA_FULL record parses: costly to find out, so kept (policy/tlsa_usable.h). */
enum tlsa_full { TLSA_FULL_UNCHECKED, TLSA_FULL_GOOD, TLSA_FULL_BAD };

/* A record as published; rdata shorter than three octets is kept as is_short with all
 * of it in data. */
struct tlsa {
	uint8_t usage, selector, matching;
	uint8_t is_short;
	uint16_t len;
	uint8_t full;        /* enum tlsa_full; not part of the record */
	const uint8_t *data; /* in the memory of its set */
};

/* Records in the order of the answer, one allocation.  Freed with free(). */
struct tlsa_set {
	size_t count;
	struct tlsa records[];
};

struct tlsa_rdata {
	const uint8_t *bytes;
	size_t len;
};

/* A set from count rdatas of at most 65535 octets each; copies all.  Never NULL. */
MUST_CHECK struct tlsa_set *tlsa_set_new(const struct tlsa_rdata *rdata, size_t count);

/* A copy with its own memory; NULL for NULL. */
MUST_CHECK struct tlsa_set *tlsa_set_copy(const struct tlsa_set *set);

bool tlsa_equal(const struct tlsa *a, const struct tlsa *b);

/*
 * Append "3 1 1 4d3d38...": decimal numbers, one lower-case hex string (RFC 8460, 4.5).
 * What has no such form, because there is no data, becomes "\# 2 0301" (RFC 3597,
 * section 5).
 */
void tlsa_add_text(struct strbuf *out, const struct tlsa *record);

/*
 * Read the presentation form, as in a zone file: three decimal numbers 0 to 255 and hex
 * with blanks and parentheses allowed inside.
 *
 * *out      a set of one; NULL unless ST_OK; freed with free()
 *
 * Returns ST_OK, ST_SYNTAX or ST_RANGE (a number above 255, or more data than a record
 * holds).
 */
MUST_CHECK enum status tlsa_parse_text(
    const char *text, size_t len, struct tlsa_set **out, struct why *why);

/* Read a whole record in hex, blanks and parentheses inside, as after "\# 35" (RFC 3597, section 5).  As above. */
MUST_CHECK enum status tlsa_parse_hex(
    const char *text, size_t len, struct tlsa_set **out, struct why *why);

#endif
