/*
 * Failures in words, for a page.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_REPORT_WORDS_H
#define HOPSEAL_CLI_REPORT_WORDS_H

#include "base/strbuf.h"
#include "cli/report_overview.h"

/* What a result type means (RFC 8460, section 4.3), or that it is none. */
const char *report_words_result(const char *result);

/* Days of a row, "2024-11-06": "since it, last another", or "one to another"; of one day, that. */
void report_words_add_since(struct strbuf *out, const struct sum *row);
void report_words_add_range(struct strbuf *out, const struct sum *row);

/* "mx.example.net 192.0.2.1" */
void report_words_add_host(struct strbuf *out, const char *host, const char *address);

/* A row of OVERVIEW_FAILURES: host, and lines beneath. */
void report_words_add_failure(
    struct strbuf *out, const struct sum *row, enum overview_side side);

#endif
