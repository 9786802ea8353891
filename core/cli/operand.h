/*
 * Names and days on the command line.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_OPERAND_H
#define HOPSEAL_CLI_OPERAND_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/strbuf.h"

/*
 * Append a blank and the operand to a request (control/control.h).  False, and complained about, when it is not what
 * it should be.
 */
MUST_CHECK bool operand_add_next_hop(struct strbuf *request, const char *text);
MUST_CHECK bool operand_add_domain(struct strbuf *request, const char *text);
MUST_CHECK bool operand_add_pattern(
    struct strbuf *request, const char *text); /* of an override */
MUST_CHECK bool operand_add_day(
    struct strbuf *request, const char *text); /* "2026-11-21" */
MUST_CHECK bool operand_add_word(struct strbuf *request, const char *text);

/* How many; NULL: any. */
MUST_CHECK bool operand_add_days(struct strbuf *request, const char *text);

#endif
