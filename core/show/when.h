/*
 * Times as people read them.  SPDX-License-Identifier: ISC
 *
 * Dates are UTC, as the days of MTA-STS and TLS-RPT are.  The clock is this machine's.
 */
#ifndef HOPSEAL_SHOW_WHEN_H
#define HOPSEAL_SHOW_WHEN_H

#include <stdint.h>
#include <time.h>

#include "base/strbuf.h"

time_t when_now(void);

/* Append "6 days 3 h": the two greatest units. */
void when_add_duration(struct strbuf *out, int64_t seconds);

/* Append "2026-11-21 22:53 UTC"; "never" for 0. */
void when_add_date(struct strbuf *out, time_t t);

/* The same with "(6 days ago)" or "(in 6 days)" behind it. */
void when_add(struct strbuf *out, time_t t);

#endif
