/* SPDX-License-Identifier: ISC */
#include "lookup/operation.h"

#include "base/mem.h"
#include "lookup/find_route.h"
#include "lookup/find_sts.h"
#include "net/loop.h"

/* Either kind: one of the two entries is set. */
struct operation {
	struct list node; /* in the engine's */
	struct engine *engine;
	struct gate_pass pass; /* it has begun when this is running */
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
stop(struct operation *op)
{
	find_route_cancel(op->find_route);
	find_sts_cancel(op->find_sts);
	op->find_route = NULL;
	op->find_sts = NULL;
}

static void
operation_free(struct operation *op)
{
	stop(op);
	if (op->route_entry != NULL)
		op->route_entry->operation = NULL;
	if (op->sts_entry != NULL)
		op->sts_entry->operation = NULL;
	list_remove(&op->node);
	op->engine->operation_count--;
	gate_leave(&op->engine->gate, &op->pass);
	free(op);
}

/* Take one from the head of a queue. */
static struct waiter *
next_waiter(struct list *waiters)
{
	struct waiter *w = LIST_ITEM(waiters->next, struct waiter, node);

	list_remove(&w->node);
	w->operation = NULL;
	return w;
}

/* The entry no longer has an operation when the waiters run, so that they may ask again. */
static void
finish(struct operation *op)
{
	struct list waiters;

	list_init(&waiters);
	while (!list_is_empty(&op->waiters))
		list_append(&waiters, &next_waiter(&op->waiters)->node);
	operation_free(op);
	while (!list_is_empty(&waiters)) {
		struct waiter *w = next_waiter(&waiters);

		w->on_done(w->arg);
	}
}

static void
on_route(struct route *route, void *arg)
{
	struct operation *op = arg;

	op->find_route = NULL;
	routes_take(&op->engine->routes, op->route_entry, route, loop_now_ms());
	finish(op);
}

static void begin(void *arg);

static void
on_sts(struct sts_result *result, void *arg)
{
	struct operation *op = arg;
	time_t now = loop_time();

	op->find_sts = NULL;
	if (result->leans_on_known && !sts_entry_is_valid(op->sts_entry, now)) {
		/* That policy has ended, or was dropped, meanwhile. */
		begin(op);
		return;
	}
	policies_apply(
	    &op->engine->policies, op->sts_entry, result, op->is_refresh, now);
	finish(op);
}

static void
begin(void *arg)
{
	struct operation *op = arg;
	struct engine *e = op->engine;
	struct sts_question question;

	if (op->route_entry != NULL) {
		op->find_route =
		    find_route_start(&e->lookup, &op->next_hop, NULL, on_route, op);
		return;
	}
	sts_entry_question(op->sts_entry, op->is_refresh, e->policies.retry_after,
	    loop_time(), &question);
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
	gate_enter(&engine->gate, &op->pass, begin, op);
	return op;
}

struct operation *
operation_find_sts(struct engine *engine, struct sts_entry *entry, bool force)
{
	struct operation *op = entry->operation;

	if (op == NULL) {
		op = operation_new(engine);
		op->sts_entry = entry;
		op->is_refresh = force;
		entry->operation = op;
		gate_enter(&engine->gate, &op->pass, begin, op);
	} else if (force && !op->is_refresh) {
		op->is_refresh = true;
		operation_restart(op);
	}
	return op;
}

void
waiter_init(struct waiter *waiter)
{
	*waiter = (struct waiter){ .operation = NULL };
	list_init(&waiter->node);
}

void
operation_wait(
    struct operation *op, struct waiter *waiter, void (*on_done)(void *arg), void *arg)
{
	waiter->operation = op;
	waiter->on_done = on_done;
	waiter->arg = arg;
	list_append(&op->waiters, &waiter->node);
}

void
operation_leave(struct waiter *waiter)
{
	struct operation *op = waiter->operation;

	list_remove(&waiter->node);
	waiter->operation = NULL;
	if (op != NULL && list_is_empty(&op->waiters) && !op->pass.is_running &&
	    !op->is_refresh)
		operation_free(op);
}

void
operation_restart(struct operation *op)
{
	if (!op->pass.is_running)
		return;
	stop(op);
	begin(op);
}

void
operations_restart(struct engine *engine)
{
	struct list *node;

	for (node = engine->operations.next; node != &engine->operations;
	     node = node->next)
		operation_restart(LIST_ITEM(node, struct operation, node));
}

void
operations_cancel(struct engine *engine)
{
	gate_resize(&engine->gate, 0); /* nobody takes the place of who leaves */
	while (!list_is_empty(&engine->operations))
		operation_free(
		    LIST_ITEM(engine->operations.next, struct operation, node));
}
