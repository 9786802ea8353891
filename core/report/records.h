/*
 * TLSRPT records of domains that something was counted for.  SPDX-License-Identifier: ISC
 *
 * Looked up with the day's first result, for when the lookup at the day's end fails (conformance RPT-DNS-09).
 */
#ifndef HOPSEAL_REPORT_RECORDS_H
#define HOPSEAL_REPORT_RECORDS_H

#include <time.h>

#include "lookup/engine.h"
#include "report/ledger.h"

#define RECORDS_ASKED_MAX                                                              \
	64 /* lookups at once; the rest waits for the domain's next result */

struct records;

/* Both borrowed. */
struct records *records_new(struct engine *engine, struct ledger *ledger);
void records_free(struct records *records); /* NULL is fine */

/* The source has told it. */
void records_told(struct records *records, const struct domain *domain, time_t when,
    const char *record);

/* Something was counted: find out, once a day. */
void records_want(struct records *records, const struct domain *domain, time_t when);

#endif
