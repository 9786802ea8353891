/*
 * TLSA records as people have them at hand.  SPDX-License-Identifier: ISC
 *
 * A line of a zone file or of dig(1), the record data alone, or the same in hex:
 *
 *   _25._tcp.mx.example.org. 3600 IN TLSA 3 1 1 ( 4d3d3860
 *                                                 0aa83b41 ) ; the key of 2026
 *   3 1 1 4d3d38600aa83b41...
 *   TYPE52 \# 35 0301014d3d38600aa83b41...
 *   0301014d3d38600aa83b41...
 */
#ifndef HOPSEAL_WIRE_TLSA_LINE_H
#define HOPSEAL_WIRE_TLSA_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/strbuf.h"
#include "wire/tlsa.h"

struct tlsa_line {
	const char *owner; /* "" when the line has none */
	bool has_ttl;      /* in seconds; others, "1h", are passed over */
	uint32_t ttl_s;
	struct tlsa_set *set; /* of one */
};

/* Where a reading stands.  Start with text and len set and the rest zero; end with tlsa_text_clear(). */
struct tlsa_text {
	const char *text; /* borrowed */
	size_t len, pos;
	unsigned line,
	    lines; /* where the last record began, from 1; how many were read */
	struct strbuf joined; /* the lines of that record, without comments */
	struct strbuf owner;
};

/*
 * The next record.  Empty lines, comments, "$TTL" and the like, records of other types and bare names, which "dig +short"
 * prints of aliases, are passed over.
 *
 * *out   owner lives until the next call; set is freed by the caller, NULL unless ST_OK
 * why    the line and what is wrong in it; octets are counted in that record
 *
 * Returns ST_OK, ST_NOTFOUND at the end, or what tlsa_parse_text() returns; one may go on behind a faulty record.
 */
MUST_CHECK enum status tlsa_text_next(
    struct tlsa_text *text, struct tlsa_line *out, struct why *why);
void tlsa_text_clear(struct tlsa_text *text);

#endif
