/*
 * Dates and times, UTC (RFC 3339, section 5.6).  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WIRE_RFC3339_H
#define HOPSEAL_WIRE_RFC3339_H

#include <time.h>

#include "base/status.h"

#define RFC3339_TEXT_MAX 21 /* "2024-11-06T00:00:00Z" */

/* "2024-11-06T00:00:00Z", or "" behind the year 9999; returns buf. */
const char *rfc3339_text(time_t when, char buf[RFC3339_TEXT_MAX]);

/* The day in it, "2024-11-06"; returns buf. */
const char *rfc3339_day_text(time_t when, char buf[RFC3339_TEXT_MAX]);

/*
 * Read one, whoever wrote it: "t" or a blank for "T" too, any fraction of a second, which is dropped; without a zone
 * it is UTC (conformance RPT-SEC-04).  ST_OK or ST_SYNTAX.
 */
MUST_CHECK enum status rfc3339_parse(const char *text, time_t *out);

#endif
