/* SPDX-License-Identifier: ISC */
#include "lookup/operation.h"

#include "base/mem.h"
#include "lookup/find_route.h"
#include "lookup/find_sts.h"
#include "net/loop.h"

/* Either kind: one of the two pairs is set. */
struct operation {
	struct list node; /* in the engine's */
	struct engine *engine;
	struct list waiters;
	struct route_entry *route_entry;
	struct next_hop next_hop;
	struct find_route *find_route;
	struct sts_entry *sts_entry;
	struct find_sts *find_sts;
	bool is_refresh;
};

static struct operation *
operation_new(struct engine *engine)
{
	struct operation *op = xcalloc(1, sizeof(*op));

	op->engine = engine;
	list_init(&op->waiters);
	list_append(&engine->operations, &op->node);
	engine->operation_count++;
	return op;
}

static void
operation_free(struct operation *op)
{
	if (op->route_entry != NULL)
		op->route_entry->operation = NULL;
	if (op->sts_entry != NULL)
		op->sts_entry->operation = NULL;
	list_remove(&op->node);
	op->engine->operation_count--;
	free(op);
}

/* The entry no longer has an operation when the waiters run, so that they may ask again. */
static void
finish(struct operation *op)
{
	struct list waiters;

	list_init(&waiters);
	while (!list_is_empty(&op->waiters)) {
		struct list *node = op->waiters.next;

		list_remove(node);
		list_append(&waiters, node);
	}
	operation_free(op);
	while (!list_is_empty(&waiters)) {
		struct waiter *w = LIST_ITEM(waiters.next, struct waiter, node);

		list_remove(&w->node);
		w->on_done(w->arg);
	}
}

static void
on_route(struct route *route, void *arg)
{
	struct operation *op = arg;

	route_entry_put(op->route_entry, route);
	finish(op);
}

static void
on_sts(struct sts_result *result, void *arg)
{
	struct operation *op = arg;

	policies_apply(
	    &op->engine->policies, op->sts_entry, result, op->is_refresh, loop_time());
	finish(op);
}

static void
begin(struct operation *op)
{
	struct engine *e = op->engine;
	struct sts_question question;

	if (op->route_entry != NULL) {
		op->find_route =
		    find_route_start(&e->lookup, &op->next_hop, NULL, on_route, op);
		return;
	}
	sts_entry_question(
	    &e->policies, op->sts_entry, op->is_refresh, loop_time(), &question);
	op->find_sts = find_sts_start(&e->lookup, &question, NULL, on_sts, op);
}

struct operation *
operation_find_route(
    struct engine *engine, struct route_entry *entry, const struct next_hop *next_hop)
{
	struct operation *op = entry->operation;

	if (op != NULL)
		return op;
	op = operation_new(engine);
	op->route_entry = entry;
	op->next_hop = *next_hop;
	entry->operation = op;
	begin(op);
	return op;
}

struct operation *
operation_find_sts(struct engine *engine, struct sts_entry *entry, bool force)
{
	struct operation *op = entry->operation;

	if (op != NULL)
		return op;
	op = operation_new(engine);
	op->sts_entry = entry;
	op->is_refresh = force;
	entry->operation = op;
	begin(op);
	return op;
}

void
operation_wait(
    struct operation *op, struct waiter *waiter, void (*on_done)(void *arg), void *arg)
{
	waiter->on_done = on_done;
	waiter->arg = arg;
	list_append(&op->waiters, &waiter->node);
}

void
operation_leave(struct waiter *waiter)
{
	list_remove(&waiter->node);
}

void
operations_restart(struct engine *engine)
{
	struct list *node;

	for (node = engine->operations.next; node != &engine->operations;
	     node = node->next) {
		struct operation *op = LIST_ITEM(node, struct operation, node);

		find_route_cancel(op->find_route);
		find_sts_cancel(op->find_sts);
		op->find_route = NULL;
		op->find_sts = NULL;
		begin(op);
	}
}

void
operations_cancel(struct engine *engine)
{
	while (!list_is_empty(&engine->operations)) {
		struct operation *op =
		    LIST_ITEM(engine->operations.next, struct operation, node);

		find_route_cancel(op->find_route);
		find_sts_cancel(op->find_sts);
		operation_free(op);
	}
}
