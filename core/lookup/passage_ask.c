/* SPDX-License-Identifier: ISC */
#include "lookup/passage_ask.h"

#include "base/mem.h"
#include "lookup/host_ask.h"
#include "net/loop.h"

/* --- what is known now ------------------------------------------------------------------------- */

/* A passage by what is kept of looks, and which of these may make it better. */
struct finding {
	struct passage passage;
	bool wants_look;
	bool has_other; /* what is kept is another certificate */
	struct probe_target target;
};

/* Where the session has gone; the name it has asked for is that of the host (wire/sendmail.h).  False: not known. */
static bool
find_target(const struct sendmail_call *call, const struct facts *facts,
    struct probe_target *out)
{
	const struct host_facts *host =
	    facts->route != NULL ? route_find_host(facts->route, &call->host) : NULL;

	if (host == NULL || !call->has_address)
		return false;
	*out = (struct probe_target){
		.host = host->name, .address = call->address, .port = SMTP_PORT
	};
	return true;
}

static void
find(const struct seal_tools *tools, const struct sendmail_call *call,
    const struct facts *facts, struct finding *out)
{
	struct evidence evidence;
	struct passage_input input = {
		.call = call,
		.facts = facts,
		.settings = engine_settings(tools->engine),
		.trust = tools->trust,
		.now = loop_time(),
	};
	bool can_look = tools->probes != NULL && find_target(call, facts, &out->target);

	if (can_look && probes_peek(tools->probes, &out->target, &evidence))
		input.evidence = &evidence;
	passage_find(&input, &out->passage);
	out->wants_look = can_look && out->passage.word == PASSAGE_UNPROVEN;
	out->has_other = input.evidence != NULL;
}

bool
passage_peek(const struct seal_tools *tools, const struct sendmail_call *call,
    const struct next_hop *next_hop, struct passage *out)
{
	struct finding finding;
	struct facts facts;

	if (!host_ask_peek(tools->engine, next_hop, &call->host, &facts))
		return false;
	find(tools, call, &facts, &finding);
	*out = finding.passage;
	return !finding.wants_look;
}

/* --- asking -------------------------------------------------------------------------------------- */

struct passage_ask {
	const struct seal_tools *tools;
	struct sendmail_call call;
	struct next_hop next_hop;
	int64_t ends_ms;
	struct host_ask *facts;
	struct probe *look;
	struct loop_timer *deadline; /* of the look */
	passage_done_fn *done;
	void *arg;
};

void
passage_ask_cancel(struct passage_ask *a)
{
	if (a == NULL)
		return;
	host_ask_cancel(a->facts);
	probe_cancel(a->look);
	loop_timer_free(a->deadline);
	free(a);
}

static void
finish(struct passage_ask *a, const struct passage *passage)
{
	a->done(passage, a->arg);
	passage_ask_cancel(a);
}

/* The look is over, or time is. */
static void
conclude(struct passage_ask *a)
{
	const struct facts nothing = { .next_hop = &a->next_hop };
	struct finding finding;
	struct facts facts;

	/* Some of them may be gone since the look began: what is not known must not look like what is not there. */
	if (!engine_facts(a->tools->engine, &a->next_hop, &facts) ||
	    facts.route == NULL || facts.sts == NULL)
		facts = nothing;
	find(a->tools, &a->call, &facts, &finding);
	finish(a, &finding.passage);
}

static void
on_look(const struct evidence *evidence UNUSED, void *arg)
{
	struct passage_ask *a = arg;

	a->look = NULL;
	conclude(a);
}

static void
on_deadline(void *arg)
{
	conclude(arg);
}

static void
look(struct passage_ask *a, const struct finding *finding)
{
	struct probes *probes = a->tools->probes;
	int64_t left_ms = a->ends_ms - loop_now_ms();

	a->look = finding->has_other
		      ? probes_ask_again(probes, &finding->target, on_look, a)
		      : probes_ask(probes, &finding->target, on_look, a);
	loop_timer_set(a->deadline, left_ms > 0 ? left_ms : 0);
}

/* facts NULL: they did not come in time. */
static void
on_facts(const struct facts *facts, void *arg)
{
	struct passage_ask *a = arg;
	const struct facts nothing = { .next_hop = &a->next_hop };
	struct finding finding;

	a->facts = NULL;
	find(a->tools, &a->call, facts != NULL ? facts : &nothing, &finding);
	if (finding.wants_look)
		look(a, &finding);
	else
		finish(a, &finding.passage);
}

struct passage_ask *
passage_ask(const struct seal_tools *tools, const struct sendmail_call *call,
    const struct next_hop *next_hop, int deadline_ms, passage_done_fn *done, void *arg)
{
	struct passage_ask *a = xcalloc(1, sizeof(*a));

	a->tools = tools;
	a->call = *call;
	a->next_hop = *next_hop;
	a->ends_ms = loop_now_ms() + deadline_ms;
	a->done = done;
	a->arg = arg;
	a->deadline = loop_timer_new(on_deadline, a);
	a->facts = host_ask_start(
	    tools->engine, next_hop, &call->host, deadline_ms, on_facts, a);
	return a;
}
