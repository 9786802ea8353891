/*
 * From an event to its judgement: facts, and a look at the server where it helps.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_REPORT_INQUIRY_H
#define HOPSEAL_REPORT_INQUIRY_H

#include "lookup/engine.h"
#include "lookup/probe.h"
#include "policy/judge.h"

/* All borrowed. */
struct inquiry_tools {
	struct engine *engine;
	struct probes *probes;           /* NULL: no looks */
	const struct trust_store *trust; /* NULL: none */
};

/*
 * Judge an outbound session from what is at hand.  True: *out is to be cleared.  False: it would be better after
 * inquiry_start().
 */
bool inquiry_at_once(const struct inquiry_tools *tools, const struct tls_event *event,
    struct judgement *out);

struct inquiry;

/* judgement lives until the function returns. */
typedef void judged_fn(const struct judgement *judgement, void *arg);

/*
 * Find out what is missing, then judge.  done runs exactly once, not before this returns.  tools and event are borrowed
 * until then.
 */
struct inquiry *inquiry_start(const struct inquiry_tools *tools,
    const struct tls_event *event, judged_fn *done, void *arg);
void inquiry_cancel(struct inquiry *inquiry); /* NULL is fine */

/*
 * The n-th place where this session's server can be seen, from 0: the one that it went to; else the event's host,
 * else the MX hosts by preference, each at its first address.  False: there is none.
 */
bool inquiry_place(const struct tls_event *event, const struct facts *facts, size_t n,
    struct probe_target *out);

#endif
