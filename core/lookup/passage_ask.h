/*
 * From a call of Sendmail to a passage.  SPDX-License-Identifier: ISC
 *
 *   passage_peek -> facts in memory, and what its word leaves open has been seen?  at once
 *                -> else passage_ask: facts (host_ask.h) -> a look at that host and address -> passage
 *
 * Where what is kept of a look is another certificate, it is looked at once more (lookup/probe.h).
 */
#ifndef HOPSEAL_LOOKUP_PASSAGE_ASK_H
#define HOPSEAL_LOOKUP_PASSAGE_ASK_H

#include "lookup/seal.h"
#include "policy/passage.h"

/* False: it takes passage_ask(). */
bool passage_peek(const struct seal_tools *tools, const struct sendmail_call *call,
    const struct next_hop *next_hop, struct passage *out);

struct passage_ask;

/* passage lives until the function returns. */
typedef void passage_done_fn(const struct passage *passage, void *arg);

/* done runs exactly once, never before this returns, at most about deadline_ms later: then by what is known.  call and
 * next_hop are copied, tools borrowed until then. */
struct passage_ask *passage_ask(const struct seal_tools *tools,
    const struct sendmail_call *call, const struct next_hop *next_hop, int deadline_ms,
    passage_done_fn *done, void *arg);

/* done will not run.  Only before it has; NULL is fine. */
void passage_ask_cancel(struct passage_ask *ask);

#endif
