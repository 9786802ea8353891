/*
 * Bars of sessions as inline SVG.  SPDX-License-Identifier: ISC
 *
 * Pure: numbers in, text out.  A bar is stacked, failed below successful.  What is not nothing is seen, however little it is
 * of the whole; what was not reported is another thing than nothing.
 */
#ifndef HOPSEAL_SHOW_PAGE_CHART_H
#define HOPSEAL_SHOW_PAGE_CHART_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"

struct page_chart_bar {
	char label[32]; /* "2024-11-06" */
	uint64_t successes, failures;
	bool has_data; /* false: nothing is known, and the column is shown empty */
};

/* Columns side by side, with the greatest in words, the first and the last label, and what the colours mean.  what: "Sessions per
 * day", no text of others. */
void page_chart_add_columns(struct strbuf *out, const char *what,
    const struct page_chart_bar *bars, size_t count);

/* A thin bar for a row of a table, where the numbers stand: as long as its part of max. */
void page_chart_add_bar(
    struct strbuf *out, uint64_t successes, uint64_t failures, uint64_t max);

#endif
