/* SPDX-License-Identifier: ISC */
#include "lookup/probe.h"

#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "lookup/gate.h"
#include "lookup/sighting.h"
#include "lookup/spots.h"
#include "net/loop.h"
#include "net/smtp_probe.h"

#define MINUTE_MS 60000

struct probes {
	struct probe_options options; /* what it points to is owned */
	struct spots spots;
	struct gate gate;  /* of the looks */
	struct list looks; /* under way, or waiting at the gate */
	size_t look_count;
	struct list settled; /* who asked, and has an answer on its way */
	int64_t minute_began_ms;
	unsigned looks_in_minute;
	struct probe_counts counts;
};

/* A look at one spot, for any number who ask. */
struct look {
	struct list node;
	struct probes *probes;
	struct spot *spot;
	struct list askers;
	struct gate_pass pass; /* it has begun when this is running */
	struct smtp_probe *probe;
};

/* One who asks. */
struct probe {
	struct list node;
	struct probes *probes;
	struct look *look;     /* that is waited for; NULL: settled */
	struct sighting *seen; /* held, once settled; NULL: nothing to tell */
	probe_done_fn *done;
	void *arg;
};

/* --- who asks --------------------------------------------------------------------------- */

static void deliver(void *arg);

static struct probe *
asker_new(struct probes *probes, probe_done_fn *done, void *arg)
{
	struct probe *a = xcalloc(1, sizeof(*a));

	list_init(&a->node);
	a->probes = probes;
	a->done = done;
	a->arg = arg;
	return a;
}

static void
asker_free(struct probe *a)
{
	loop_deferred_cancel(deliver, a);
	list_remove(&a->node);
	sighting_release(a->seen);
	free(a);
}

static void
askers_free(struct list *askers)
{
	while (!list_is_empty(askers))
		asker_free(LIST_ITEM(askers->next, struct probe, node));
}

static void
deliver(void *arg)
{
	struct probe *a = arg;
	struct evidence evidence;

	if (a->seen != NULL)
		sighting_evidence(a->seen, &evidence);
	a->done(a->seen != NULL ? &evidence : NULL, a->arg);
	asker_free(a);
}

/* The answer is known, and told in the next turn. */
static void
settle(struct probe *a, struct sighting *seen)
{
	a->look = NULL;
	a->seen = seen != NULL ? sighting_hold(seen) : NULL;
	list_remove(&a->node);
	list_append(&a->probes->settled, &a->node);
	loop_defer(deliver, a);
}

/* --- looks ------------------------------------------------------------------------------ */

static struct look *
look_new(struct probes *p, struct spot *spot)
{
	struct look *l = xcalloc(1, sizeof(*l));

	l->probes = p;
	l->spot = spot;
	list_init(&l->askers);
	list_append(&p->looks, &l->node);
	p->look_count++;
	spot->look = l;
	return l;
}

static void
look_free(struct look *l)
{
	smtp_probe_cancel(l->probe);
	askers_free(&l->askers);
	l->spot->look = NULL;
	list_remove(&l->node);
	l->probes->look_count--;
	gate_leave(&l->probes->gate, &l->pass);
	free(l);
}

/* Over, or given up. */
static void
end_look(struct look *l, struct sighting *seen)
{
	while (!list_is_empty(&l->askers))
		settle(LIST_ITEM(l->askers.next, struct probe, node), seen);
	look_free(l);
}

static void
tell(const struct probe_target *t, const struct smtp_probe_answer *answer)
{
	char address[ADDRESS_TEXT_MAX];
	struct strbuf detail = STRBUF_INIT;

	if (!log_wants(LEVEL_DEBUG))
		return;
	strbuf_escape(&detail, answer->detail, strlen(answer->detail), REASON_CODE_MAX);
	log_debug("probe: host=%s address=%s tls=%s detail=\"%s\"", t->host.text,
	    address_text(&t->address, address), event_tls_word(answer->tls),
	    strbuf_str(&detail));
	strbuf_clear(&detail);
}

static void
on_look(const struct smtp_probe_answer *answer, void *arg)
{
	struct look *l = arg;
	struct probes *p = l->probes;
	struct spot *spot = l->spot;
	struct sighting *seen = NULL;

	l->probe = NULL;
	tell(&spot->target, answer);
	if (answer->tls != TLS_UNKNOWN)
		seen = sighting_new(&spot->target.host, &spot->target.address, answer);
	else
		p->counts.unreachable++;
	spot->paused_until_ms = loop_now_ms() + (int64_t)p->options.pause_s * 1000;
	end_look(l, seen);
	/* Who cannot be reached now has not become another. */
	if (seen == NULL && spot_is_fresh(spot, loop_now_ms()))
		return;
	spot->seen_until_ms = loop_now_ms() + (int64_t)p->options.keep_s * 1000;
	spots_put(&p->spots, spot, seen);
}

static void
begin_look(void *arg)
{
	struct look *l = arg;
	struct probes *p = l->probes;
	struct smtp_probe_request request = {
		.address = l->spot->target.address,
		.port = l->spot->target.port,
		.sni = spot_sni(l->spot),
		.helo = p->options.helo,
		.deadline_ms = p->options.deadline_ms,
	};

	p->counts.looks++;
	l->probe = smtp_probe_start(&request, on_look, l);
}

