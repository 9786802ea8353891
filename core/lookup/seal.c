/* SPDX-License-Identifier: ISC */
#include "lookup/seal.h"

#include "base/mem.h"
#include "lookup/standing.h"
#include "net/loop.h"
#include "wire/opensmtpd.h"

/* A look that a question waits for. */
struct awaited {
	struct seal_question *owner;
	struct domain host;
	struct address address;
	struct probe *probe; /* NULL: it has ended */
};

/* The looks of one question. */
struct awaited_looks {
	size_t count, ended;
	struct awaited items[SEAL_LOOKS_MAX];
};

/* --- standings ------------------------------------------------------------------------------- */

/* Looks that have ended have shown all they can. */
static bool
may_be_seen(const struct probe_target *place, const void *arg)
{
	const struct awaited_looks *looks = arg;
	const struct awaited *look;

	for (look = looks->items; look < looks->items + looks->count; look++)
		if (look->probe == NULL &&
		    address_equal(&look->address, &place->address) &&
		    domain_equal(&look->host, &place->host))
			return false;
	return true;
}

/* looks NULL: nobody waits for any. */
static void
see(const struct seal_tools *tools, const struct facts *facts,
    const struct awaited_looks *looks, struct answer *answer)
{
	const struct standing_input input = {
		.facts = facts,
		.probes = tools->probes,
		.trust = tools->trust,
		.may_be_seen = looks != NULL ? may_be_seen : NULL,
		.arg = looks,
	};

	standing_see(&input, answer);
}

void
seal_see(
    const struct seal_tools *tools, const struct facts *facts, struct answer *answer)
{
	see(tools, facts, NULL, answer);
}

/* --- looks ------------------------------------------------------------------------------------- */

typedef void place_fn(const struct probe_target *target, void *arg);

/* fn for each place that a look at may make the answer better, so many at most. */
static void
each_place(const struct seal_tools *tools, const struct facts *facts,
    const struct answer *answer, place_fn *fn, void *arg)
{
	const struct host_facts *host;
	struct evidence seen;
	size_t i, k, left = SEAL_LOOKS_MAX;

	for (i = 0; facts->route != NULL && i < answer->count; i++) {
		host = route_find_host(facts->route, answer->hosts[i].name);
		if (host == NULL || !opensmtpd_wants_look(answer, &answer->hosts[i]))
			continue;
		for (k = 0; k < host->address_count && left > 0; k++) {
			struct probe_target target =
			    standing_place(&host->name, &host->addresses[k]);

			if (probes_peek(tools->probes, &target, &seen))
				continue;
			fn(&target, arg);
			left--;
		}
	}
}

static void
ignore(const struct evidence *evidence UNUSED, void *arg UNUSED)
{
}

/* For the questions to come. */
static void
look_for_later(const struct probe_target *target, void *arg)
{
	const struct seal_tools *tools = arg;

	probes_ask(tools->probes, target, ignore, NULL);
}

bool
seal_peek(const struct seal_tools *tools, const struct next_hop *next_hop,
    enum looks looks, struct answer *answer)
{
	static const struct awaited_looks none = { .count = 0 };
	struct facts facts;

	if (!engine_peek(tools->engine, next_hop, answer))
		return false;
	if (tools->probes == NULL || !engine_facts(tools->engine, next_hop, &facts))
		return true;
	see(tools, &facts, &none, answer);
	if (!opensmtpd_is_settled(answer, looks)) {
		answer_clear(answer);
		return false;
	}
	each_place(tools, &facts, answer, look_for_later, (void *)tools);
	return true;
}

/* --- questions that wait ------------------------------------------------------------------------- */

struct seal_question {
	const struct seal_tools *tools;
	struct next_hop next_hop;
	struct question *question;
	int64_t ends_ms;
	struct loop_timer *deadline; /* of the looks */
	bool has_looked;
	enum looks wants;
	struct awaited_looks looks;
	engine_done_fn *done;
	void *arg;
};

static void step(void *arg);

