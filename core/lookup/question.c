/*
 * One question's life: gather facts, or the deadline; decide; answer.
 * SPDX-License-Identifier: ISC
 */
#include "base/mem.h"
#include "lookup/engine.h"
#include "lookup/find_route.h"
#include "lookup/find_sts.h"
#include "lookup/operation.h"
#include "lookup/state.h"
#include "net/loop.h"

struct question {
	struct list node; /* in the engine's */
	struct engine *engine;
	struct next_hop next_hop;
	struct waiter route_wait, sts_wait;
	bool waits_for_route, waits_for_sts;
	struct route *route; /* held; NULL until known */
	struct loop_timer *deadline;
	/* Lookups of its own, for engine_explain(). */
	struct trace *trace;
	bool is_explained;
	struct find_route *find_route;
	struct find_sts *find_sts;
	engine_done_fn *done;
	void *arg;
};

static void step(void *arg);

static void
question_free(struct question *q)
{
	operation_leave(&q->route_wait);
	operation_leave(&q->sts_wait);
	find_route_cancel(q->find_route);
	find_sts_cancel(q->find_sts);
	loop_deferred_cancel(step, q);
	loop_timer_free(q->deadline);
	route_release(q->route);
	list_remove(&q->node);
	q->engine->question_count--;
	free(q);
}

/* What is known of the policy now, fresh or not: a valid one is always enforced. */
static const struct sts_facts *
known_sts(struct question *q, struct sts_facts *out)
{
	struct sts_entry *entry =
	    policies_find(&q->engine->policies, &q->next_hop.domain);

	if (entry == NULL)
		return NULL;
	sts_entry_facts(entry, loop_time(), out);
	return out;
}

static void
answer_now(struct question *q)
{
	struct sts_facts sts;
	struct facts facts = {
		.next_hop = &q->next_hop,
		.route = q->route,
		.sts = known_sts(q, &sts),
		.override = override_find(
		    &q->engine->overrides, &q->next_hop.domain, loop_time()),
	};
	struct answer answer;

	engine_decide(q->engine, &facts, &answer);
	q->done(&answer, q->arg);
	answer_clear(&answer);
	question_free(q);
}

static void
on_deadline(void *arg)
{
	struct question *q = arg;

	q->engine->late++;
	answer_now(q);
}

static struct question *
question_new(struct engine *engine, const struct next_hop *next_hop, int deadline_ms,
    engine_done_fn *done, void *arg)
{
	struct question *q = xcalloc(1, sizeof(*q));

	q->engine = engine;
	q->next_hop = *next_hop;
	q->done = done;
	q->arg = arg;
	waiter_init(&q->route_wait);
	waiter_init(&q->sts_wait);
	q->deadline = loop_timer_new(on_deadline, q);
	loop_timer_set(q->deadline, deadline_ms);
	list_append(&engine->questions, &q->node);
	engine->question_count++;
	engine->asked++;
	engine->misses++;
	return q;
}

/* --- through the caches ------------------------------------------------------------------ */

static void
on_route(void *arg)
{
	struct question *q = arg;
	struct route_entry *entry = routes_find(&q->engine->routes, &q->next_hop);

	q->waits_for_route = false;
	/* Not asked whether it is fresh: a TTL of 0 still serves those who waited for it. */
	if (entry != NULL && entry->route != NULL)
		q->route = route_hold(entry->route);
	step(q);
}

static void
wait_for_route(struct question *q)
{
	struct engine *e = q->engine;
	struct route_entry *entry = routes_get(&e->routes, &q->next_hop);

	q->waits_for_route = true;
	operation_wait(
	    operation_find_route(e, entry, &q->next_hop), &q->route_wait, on_route, q);
}

static void
on_sts(void *arg)
{
	struct question *q = arg;

	q->waits_for_sts = false;
	step(q);
}

static void
wait_for_sts(struct question *q)
{
	struct engine *e = q->engine;
	struct sts_entry *entry =
	    policies_get(&e->policies, &q->next_hop.domain, loop_time());

	q->waits_for_sts = true;
	operation_wait(operation_find_sts(e, entry, false), &q->sts_wait, on_sts, q);
}

static bool
is_sts_settled(const struct question *q)
{
	const struct sts_entry *entry =
	    policies_find(&q->engine->policies, &q->next_hop.domain);

	return entry != NULL && sts_entry_is_settled(entry, loop_time());
}

