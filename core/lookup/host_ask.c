/* SPDX-License-Identifier: ISC */
#include "lookup/host_ask.h"

#include "base/mem.h"
#include "net/loop.h"

struct host_ask {
	struct engine *engine;
	struct next_hop next_hop;
	struct domain host;
	int64_t ends_ms;
	struct question *question;
	bool was_late;    /* the last question was answered without the facts */
	bool asked_again; /* for the host's sake */
	host_ask_fn *done;
	void *arg;
};

bool
host_ask_peek(struct engine *engine, const struct next_hop *next_hop,
    const struct domain *host, struct facts *out)
{
	struct answer answer;

	if (!engine_peek(engine, next_hop, &answer))
		return false;
	answer_clear(&answer);
	return engine_facts(engine, next_hop, out) &&
	       route_find_host(out->route, host) != NULL;
}

static void step(void *arg);

static void
host_ask_free(struct host_ask *a)
{
	loop_deferred_cancel(step, a);
	question_cancel(a->question);
	free(a);
}

static void
finish(struct host_ask *a, const struct facts *facts)
{
	a->done(facts, a->arg);
	host_ask_free(a);
}

static void
on_answer(const struct answer *answer, void *arg)
{
	struct host_ask *a = arg;

	a->question = NULL;
	a->was_late = answer->reason == REASON_MX_UNKNOWN;
	loop_defer(step, a); /* the answer in hand borrows from the engine */
}

/* False: it has been done, by us or not long ago. */
static bool
ask_again(struct host_ask *a)
{
	int64_t left_ms = a->ends_ms - loop_now_ms();

	if (a->asked_again || left_ms <= 0)
		return false;
	a->asked_again = true;
	a->question =
	    engine_ask_again(a->engine, &a->next_hop, (int)left_ms, on_answer, a);
	return a->question != NULL;
}

/* An answer has come. */
static void
step(void *arg)
{
	struct host_ask *a = arg;
	struct facts facts;

	if (a->was_late || !engine_facts(a->engine, &a->next_hop, &facts) ||
	    facts.route == NULL || facts.sts == NULL)
		finish(a, NULL);
	else if (route_find_host(facts.route, &a->host) != NULL || !ask_again(a))
		finish(a, &facts);
}

struct host_ask *
host_ask_start(struct engine *engine, const struct next_hop *next_hop,
    const struct domain *host, int deadline_ms, host_ask_fn *done, void *arg)
{
	struct host_ask *a = xcalloc(1, sizeof(*a));

	a->engine = engine;
	a->next_hop = *next_hop;
	a->host = *host;
	a->ends_ms = loop_now_ms() + deadline_ms;
	a->done = done;
	a->arg = arg;
	a->question = engine_ask(engine, next_hop, deadline_ms, on_answer, a);
	return a;
}

void
host_ask_cancel(struct host_ask *ask)
{
	if (ask != NULL)
		host_ask_free(ask);
}
