/*
 * Sessions and reports in "hopseal status".  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_STATUS_REPORTS_H
#define HOPSEAL_CLI_STATUS_REPORTS_H

struct json_object;
struct table;

/* Lines of the table: what came in, what it was today, what goes out.  An older daemon has none of it. */
void status_reports_add(struct table *table, const struct json_object *status);

/* A table of its own: today's domains with failures, if there are any. */
void status_worst_print(const struct json_object *status);

#endif