/*
 * Answer when nothing is missing.  What one lookup brought may be gone when the other ends: dropped, pushed out of
 * a full cache, or a policy at its end.  Then it is looked up again, within the same deadline.
 */
static void
step(void *arg)
{
	struct question *q = arg;

	if (q->waits_for_route || q->waits_for_sts)
		return;
	if (q->route == NULL)
		wait_for_route(q);
	if (!is_sts_settled(q))
		wait_for_sts(q);
	if (!q->waits_for_route && !q->waits_for_sts)
		answer_now(q);
}

/* route: what is to be used; NULL: what a lookup finds. */
static void
gather(struct question *q, struct route *route)
{
	struct sts_entry *sts =
	    policies_get(&q->engine->policies, &q->next_hop.domain, loop_time());

	if (route != NULL)
		q->route = route_hold(route);
	else
		wait_for_route(q);
	if (!sts_entry_is_fresh(sts, loop_time()))
		wait_for_sts(q);
	if (!q->waits_for_route && !q->waits_for_sts)
		loop_defer(step, q);
}

struct question *
engine_ask(struct engine *engine, const struct next_hop *next_hop, int deadline_ms,
    engine_done_fn *done, void *arg)
{
	struct question *q = question_new(engine, next_hop, deadline_ms, done, arg);

	gather(
	    q, route_entry_fresh(routes_get(&engine->routes, next_hop), loop_now_ms()));
	return q;
}

struct question *
engine_ask_again(struct engine *engine, const struct next_hop *next_hop,
    int deadline_ms, engine_done_fn *done, void *arg)
{
	struct question *q;

	if (route_entry_is_young(routes_get(&engine->routes, next_hop), loop_now_ms()))
		return NULL;
	q = question_new(engine, next_hop, deadline_ms, done, arg);
	gather(q, NULL);
	return q;
}

/* --- past the caches ----------------------------------------------------------------------- */

static void
on_own_route(struct route *route, void *arg)
{
	struct question *q = arg;
	struct routes *routes = &q->engine->routes;

	q->find_route = NULL;
	q->waits_for_route = false;
	q->route = route;
	routes_take(
	    routes, routes_get(routes, &q->next_hop), route_hold(route), loop_now_ms());
	step(q);
}

static void
on_own_sts(struct sts_result *result, void *arg)
{
	struct question *q = arg;
	struct policies *p = &q->engine->policies;

	q->find_sts = NULL;
	q->waits_for_sts = false;
	policies_apply(p, policies_get(p, &q->next_hop.domain, loop_time()), result,
	    false, loop_time());
	step(q);
}

static void
look_up_itself(struct question *q)
{
	struct lookup *lookup = &q->engine->lookup;
	/* No known id: a live record always leads to a fetch that can be looked at. */
	struct sts_question sts = { .domain = q->next_hop.domain };

	if (q->waits_for_route)
		q->find_route =
		    find_route_start(lookup, &q->next_hop, q->trace, on_own_route, q);
	if (q->waits_for_sts)
		q->find_sts = find_sts_start(lookup, &sts, q->trace, on_own_sts, q);
}

struct question *
engine_explain(struct engine *engine, const struct next_hop *next_hop, int deadline_ms,
    struct trace *trace, engine_done_fn *done, void *arg)
{
	struct question *q = question_new(engine, next_hop, deadline_ms, done, arg);

	q->is_explained = true;
	q->trace = trace;
	q->waits_for_route = q->waits_for_sts = true;
	look_up_itself(q);
	return q;
}

/* --- all of them --------------------------------------------------------------------------- */

void
questions_restart(struct engine *engine)
{
	struct list *node;

	for (node = engine->questions.next; node != &engine->questions;
	     node = node->next) {
		struct question *q = LIST_ITEM(node, struct question, node);

		if (!q->is_explained)
			continue;
		find_route_cancel(q->find_route);
		find_sts_cancel(q->find_sts);
		q->find_route = NULL;
		q->find_sts = NULL;
		look_up_itself(q);
	}
}

void
questions_cancel(struct engine *engine)
{
	while (!list_is_empty(&engine->questions))
		question_free(LIST_ITEM(engine->questions.next, struct question, node));
}

void
question_cancel(struct question *q)
{
	if (q != NULL)
		question_free(q);
}
