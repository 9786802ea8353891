/*
 * The MTA-STS TXT record (RFC 8461, section 3.1).  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WIRE_STS_RECORD_H
#define HOPSEAL_WIRE_STS_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "wire/txt.h"

#define STS_ID_MAX 32

struct sts_record {
	char id[STS_ID_MAX + 1];
};

#define STS_RECORD_OUTCOMES(X)                                                         \
	X(STS_RECORD_FOUND, "found")                                                   \
	X(STS_RECORD_NONE, "no record")                                                \
	X(STS_RECORD_SEVERAL, "more than one record")                                  \
	X(STS_RECORD_INVALID, "invalid record")

enum sts_record_outcome {
#define X(name, text) name,
	STS_RECORD_OUTCOMES(X)
#undef X
};

const char *sts_record_outcome_text(enum sts_record_outcome outcome);

/*
 * Pick the policy domain's record out of all TXT records found at _mta-sts.DOMAIN.
 *
 * *out      written only for STS_RECORD_FOUND
 * why       for anything but FOUND: the reason, with the place; for FOUND: advice, or "" when
 *           there is none (white space before the first ";" is tolerated when the record is the only TXT:
 *           conformance STS-DNS-08).  May be NULL
 *
 * Everything but FOUND means "no live policy"; a cached one still holds (section 3.3).
 */
enum sts_record_outcome sts_record_select(
    const struct txt *txt, size_t count, struct sts_record *out, struct why *why);

#endif
