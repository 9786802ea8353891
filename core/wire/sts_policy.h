/*
 * The MTA-STS policy text (RFC 8461, section 3.2).  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WIRE_STS_POLICY_H
#define HOPSEAL_WIRE_STS_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

#define STS_BODY_MAX    65536    /* octets, as section 3.3 suggests */
#define STS_MX_MAX      1000     /* patterns; more is invalid */
#define STS_MAX_AGE_MAX 31557600 /* seconds: about a year */

#define STS_MODES(X)                                                                   \
	X(STS_NONE, "none")                                                            \
	X(STS_TESTING, "testing")                                                      \
	X(STS_ENFORCE, "enforce")

enum sts_mode {
#define X(name, text) name,
	STS_MODES(X)
#undef X
};

const char *sts_mode_text(enum sts_mode mode);

/* ST_OK, or ST_SYNTAX: it is none of the texts. */
MUST_CHECK enum status sts_mode_parse(const char *text, size_t len, enum sts_mode *out);

/* "mx1.example.com" or, with is_wildcard, what stands behind "*.".  Lower case. */
struct sts_pattern {
	const char *name; /* in the policy's memory, ended by NUL */
	uint8_t len;
	bool is_wildcard;
};

/* One allocation, so that a million of them fit; freed with free().  Never changed. */
struct sts_policy {
	enum sts_mode mode;
	uint32_t max_age_s;
	uint32_t body_len;
	uint16_t pattern_count;
	bool max_age_was_cut; /* above STS_MAX_AGE_MAX as published (STS-POL-10) */
	bool had_final_dot;   /* an mx ended in a dot, tolerated (STS-POL-08) */
	const char *body;     /* as received, for reports; ended by NUL too */
	struct sts_pattern patterns[]; /* in the order published */
};

/*
 * Parse the body of a policy.
 *
 * body      len bytes as received; need not end in NUL; not kept
 * *out      owned by the caller, freed with free(); NULL unless ST_OK
 * why       the first fault, with its line number; may be NULL
 *
 * Returns ST_OK, ST_SYNTAX or ST_TOO_BIG (more than STS_BODY_MAX octets).  Unknown keys are
 * skipped, of duplicates the first counts, as the RFC asks.
 */
MUST_CHECK enum status sts_policy_parse(
    const char *body, size_t len, struct sts_policy **out, struct why *why);

/* Walk the policy's lines as published, for TLS-RPT's policy-string: start with *pos = 0; true while *line
 * (*len bytes, no line end) was set.  Empty lines are skipped. */
bool sts_policy_next_line(
    const struct sts_policy *policy, size_t *pos, const char **line, size_t *len);

#endif
