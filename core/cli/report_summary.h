/*
 * What reports of others say, added up.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_REPORT_SUMMARY_H
#define HOPSEAL_CLI_REPORT_SUMMARY_H

#include "cli/sums.h"
#include "wire/tls_report.h"

struct report_summary {
	struct sums policies; /* by domain, type */
	struct sums details;  /* by policy type, host, result, code */
	uint64_t successes, failures;
	time_t begin, end;
};

void report_summary_init(struct report_summary *summary);
void report_summary_clear(struct report_summary *summary);

/* The report is not needed any more behind it. */
void report_summary_add(
    struct report_summary *summary, const struct tls_report *report);

/* Append "2024-11-06" for one day, UTC, "2024-11-06 to 2024-11-08" for some, and with hours where days are not whole. */
void report_summary_add_range(struct strbuf *out, const struct report_summary *summary);

/* Two tables, the second of failures, if there are any. */
void report_summary_print(struct report_summary *summary);

/* Add its members to a JSON object; cli/report_read.c states them. */
struct json_object;
void report_summary_put(struct report_summary *summary, struct json_object *object);

#endif
