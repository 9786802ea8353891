/*
 * The report (RFC 8460, section 4.4): ours written, others' read.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WIRE_TLS_REPORT_H
#define HOPSEAL_WIRE_TLS_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/status.h"
#include "base/strbuf.h"

/* Limits for reading (RPT-SEC-03). */
#define REPORT_JSON_MAX     (64 * 1024 * 1024)
#define REPORT_POLICIES_MAX 10000
#define REPORT_DETAILS_MAX  200000 /* of all policies */
#define REPORT_COUNT_MAX                                                               \
	UINT64_C(1000000000000) /* no day has more sessions; sums stay in range */

/* All texts are never NULL; "" is "not said", and not written. */
struct report_detail {
	const char
	    *result; /* a word of RFC 8460 in ours; whatever was said in others' */
	const char *code, *local, *remote, *host, *helo, *information;
	uint64_t count;
};

struct report_policy {
	const char
	    *type; /* "sts", "tlsa", "no-policy-found", in others' whatever was said */
	const char *domain;
	const char *text; /* policy strings, joined by '\n' */
	const char *mx;   /* MX patterns, joined by '\n' */
	uint64_t successes, failures;
	const struct report_detail *details;
	size_t detail_count;
};

struct tls_report {
	const char *organization, *contact, *id;
	time_t begin, end; /* first and last second, UTC */
	const struct report_policy *policies;
	size_t policy_count;
	char *memory; /* texts of one that was read */
};

/*
 * Append the JSON in three steps, so that no report needs to be in memory as a whole: what stands before the policies
 * (policies and policy_count are not looked at), each policy, the end.  I-JSON on one line, members in the order of RFC
 * 8460, unknown ones left out (RPT-JSON-21), failure-details only where there are any, mx-host always an array; policy-string
 * is missing for no-policy-found only.  Bytes that are no UTF-8, control characters and noncharacters are dropped
 * (RPT-JSON-24).
 */
void tls_report_write_head(struct strbuf *out, const struct tls_report *report);
void tls_report_write_policy(struct strbuf *out, const struct report_policy *policy);
void tls_report_write_end(struct strbuf *out);

/*
 * Read a report of whoever: tolerant of what real ones have (mx-host as one string or with "mx: " before it, policy-string as
 * one text that holds a whole JSON array, times without zone, the end given as the next midnight, null for a text, counts
 * as strings, missing optional members, a byte order mark); strict in JSON itself, and bounded.
 *
 * *out      borrowed from its memory; freed with tls_report_clear() after ST_OK only
 * Returns ST_OK, ST_SYNTAX (no JSON, or without policies or dates) or ST_TOO_BIG, with why.
 */
MUST_CHECK enum status tls_report_read(
    const char *json, size_t len, struct tls_report *out, struct why *why);
void tls_report_clear(struct tls_report *report);

#endif
