/* SPDX-License-Identifier: ISC */
#include "lookup/engine.h"

#include "base/log.h"
#include "base/mem.h"
#include "lookup/errand.h"
#include "lookup/operation.h"
#include "lookup/refresh.h"
#include "lookup/selftest.h"
#include "lookup/state.h"
#include "net/dns.h"
#include "net/loop.h"

/* --- coming and going ------------------------------------------------------------------ */

static void
on_stored_override(const struct stored_override *stored, void *arg)
{
	struct override o = {
		.domain = *stored->domain,
		.with_subdomains = stored->with_subdomains,
		.created = stored->created,
		.expires = stored->expires,
	};

	if (override_action_parse(stored->action, &o.action) != ST_OK) {
		log_err(
		    "override: domain=%s action=\"%s\" status=ignored reason=\"no such "
		    "action in this version\"",
		    stored->domain->text, stored->action);
		return;
	}
	snprintf(o.reason, sizeof(o.reason), "%s", stored->reason);
	override_put(arg, &o);
}

/* The resolver validates again.  What it said before, and may be saying now, is not known to be secure or not. */
static void
on_repaired(void *arg)
{
	struct engine *e = arg;

	routes_forget(&e->routes);
	operations_restart(e);
}

struct engine *
engine_new(const struct engine_options *options, struct dns *dns, struct https *https)
{
	struct engine *e = xcalloc(1, sizeof(*e));

	e->lookup.options = *options;
	e->lookup.dns = dns;
	e->lookup.https = https;
	e->started = loop_time();
	gate_init(&e->gate, options->fetch_parallel);
	list_init(&e->operations);
	list_init(&e->questions);
	list_init(&e->errands);
	routes_init(&e->routes, options->routes_max);
	policies_init(&e->policies, options);
	e->refresh = refresh_start(e);
	e->selftest = selftest_start(&e->lookup, on_repaired, e);
	return e;
}

enum status
engine_use_store(struct engine *e, struct store *store)
{
	struct override_list made = e->overrides;
	enum status rc;
	size_t i;

	e->overrides = (struct override_list){ 0 };
	rc = store_each_override(store, on_stored_override, &e->overrides);
	if (rc == ST_OK)
		rc = policies_use_store(&e->policies, store, loop_time());
	if (rc == ST_OK)
		e->store = store;
	/* Those made while there was no store are younger than what it has. */
	for (i = 0; i < made.count; i++)
		engine_put_override(e, &made.items[i]);
	override_list_clear(&made);
	return rc;
}

void
engine_free(struct engine *e)
{
	if (e == NULL)
		return;
	questions_cancel(e);
	errands_cancel(e);
	selftest_stop(e->selftest);
	refresh_stop(e->refresh);
	operations_cancel(e);
	routes_clear(&e->routes);
	policies_clear(&e->policies);
	override_list_clear(&e->overrides);
	free(e);
}

void
engine_reconfigure(struct engine *e, const struct engine_options *options,
    struct dns *dns, struct https *https)
{
	e->lookup.options = *options;
	e->lookup.dns = dns;
	e->lookup.https = https;
	e->routes.max = options->routes_max;
	e->policies.max = options->policies_max;
	e->policies.max_bytes = options->policies_max_bytes;
	e->policies.refresh_every = options->refresh_every;
	e->policies.retry_after = options->retry_after;
	operations_restart(e);
	questions_restart(e);
	errands_restart(e);
	gate_resize(&e->gate, options->fetch_parallel);
	selftest_again(e->selftest);
}

/* --- answers --------------------------------------------------------------------------------- */

static bool
is_dane_off(const struct engine *e)
{
	enum resolver_state state = selftest_result(e->selftest)->state;

	/* A dead resolver is no reason: its errors speak for themselves. */
	return state == RESOLVER_UNTRUSTED || state == RESOLVER_NOT_VALIDATING;
}

const struct settings *
engine_settings(struct engine *e)
{
	e->settings = e->lookup.options.settings;
	e->settings.is_dane_off = is_dane_off(e);
	return &e->settings;
}

void
engine_decide(struct engine *e, const struct facts *facts, struct answer *answer)
{
	decide(facts, engine_settings(e), loop_time(), answer);
	e->verdicts[answer->verdict]++;
}

bool
engine_peek(struct engine *e, const struct next_hop *next_hop, struct answer *answer)
{
	time_t now = loop_time();
	struct route_entry *route = routes_find(&e->routes, next_hop);
	struct sts_entry *sts = policies_find(&e->policies, &next_hop->domain);
	struct sts_facts sts_facts;
	struct facts facts = { .next_hop = next_hop, .sts = &sts_facts };

	if (route == NULL || sts == NULL || !sts_entry_is_fresh(sts, now))
		return false;
	facts.route = route_entry_fresh(route, loop_now_ms());
	if (facts.route == NULL)
		return false;
	facts.override = override_find(&e->overrides, &next_hop->domain, now);
	sts_entry_facts(sts, now, &sts_facts);
	engine_decide(e, &facts, answer);
	e->asked++;
	e->hits++;
	routes_touch(&e->routes, route);
	policies_touch(&e->policies, sts, now);
	if (route_entry_is_due(route, loop_now_ms()))
		operation_find_route(e, route, next_hop);
	return true;
}

