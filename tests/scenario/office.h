/*
 * Where reports are made and sent: a story with a store, closing and delivery, and what became of the reports.  A whole
 * one counts, too.
 * SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_TESTS_SCENARIO_OFFICE_H
#define HOPSEAL_TESTS_SCENARIO_OFFICE_H

#include "scenario/story.h"

#include "base/strbuf.h"
#include "report/closing.h"
#include "report/delivery.h"
#include "report/reports.h"
#include "store/outbox.h"
#include "store/tally.h"

#define MIDNIGHT ((time_t)1700006400) /* after NOON */
#define TODAY    (MIDNIGHT - DAY)     /* the day that ends there */
#define GRACE    300
#define CLOSED                                                                         \
	(MIDNIGHT + GRACE +                                                            \
	    120) /* that day is closed by then, if nothing is in the way */

#define SENDMAIL "/usr/sbin/sendmail"
#define RECORD   "v=TLSRPTv1; rua=https://r.example/in"

struct office {
	struct story story;
	struct report_options options;
	bool is_whole;           /* set before office_open() */
	struct reports *reports; /* of a whole one */
	struct closing *closing; /* else */
	struct delivery *delivery;
	unsigned made; /* times that the closing told of something to send */
};

/* A new world at NOON, where r.example can be reached; no spread, all ways open.  Options may be changed until office_open. */
void office_begin(struct office *office);
void office_open(struct office *office);

/* A reload: what is under way is cancelled, and begins anew. */
void office_reopen(struct office *office);

/* The daemon ends and starts again. */
void office_restart(struct office *office);

/* The daemon will die with what is on disk now, at office_crash(): all that it does until then it does for nothing. */
void office_foresee_crash(struct office *office);
void office_crash(struct office *office);

void office_end(struct office *office);

/* A datagram of libtlsrpt comes, to a whole office. */
void office_tell(struct office *office, const char *datagram);

/* Let time pass; what is put into the store gets there every minute. */
void office_pass(struct office *office, time_t seconds);
void office_until(struct office *office, time_t moment);

/* Sessions of a domain on a day; its record as seen then, "": never. */
void office_count(struct office *office, const char *domain, time_t day,
    uint64_t successes, uint64_t failures, const char *record);

/* What _smtp._tls.DOMAIN says from now on. */
void office_record(const char *domain, const char *record);

/* "URI STATE ATTEMPTS" of each destination, parted by "; ", of all reports of a domain; "none". Lives until the next call. */
const char *office_outbox(struct office *office, const char *domain);

/* What the last attempt at the domain's only destination said. */
const char *office_detail(struct office *office, const char *domain);

/* How many reports there are for a domain, or for all: "". */
size_t office_reports(struct office *office, const char *domain);

/* How many domains of a day are open. */
size_t office_open_domains(struct office *office, time_t day);

#endif
