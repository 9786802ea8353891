/*
 * A lookup that any number of questions wait for.  SPDX-License-Identifier: ISC
 *
 * One per name however many ask (STS-FETCH-13); the result goes into the cache first, then those who
 * wait are told to look there.
 */
#ifndef HOPSEAL_LOOKUP_OPERATION_H
#define HOPSEAL_LOOKUP_OPERATION_H

#include "base/list.h"
#include "lookup/state.h"

struct operation;

/* A place in an operation's queue; lives in the one who waits.  on_done may free it. */
struct waiter {
	struct list node;
	void (*on_done)(void *arg);
	void *arg;
};

/* The entry's operation, started if none is under way. */
struct operation *operation_find_route(
    struct engine *engine, struct route_entry *entry, const struct next_hop *next_hop);

/* Likewise; force: fetch the policy although nothing is new (a refresh). */
struct operation *operation_find_sts(
    struct engine *engine, struct sts_entry *entry, bool force);

void operation_wait(struct operation *operation, struct waiter *waiter,
    void (*on_done)(void *arg), void *arg);

/* No longer interested; the operation goes on for the cache. */
void operation_leave(struct waiter *waiter);

/* Begin all of them anew: resolver and HTTPS have changed. */
void operations_restart(struct engine *engine);

/* End all of them without telling anybody: the engine goes away. */
void operations_cancel(struct engine *engine);

#endif
