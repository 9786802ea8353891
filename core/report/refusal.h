/*
 * A refusal of ours as the journal keeps it.  SPDX-License-Identifier: ISC
 *
 * Judged when it happened: facts are gone when it is read again.  A row of netstrings, all of them text: domain, then for
 * each policy type, domain, text, mx, "ok" or "failed", then its failures, each "+" and result, code, local, remote,
 * host, helo; a policy ends with "-".
 */
#ifndef HOPSEAL_REPORT_REFUSAL_H
#define HOPSEAL_REPORT_REFUSAL_H

#include "policy/judge.h"

/* Append it. */
void refusal_add(
    struct strbuf *out, const struct domain *domain, const struct judgement *judgement);

/* ST_OK, *judgement is to be cleared with judgement_clear(); ST_SYNTAX. */
MUST_CHECK enum status refusal_parse(
    const char *bytes, size_t len, struct domain *domain, struct judgement *judgement);

#endif
