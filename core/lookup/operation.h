/*
 * A lookup that any number of questions wait for.  SPDX-License-Identifier: ISC
 *
 * One per name however many ask (STS-FETCH-13); the result goes into the cache first, then those who
 * wait are told to look there.  So many run at once, the others wait at the engine's gate.
 */
#ifndef HOPSEAL_LOOKUP_OPERATION_H
#define HOPSEAL_LOOKUP_OPERATION_H

#include "base/list.h"
#include "lookup/state.h"

struct operation;

/* A place in an operation's queue; lives in the one who waits.  on_done may free it. */
struct waiter {
	struct list node;
	struct operation *operation; /* NULL: waits for none */
	void (*on_done)(void *arg);
	void *arg;
};

/* A waiter that waits for nothing yet. */
void waiter_init(struct waiter *waiter);

/* The entry's operation, started if none is under way. */
struct operation *operation_find_route(
    struct engine *engine, struct route_entry *entry, const struct next_hop *next_hop);

/* Likewise; force: fetch the policy although nothing is new (a refresh). */
struct operation *operation_find_sts(
    struct engine *engine, struct sts_entry *entry, bool force);

void operation_wait(struct operation *operation, struct waiter *waiter,
    void (*on_done)(void *arg), void *arg);

/* No longer interested.  An operation that has begun goes on for the cache; one that has not, and that nobody
 * waits for any more, is given up. */
void operation_leave(struct waiter *waiter);

/* Begin anew: what it is about has changed. */
void operation_restart(struct operation *operation);

/* All of them: resolver and HTTPS have changed. */
void operations_restart(struct engine *engine);

/* End all of them without telling anybody: the engine goes away. */
void operations_cancel(struct engine *engine);

#endif
