/*
 * Pages of reports as files.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_REPORT_HTML_H
#define HOPSEAL_CLI_REPORT_HTML_H

#include "cli/command.h"
#include "cli/report_page.h"

/* Whether --html goes with what else was given; if not, that is complained about. */
bool report_html_fits(const struct args *args);

/* Write the page to this file, as output_write() does. */
enum exit_code report_html_write(const char *file, const struct report_page *page);

/*
 * Ask for an overview and write it to this file.
 *
 * days    "30"; NULL: all that are kept
 * domain  as given, or NULL: any
 */
enum exit_code report_html_ask(const struct args *args, enum overview_side side,
    const char *days, const char *domain, const char *file);

#endif
