/*
 * Many reports from every side, for a page: what store/overview.h adds up.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_REPORT_OVERVIEW_H
#define HOPSEAL_CLI_REPORT_OVERVIEW_H

#include "cli/sums.h"
#include "store/overview.h"
#include "wire/tls_report.h"

struct json_object;

struct report_overview {
	struct sums parts[OVERVIEW_PART_COUNT]; /* fields as OVERVIEW_PARTS has them */
	uint64_t
	    of[OVERVIEW_PART_COUNT]; /* rows there are, if that is more than are here */
};

void report_overview_init(struct report_overview *overview);
void report_overview_clear(struct report_overview *overview);

/* Add what a report of others says; it is not needed any more behind it.  submitter: where the mail came from, or "". */
void report_overview_add(struct report_overview *overview,
    const struct tls_report *report, const char *submitter);

/* Add the answer to "report overview" (control/control.h). */
void report_overview_take(
    struct report_overview *overview, const struct json_object *answer);

/* How many rows of a part there are that are not among the first so many. */
uint64_t report_overview_beyond(
    const struct report_overview *overview, enum overview_part part, size_t shown);

#endif