bool
engine_facts(struct engine *e, const struct next_hop *next_hop, struct facts *out)
{
	time_t now = loop_time();
	struct route_entry *route = routes_find(&e->routes, next_hop);
	struct sts_entry *sts = policies_find(&e->policies, &next_hop->domain);

	*out = (struct facts){
		.next_hop = next_hop,
		.route = route != NULL ? route->route : NULL,
		.override = override_find(&e->overrides, &next_hop->domain, now),
	};
	if (sts != NULL && sts_entry_is_known(sts)) {
		sts_entry_facts(sts, now, &e->told_sts);
		out->sts = &e->told_sts;
	}
	return out->route != NULL || out->sts != NULL;
}

/* --- the operator's view ------------------------------------------------------------------------ */

struct show {
	struct engine *engine;
	size_t left, count;
	engine_policy_fn *fn;
	void *arg;
};

static void
show_entry(const struct sts_entry *entry, struct show *show)
{
	struct policy_entry view = {
		.used = entry->used,
		.refresh_failures = entry->refresh_failures,
		.is_refreshing = entry->operation != NULL,
	};
	struct domain domain;

	if (domain_parse(entry->name, strlen(entry->name), &domain, NULL) != ST_OK)
		return;
	view.domain = &domain;
	sts_entry_facts(entry, loop_time(), &view.sts);
	show->fn(&view, show->arg);
}

static void
show_link(struct map_link *link, void *arg)
{
	const struct sts_entry *entry = LIST_ITEM(link, struct sts_entry, link);
	struct show *show = arg;

	if (entry->policy == NULL || loop_time() >= entry->expires)
		return;
	show->count++;
	if (show->left == 0)
		return;
	show->left--;
	show_entry(entry, show);
}

size_t
engine_each_policy(struct engine *e, size_t max, engine_policy_fn *fn, void *arg)
{
	struct show show = { .engine = e, .left = max, .fn = fn, .arg = arg };
	size_t cursor = 0;

	map_walk(
	    &e->policies.map, &cursor, e->policies.map.slot_count, show_link, &show);
	return show.count;
}

enum status
engine_show_policy(
    struct engine *e, const struct domain *domain, engine_policy_fn *fn, void *arg)
{
	const struct sts_entry *entry = policies_find(&e->policies, domain);
	struct show show = { .engine = e, .fn = fn, .arg = arg };

	if (entry == NULL)
		return ST_NOTFOUND;
	show_entry(entry, &show);
	return ST_OK;
}

enum status
engine_drop(struct engine *e, const struct domain *domain)
{
	bool had_policy = policies_drop(&e->policies, domain);
	bool had_route = routes_drop(&e->routes, domain);

	if (!had_policy && !had_route)
		return ST_NOTFOUND;
	log_info("cache: domain=%s action=dropped by=operator", domain->text);
	return ST_OK;
}

enum status
engine_refresh(struct engine *e, const struct domain *domain)
{
	struct sts_entry *entry = policies_find(&e->policies, domain);

	if (entry == NULL)
		return ST_NOTFOUND;
	if (sts_entry_is_paused(entry, e->policies.retry_after, loop_time()))
		return ST_BUSY;
	operation_find_sts(e, entry, true);
	return ST_OK;
}

/* --- overrides ---------------------------------------------------------------------------------- */

const struct override_list *
engine_overrides(const struct engine *e)
{
	return &e->overrides;
}

void
engine_put_override(struct engine *e, const struct override *o)
{
	struct stored_override stored = {
		.domain = &o->domain,
		.with_subdomains = o->with_subdomains,
		.action = override_action_word(o->action),
		.reason = o->reason,
		.created = o->created,
		.expires = o->expires,
	};

	override_put(&e->overrides, o);
	if (e->store != NULL)
		store_put_override(e->store, &stored);
	log_info("override: domain=%s%s action=%s reason=\"%s\" by=operator",
	    o->with_subdomains ? "." : "", o->domain.text, stored.action, o->reason);
}

enum status
engine_drop_override(
    struct engine *e, const struct domain *domain, bool with_subdomains)
{
	enum status rc = override_drop(&e->overrides, domain, with_subdomains);

	if (rc != ST_OK)
		return rc;
	if (e->store != NULL)
		store_drop_override(e->store, domain, with_subdomains);
	log_info("override: domain=%s%s action=removed by=operator",
	    with_subdomains ? "." : "", domain->text);
	return ST_OK;
}

/* --- the state of things ---------------------------------------------------------------------- */

const char *
resolver_state_text(enum resolver_state state)
{
	static const char *const texts[] = {
#define X(name, text) [name] = text,
		RESOLVER_STATES(X)
#undef X
	};

	return texts[state];
}

void
engine_status(const struct engine *e, struct engine_status *out)
{
	const struct selftest_result *resolver = selftest_result(e->selftest);

	*out = (struct engine_status){
		.started = e->started,
		.resolver = resolver->state,
		.resolver_since = resolver->since,
		.questions = e->asked,
		.hits = e->hits,
		.misses = e->misses,
		.late = e->late,
		.dns_queries = e->lookup.dns_queries,
		.fetches = e->lookup.fetches,
		.fetch_failures = e->lookup.fetch_failures,
		.policies = e->policies.with_policy,
		.policy_bytes = e->policies.bytes,
		.routes = e->routes.map.count,
		.operations = e->operation_count,
		.waiting = e->question_count,
		.evicted = e->policies.evicted + e->routes.evicted,
	};
	memcpy(out->verdicts, e->verdicts, sizeof(out->verdicts));
	memcpy(out->resolver_detail, resolver->detail, sizeof(out->resolver_detail));
}