/* --- asking ------------------------------------------------------------------------------- */

/* Take one of this minute's looks; false when there are none left, or so many still wait: hosts are silent. */
static bool
take_from_rate(struct probes *p)
{
	if (loop_now_ms() - p->minute_began_ms >= MINUTE_MS) {
		p->minute_began_ms = loop_now_ms();
		p->looks_in_minute = 0;
	}
	if (p->looks_in_minute >= p->options.per_minute ||
	    p->look_count >= p->options.per_minute)
		return false;
	p->looks_in_minute++;
	return true;
}

/* spot is NULL where the target is not known yet. */
static bool
may_look(struct probes *p, const struct spot *spot, const struct probe_target *t)
{
	bool is_paused = spot != NULL && loop_now_ms() < spot->paused_until_ms;

	if (!p->options.is_on)
		return false;
	if (!is_paused && guard_allows(&p->options.guard, &t->address) &&
	    take_from_rate(p))
		return true;
	p->counts.refused++;
	return false;
}

static void
wait_for(struct look *l, struct probe *a)
{
	a->look = l;
	list_append(&l->askers, &a->node);
}

static void
wait_for_new_look(struct probes *p, struct spot *spot, struct probe *a)
{
	struct look *l = look_new(p, spot);

	wait_for(l, a);
	gate_enter(&p->gate, &l->pass, begin_look, l);
}

static struct probe *
ask(struct probes *p, const struct probe_target *target, bool takes_kept,
    probe_done_fn *done, void *arg)
{
	struct probe *a = asker_new(p, done, arg);
	struct spot *spot = spots_find(&p->spots, target);

	if (spot != NULL)
		spots_touch(&p->spots, spot);
	if (takes_kept && spot != NULL && spot_is_fresh(spot, loop_now_ms()))
		settle(a, spot->seen);
	else if (spot != NULL && spot->look != NULL)
		wait_for(spot->look, a);
	else if (!may_look(p, spot, target))
		settle(a, NULL);
	else if (spot != NULL)
		wait_for_new_look(p, spot, a);
	else
		wait_for_new_look(p, spots_add(&p->spots, target), a);
	return a;
}

struct probe *
probes_ask(
    struct probes *p, const struct probe_target *target, probe_done_fn *done, void *arg)
{
	return ask(p, target, true, done, arg);
}

struct probe *
probes_ask_again(
    struct probes *p, const struct probe_target *target, probe_done_fn *done, void *arg)
{
	return ask(p, target, false, done, arg);
}

bool
probes_peek(struct probes *p, const struct probe_target *target, struct evidence *out)
{
	struct spot *spot = spots_find(&p->spots, target);

	if (spot == NULL || !spot_is_fresh(spot, loop_now_ms()))
		return false;
	spots_touch(&p->spots, spot);
	sighting_evidence(spot->seen, out);
	return true;
}

void
probe_cancel(struct probe *a)
{
	struct look *l;

	if (a == NULL)
		return;
	l = a->look;
	asker_free(a);
	/* A look that has begun goes on for the cache. */
	if (l != NULL && list_is_empty(&l->askers) && !l->pass.is_running)
		look_free(l);
}

/* --- all of them ---------------------------------------------------------------------------- */

static void
take_options(struct probes *p, const struct probe_options *options)
{
	const struct guard *guard = &options->guard;

	p->options = *options;
	p->options.helo = xstrdup(options->helo);
	p->options.guard.allowed =
	    xmemdup(guard->allowed, guard->count * sizeof(guard->allowed[0]));
}

static void
options_clear(struct probe_options *options)
{
	free((void *)options->helo);
	free((void *)options->guard.allowed);
}

struct probes *
probes_new(const struct probe_options *options)
{
	struct probes *p = xcalloc(1, sizeof(*p));

	take_options(p, options);
	spots_init(&p->spots, options->kept_max);
	gate_init(&p->gate, options->parallel);
	list_init(&p->looks);
	list_init(&p->settled);
	p->minute_began_ms = loop_now_ms();
	return p;
}

void
probes_free(struct probes *p)
{
	if (p == NULL)
		return;
	gate_resize(&p->gate, 0); /* nobody takes the place of who leaves */
	while (!list_is_empty(&p->looks))
		look_free(LIST_ITEM(p->looks.next, struct look, node));
	askers_free(&p->settled);
	spots_clear(&p->spots);
	options_clear(&p->options);
	free(p);
}

/* Those that wait at the gate. */
static void
give_up_waiting(struct probes *p)
{
	struct list *node, *next;

	for (node = p->looks.next; node != &p->looks; node = next) {
		struct look *l = LIST_ITEM(node, struct look, node);

		next = node->next;
		if (!l->pass.is_running)
			end_look(l, NULL);
	}
}

void
probes_reconfigure(struct probes *p, const struct probe_options *options)
{
	struct probe_options old = p->options;

	take_options(p, options);
	options_clear(&old);
	if (!p->options.is_on)
		give_up_waiting(p);
	gate_resize(&p->gate, p->options.parallel);
	spots_resize(&p->spots, p->options.kept_max);
}

void
probes_status(const struct probes *p, struct probe_counts *out)
{
	*out = p->counts;
	out->kept = p->spots.map.count;
	out->under_way = p->gate.running;
}
