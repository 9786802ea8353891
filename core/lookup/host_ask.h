/*
 * Facts about a host that an MTA has reached.  SPDX-License-Identifier: ISC
 *
 * It may be one that our facts do not have: MX records change, and the MTA has asked the resolver after us.  Then the route is
 * looked up once more, however long it could still be used; no more often than engine_ask_again() lets us, so that who
 * names hosts at random starts no storm.
 */
#ifndef HOPSEAL_LOOKUP_HOST_ASK_H
#define HOPSEAL_LOOKUP_HOST_ASK_H

#include "lookup/engine.h"

/* From memory: true when all facts are there and fresh, and the host is among them, or what one of them is an alias of; *out is borrowed until the loop runs
 * or the engine is asked. */
bool host_ask_peek(struct engine *engine, const struct next_hop *next_hop,
    const struct domain *host, struct facts *out);

struct host_ask;

/* facts live until the function returns; the host may still be none of theirs.  NULL: they were not there in time. */
typedef void host_ask_fn(const struct facts *facts, void *arg);

/* done runs exactly once, never before this returns, at most about deadline_ms later.  next_hop and host are copied. */
struct host_ask *host_ask_start(struct engine *engine, const struct next_hop *next_hop,
    const struct domain *host, int deadline_ms, host_ask_fn *done, void *arg);

/* done will not run.  Only before it has; NULL is fine. */
void host_ask_cancel(struct host_ask *ask);

#endif
