/*
 * What many reports say, as a page.  SPDX-License-Identifier: ISC
 *
 * Pure: numbers and texts in, HTML out.
 */
#ifndef HOPSEAL_CLI_REPORT_PAGE_H
#define HOPSEAL_CLI_REPORT_PAGE_H

#include "base/strbuf.h"
#include "cli/report_overview.h"

#define REPORT_PAGE_ROWS     20 /* of each table; the rest is a number */
#define REPORT_PAGE_FAILURES 40 /* of the one that has every failure */

struct report_page {
	enum overview_side side;
	const char *domain; /* it is about; "": any */
	time_t first,
	    last; /* a second of the days asked for; 0: those that there are */
	time_t now;
	struct report_overview *overview; /* gets sorted */
};

/* Append the whole page.  Who failed, how, how often, since when stands first; its size does not grow with the reports. */
void report_page_add(struct strbuf *out, const struct report_page *page);

#endif
