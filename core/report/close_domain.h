/*
 * One domain's day, once the answer is there who wants its report.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_REPORT_CLOSE_DOMAIN_H
#define HOPSEAL_REPORT_CLOSE_DOMAIN_H

#include "lookup/find_rua.h"
#include "report/options.h"
#include "report/render.h"

/* What closing stands on. */
struct closer {
	struct store *store;
	const struct report_options *options;
	struct renderer *renderer;
	struct rendered rendered; /* used again and again; cleared by who owns this */
};

struct open_domain {
	time_t day;
	const char *name;
	const char *record; /* as last seen on that day; "" never */
	bool is_last_try;   /* without an answer now there will be no report */
};

enum close_outcome {
	CLOSE_MADE,     /* a report is in the outbox */
	CLOSE_UNWANTED, /* closed without one */
	CLOSE_LATER,    /* still open: to be tried again */
};

/* Render and keep a report for every destination that the configuration serves, or close the day without one (RPT-DNS-09). */
enum close_outcome close_domain(struct closer *closer, const struct open_domain *domain,
    const struct rua_answer *answer);

/* Close it without a report. */
void close_without_report(struct closer *closer, time_t day, const char *domain);

#endif
