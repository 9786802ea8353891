/*
 * Who failed, how, how often, since when: what a page of reports begins with.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_REPORT_ANSWER_H
#define HOPSEAL_CLI_REPORT_ANSWER_H

#include "cli/report_page.h"

/* Append it; page->overview is sorted. */
void report_answer_add(struct strbuf *out, const struct report_page *page);

#endif