void
seal_cancel(struct seal_question *q)
{
	size_t i;

	if (q == NULL)
		return;
	loop_deferred_cancel(step, q);
	question_cancel(q->question);
	for (i = 0; i < q->looks.count; i++)
		probe_cancel(q->looks.items[i].probe);
	loop_timer_free(q->deadline);
	free(q);
}

static void
on_look(const struct evidence *evidence UNUSED, void *arg)
{
	struct awaited *look = arg;
	struct seal_question *q = look->owner;

	look->probe = NULL;
	q->looks.ended++;
	loop_deferred_cancel(step, q);
	loop_defer(step, q);
}

static void
await_look(const struct probe_target *target, void *arg)
{
	struct seal_question *q = arg;
	struct awaited *look = &q->looks.items[q->looks.count++];

	look->owner = q;
	look->host = target->host;
	look->address = target->address;
	look->probe = probes_ask(q->tools->probes, target, on_look, look);
}

/* Mail that was taken as open goes openly as long as it is in the queue: not before MTA-STS has had its say. */
static void
hold_open(const struct facts *facts, struct answer *answer)
{
	bool is_free =
	    facts->override != NULL && facts->override->action == OVERRIDE_MAY;

	if (facts->sts != NULL || is_free || answer->verdict == VERDICT_REJECT ||
	    opensmtpd_seal(answer) != SEAL_OPEN)
		return;
	answer->verdict = VERDICT_DEFER;
	answer->reason = REASON_STS_UNKNOWN;
	answer->detail = "";
}

/* What is known now; *facts is borrowed. */
static void
decide_now(struct seal_question *q, struct facts *facts, struct answer *answer)
{
	(void)engine_facts(q->tools->engine, &q->next_hop, facts);
	decide(facts, engine_settings(q->tools->engine), loop_time(), answer);
	see(q->tools, facts, &q->looks, answer);
	hold_open(facts, answer);
}

static void
finish(struct seal_question *q, struct answer *answer)
{
	q->done(answer, q->arg);
	answer_clear(answer);
	seal_cancel(q);
}

/* Facts are there; so is what was awaited, or some of it. */
static void
step(void *arg)
{
	struct seal_question *q = arg;
	struct facts facts;
	struct answer answer;
	bool is_settled;

	decide_now(q, &facts, &answer);
	is_settled = opensmtpd_is_settled(&answer, q->wants);
	if (!q->has_looked && q->tools->probes != NULL)
		each_place(q->tools, &facts, &answer,
		    is_settled ? look_for_later : await_look,
		    is_settled ? (void *)q->tools : q);
	q->has_looked = true;
	if (is_settled || q->looks.ended == q->looks.count)
		finish(q, &answer);
	else
		answer_clear(&answer);
}

static void
on_deadline(void *arg)
{
	struct seal_question *q = arg;
	struct facts facts;
	struct answer answer;

	decide_now(q, &facts, &answer);
	finish(q, &answer);
}

/* Late, it stands as it is: what the engine has besides is stale. */
static void
on_answer(const struct answer *answer, void *arg)
{
	struct seal_question *q = arg;
	int64_t left_ms = q->ends_ms - loop_now_ms();

	q->question = NULL;
	if (answer->reason == REASON_MX_UNKNOWN) {
		q->done(answer, q->arg);
		seal_cancel(q);
		return;
	}
	loop_timer_set(q->deadline, left_ms > 0 ? left_ms : 0);
	loop_defer(step, q); /* the answer in hand borrows from the engine */
}

struct seal_question *
seal_ask(const struct seal_tools *tools, const struct next_hop *next_hop,
    enum looks looks, int deadline_ms, engine_done_fn *done, void *arg)
{
	struct seal_question *q = xcalloc(1, sizeof(*q));

	q->tools = tools;
	q->next_hop = *next_hop;
	q->wants = looks;
	q->ends_ms = loop_now_ms() + deadline_ms;
	q->done = done;
	q->arg = arg;
	q->deadline = loop_timer_new(on_deadline, q);
	q->question = engine_ask(tools->engine, next_hop, deadline_ms, on_answer, q);
	return q;
}
