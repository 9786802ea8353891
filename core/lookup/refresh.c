/* SPDX-License-Identifier: ISC */
#include "lookup/refresh.h"

#include "base/mem.h"
#include "lookup/operation.h"
#include "net/loop.h"

#define TICK_MS 1000

/* The whole cache is looked at this many times in one refresh period. */
#define ROUNDS 24

struct refresh {
	struct engine *engine;
	struct loop_timer *timer;
};

static void
on_due(struct sts_entry *entry, void *arg)
{
	struct engine *e = arg;

	/* Questions come first: half of the gate is theirs, if it can be halved. */
	if (e->operation_count < (e->gate.max + 1) / 2)
		operation_find_sts(e, entry, true);
}

static void
on_tick(void *arg)
{
	struct refresh *r = arg;
	size_t ticks = r->engine->policies.refresh_every / ROUNDS;

	policies_walk(&r->engine->policies, ticks > 0 ? ticks : 1, loop_time(), on_due,
	    r->engine);
	loop_timer_set(r->timer, TICK_MS);
}

struct refresh *
refresh_start(struct engine *engine)
{
	struct refresh *r = xcalloc(1, sizeof(*r));

	r->engine = engine;
	r->timer = loop_timer_new(on_tick, r);
	loop_timer_set(r->timer, TICK_MS);
	return r;
}

void
refresh_stop(struct refresh *r)
{
	if (r == NULL)
		return;
	loop_timer_free(r->timer);
	free(r);
}
