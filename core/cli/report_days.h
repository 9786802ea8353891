/*
 * The days of many reports as bars.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_REPORT_DAYS_H
#define HOPSEAL_CLI_REPORT_DAYS_H

#include <time.h>

#include "cli/sums.h"
#include "show/page_chart.h"

#define REPORT_BARS_MAX 122

/* Sorted by time, without gaps. */
struct report_days {
	unsigned step; /* days of one bar: 1, 7 or 30, as many as there must be */
	size_t count;  /* bars */
	bool is_cut;   /* days before the first bar were reported, too */
	size_t ahead;  /* days after today that were reported, which are not drawn */
	uint64_t most; /* sessions of one bar */
	struct page_chart_bar bars[REPORT_BARS_MAX];
};

/*
 * days          rows of OVERVIEW_DAYS
 * first, last   a second of the first and of the last day asked for; 0: those that are there
 * now           of today; what others say of days to come is by a wrong clock
 */
void report_days_fill(struct report_days *out, const struct sums *days, time_t first,
    time_t last, time_t now);

#endif
