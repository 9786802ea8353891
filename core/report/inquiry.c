/* SPDX-License-Identifier: ISC */
#include "report/inquiry.h"

#include "base/mem.h"
#include "net/loop.h"

#define ASK_MS     30000 /* for the facts */
#define PLACES_MAX 3     /* hosts that are tried for one session */

struct inquiry {
	const struct inquiry_tools *tools;
	const struct tls_event *event;
	struct question *question;
	struct probe *probe;
	size_t place; /* that is looked at */
	judged_fn *done;
	void *arg;
};

/* --- places ---------------------------------------------------------------------------- */

static const struct host_facts *
find_host(const struct facts *facts, const struct domain *name)
{
	return facts->route != NULL ? route_find_host(facts->route, name) : NULL;
}

/* Whether the session may have gone there. */
static bool
is_possible(
    const struct tls_event *e, const struct facts *facts, const struct host_facts *host)
{
	if (host->name.len == 0 || host->address_count == 0)
		return false;
	if (e->host.len > 0 && find_host(facts, &e->host) != host)
		return false;
	return !e->has_remote || host_has_address(host, &e->remote);
}

/* An MTA with DANE asks for the TLSA base domain; OpenSMTPD, and Sendmail where it leaves DANE to us, for the host by its own
 * name. */
static bool
asks_for_base(const struct tls_event *e)
{
	if (e->source == SOURCE_SENDMAIL)
		return e->verified == VERIFIED_DANE;
	return e->source != SOURCE_OPENSMTPD;
}

static void
set_target(const struct tls_event *e, const struct domain *name,
    const struct address *address, const struct host_facts *host,
    struct probe_target *out)
{
	*out = (struct probe_target){
		.host = *name, .address = *address, .port = SMTP_PORT
	};
	if (asks_for_base(e) && host != NULL && host->base != NULL)
		out->sni = *host->base;
}

bool
inquiry_place(const struct tls_event *e, const struct facts *facts, size_t n,
    struct probe_target *out)
{
	const struct host_facts *host;
	size_t i;

	if (e->host.len > 0 && e->has_remote) {
		host = find_host(facts, &e->host);
		set_target(
		    e, host != NULL ? &host->name : &e->host, &e->remote, host, out);
		return n == 0;
	}
	for (i = 0; facts->route != NULL && i < facts->route->host_count; i++) {
		host = &facts->route->hosts[i];
		if (!is_possible(e, facts, host) || n-- > 0)
			continue;
		set_target(e, &host->name,
		    e->has_remote ? &e->remote : &host->addresses[0], host, out);
		return true;
	}
	return false;
}

/* --- judging at once --------------------------------------------------------------------- */

static struct next_hop
next_hop_of(const struct tls_event *e)
{
	return (struct next_hop){
		.domain = e->next_hop, .port = SMTP_PORT, .is_host = e->is_next_hop_host
	};
}

/* Whether all is known that can be: after a start, policies are there, and routes are not. */
static bool
is_known(const struct inquiry_tools *t, const struct next_hop *n, struct facts *facts)
{
	return engine_facts(t->engine, n, facts) && facts->route != NULL &&
	       facts->sts != NULL;
}

/* facts NULL: nothing is known. */
static void
judge_by(const struct inquiry_tools *t, const struct tls_event *e,
    const struct facts *facts, const struct evidence *evidence, struct judgement *out)
{
	const struct judge_input input = {
		.event = e,
		.facts = facts,
		.settings = engine_settings(t->engine),
		.evidence = evidence,
		.trust = t->trust,
		.now = loop_time(),
	};

	judge(&input, out);
}

/* Whether a place has been seen lately; *can_look: there is one to look at. */
static bool
peek(const struct inquiry_tools *t, const struct tls_event *e,
    const struct facts *facts, struct evidence *out, bool *can_look)
{
	struct probe_target target;
	size_t n;

	*can_look = false;
	for (n = 0; n < PLACES_MAX && inquiry_place(e, facts, n, &target); n++) {
		*can_look = true;
		if (probes_peek(t->probes, &target, out))
			return true;
	}
	return false;
}

bool
inquiry_at_once(
    const struct inquiry_tools *t, const struct tls_event *e, struct judgement *out)
{
	struct next_hop n = next_hop_of(e);
	struct evidence evidence;
	struct facts facts;
	bool can_look;

	if (!is_known(t, &n, &facts))
		return false;
	judge_by(t, e, &facts, NULL, out);
	if (!out->wants_probe || t->probes == NULL)
		return true;
	if (peek(t, e, &facts, &evidence, &can_look)) {
		judgement_clear(out);
		judge_by(t, e, &facts, &evidence, out);
		return true;
	}
	if (can_look)
		judgement_clear(out);
	return !can_look;
}

/* --- judging later ----------------------------------------------------------------------------- */

static void step(void *arg);

static void
inquiry_free(struct inquiry *j)
{
	loop_deferred_cancel(step, j);
	question_cancel(j->question);
	probe_cancel(j->probe);
	free(j);
}

static void
finish(struct inquiry *j, const struct evidence *evidence)
{
	struct next_hop n = next_hop_of(j->event);
	struct judgement judgement;
	struct facts facts;
	bool has_some = engine_facts(j->tools->engine, &n, &facts);

	judge_by(j->tools, j->event, has_some ? &facts : NULL, evidence, &judgement);
	j->done(&judgement, j->arg);
	judgement_clear(&judgement);
	inquiry_free(j);
}

static void
on_look(const struct evidence *evidence, void *arg)
{
	struct inquiry *j = arg;

	j->probe = NULL;
	j->place++;
	if (evidence != NULL)
		finish(j, evidence);
	else
		step(j);
}

static bool
wants_look(const struct inquiry *j, const struct facts *facts)
{
	struct judgement judgement;
	bool is_wanted;

	if (j->tools->probes == NULL || j->place == PLACES_MAX)
		return false;
	judge_by(j->tools, j->event, facts, NULL, &judgement);
	is_wanted = judgement.wants_probe;
	judgement_clear(&judgement);
	return is_wanted;
}

/* Facts are as good as they get. */
static void
step(void *arg)
{
	struct inquiry *j = arg;
	struct next_hop n = next_hop_of(j->event);
	struct probe_target target;
	struct facts facts;

	if (engine_facts(j->tools->engine, &n, &facts) && wants_look(j, &facts) &&
	    inquiry_place(j->event, &facts, j->place, &target))
		j->probe = probes_ask(j->tools->probes, &target, on_look, j);
	else
		finish(j, NULL);
}

static void
on_answer(const struct answer *answer UNUSED, void *arg)
{
	struct inquiry *j = arg;

	j->question = NULL;
	loop_defer(step, j); /* the answer in hand borrows from the engine */
}

struct inquiry *
inquiry_start(const struct inquiry_tools *tools, const struct tls_event *event,
    judged_fn *done, void *arg)
{
	struct inquiry *j = xcalloc(1, sizeof(*j));
	struct next_hop n = next_hop_of(event);
	struct facts facts;

	j->tools = tools;
	j->event = event;
	j->done = done;
	j->arg = arg;
	if (is_known(tools, &n, &facts))
		loop_defer(step, j);
	else
		j->question = engine_ask(tools->engine, &n, ASK_MS, on_answer, j);
	return j;
}

void
inquiry_cancel(struct inquiry *inquiry)
{
	if (inquiry != NULL)
		inquiry_free(inquiry);
}
