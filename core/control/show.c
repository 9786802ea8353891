/* SPDX-License-Identifier: ISC */
#include "control/show.h"

#include <json-c/json.h>

#include "base/strbuf.h"
#include "control/show_reports.h"
#include "net/loop.h"
#include "wire/put.h"

/* --- policies ---------------------------------------------------------------------------- */

static struct json_object *
show_patterns(const struct sts_policy *policy)
{
	struct json_object *list = json_object_new_array();
	struct strbuf sb = STRBUF_INIT;
	size_t i;

	for (i = 0; i < policy->pattern_count; i++) {
		strbuf_reset(&sb);
		strbuf_addf(&sb, "%s%s", policy->patterns[i].is_wildcard ? "*." : "",
		    policy->patterns[i].name);
		json_object_array_add(list, json_object_new_string(strbuf_str(&sb)));
	}
	strbuf_clear(&sb);
	return list;
}

/* Escaped, because the bytes are the domain's and need not be UTF-8. */
static struct json_object *
show_lines(const struct sts_policy *policy)
{
	struct json_object *list = json_object_new_array();
	struct strbuf sb = STRBUF_INIT;
	const char *line;
	size_t pos = 0, len;

	while (sts_policy_next_line(policy, &pos, &line, &len)) {
		strbuf_reset(&sb);
		strbuf_escape(&sb, line, len, len);
		json_object_array_add(list, json_object_new_string(strbuf_str(&sb)));
	}
	strbuf_clear(&sb);
	return list;
}

static void
put_policy(struct json_object *o, const struct sts_policy *policy, bool with_text)
{
	if (policy == NULL) {
		json_object_object_add(o, "mode", NULL);
		return;
	}
	put_text(o, "mode", sts_mode_text(policy->mode));
	put_number(o, "max_age_s", policy->max_age_s);
	put_number(o, "mx_count", policy->pattern_count);
	if (!with_text)
		return;
	json_object_object_add(o, "mx", show_patterns(policy));
	json_object_object_add(o, "lines", show_lines(policy));
}

static const char *
record_text(const struct sts_facts *sts)
{
	if (!sts->is_record_known)
		return "not asked for yet";
	if (sts->is_record_error)
		return "lookup failed";
	return sts_record_outcome_text(sts->record);
}

struct json_object *
show_policy(const struct policy_entry *entry, bool with_text)
{
	const struct sts_facts *sts = &entry->sts;
	struct json_object *o = json_object_new_object();

	put_text(o, "domain", entry->domain->text);
	put_policy(o, sts->policy, with_text);
	put_text(o, "id", sts->id);
	PUT_TIME(o, "fetched", sts->fetched);
	PUT_TIME(o, "expires", sts->expires);
	PUT_TIME(o, "used", entry->used);
	put_text(o, "record", record_text(sts));
	put_text(o, "attempt", sts_attempt_word(sts->attempt));
	PUT_TIME(o, "attempted", sts->attempted);
	put_text(o, "detail", sts->detail);
	put_number(o, "refresh_failures", entry->refresh_failures);
	put_flag(o, "is_refreshing", entry->is_refreshing);
	return o;
}

/* --- overrides --------------------------------------------------------------------------- */

void
show_pattern(const struct override *override, struct strbuf *out)
{
	strbuf_addf(
	    out, "%s%s", override->with_subdomains ? "." : "", override->domain.text);
}

struct json_object *
show_override(const struct override *override)
{
	struct json_object *o = json_object_new_object();
	struct strbuf pattern = STRBUF_INIT;

	show_pattern(override, &pattern);
	put_text(o, "pattern", strbuf_str(&pattern));
	strbuf_clear(&pattern);
	put_text(o, "action", override_action_word(override->action));
	put_text(o, "meaning", override_action_meaning(override->action));
	put_text(o, "reason", override->reason);
	PUT_TIME(o, "created", override->created);
	PUT_TIME(o, "expires", override->expires);
	put_flag(o, "is_expired", override->expires <= loop_time());
	return o;
}

struct json_object *
show_overrides(const struct override_list *list)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < list->count; i++)
		json_object_array_add(array, show_override(&list->items[i]));
	return array;
}

/* --- the trace --------------------------------------------------------------------------- */

struct json_object *
show_steps(const struct trace *trace)
{
	struct json_object *array = json_object_new_array(), *o;
	size_t i;

	for (i = 0; i < trace->count; i++) {
		const struct trace_step *step = &trace->steps[i];

		o = json_object_new_object();
		put_text(o, "what", step->what);
		put_text(o, "came", step->came);
		put_text(o, "security", step->security);
		put_text(o, "rule", step->rule);
		put_number(o, "ttl_s", step->ttl_s);
		json_object_object_add(o, "ms", json_object_new_int64(step->ms));
		json_object_array_add(array, o);
	}
	return array;
}

/* --- the daemon --------------------------------------------------------------------------- */

static struct json_object *
show_resolver(const struct service *service, const struct engine_status *status)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "state", resolver_state_text(status->resolver));
	put_flag(o, "is_ok", status->resolver == RESOLVER_OK);
	PUT_TIME(o, "since", status->resolver_since);
	put_text(o, "detail", status->resolver_detail);
	put_text(o, "servers", dns_servers(service->dns));
	put_flag(o, "is_trusted", dns_is_trusted(service->dns));
	return o;
}

static struct json_object *
show_store(const struct service *service)
{
	struct json_object *o = json_object_new_object();
	struct store_state state = { .is_healthy = false };

	if (service->store != NULL)
		store_state(service->store, &state);
	put_flag(o, "is_open", service->store != NULL);
	put_flag(o, "is_healthy", state.is_healthy);
	PUT_TIME(o, "failing_since", state.failing_since);
	put_text(o, "error", state.error);
	put_number(o, "written", state.written);
	put_number(o, "dropped", state.dropped);
	put_number(o, "queued", state.queued);
	return o;
}

static struct json_object *
show_questions(const struct engine_status *status)
{
	struct json_object *o = json_object_new_object();

	put_number(o, "asked", status->questions);
	put_number(o, "hits", status->hits);
	put_number(o, "misses", status->misses);
	put_number(o, "late", status->late);
	put_number(o, "waiting", status->waiting);
	return o;
}

static struct json_object *
show_lookups(const struct engine_status *status)
{
	struct json_object *o = json_object_new_object();

	put_number(o, "dns_queries", status->dns_queries);
	put_number(o, "fetches", status->fetches);
	put_number(o, "fetch_failures", status->fetch_failures);
	put_number(o, "under_way", status->operations);
	return o;
}

static struct json_object *
show_verdicts(const struct engine_status *status)
{
	struct json_object *o = json_object_new_object();
	size_t i;

	for (i = 0; i < COUNT_OF(status->verdicts); i++)
		put_number(o, verdict_word((enum verdict)i), status->verdicts[i]);
	return o;
}

static struct json_object *
show_cache(const struct engine_status *status)
{
	struct json_object *o = json_object_new_object();

	put_number(o, "policies", status->policies);
	put_number(o, "policy_bytes", status->policy_bytes);
	put_number(o, "routes", status->routes);
	put_number(o, "evicted", status->evicted);
	return o;
}

/* --- our own domains ------------------------------------------------------------------------ */

static struct json_object *
show_watch(const struct watch_status *status)
{
	struct json_object *o = json_object_new_object(),
			   *outcomes = json_object_new_object();
	size_t i;

	for (i = 0; i < WATCH_OUTCOME_COUNT; i++)
		put_number(outcomes, watch_outcome_word((enum watch_outcome)i),
		    status->by_outcome[i]);
	put_number(o, "domains", status->domains);
	json_object_object_add(o, "outcomes", outcomes);
	put_number(o, "untold", status->untold);
	put_number(o, "looks", status->looks);
	put_number(o, "runs", status->runs);
	put_number(o, "failed_runs", status->failed_runs);
	return o;
}

static void
put_watch(const struct service *service, struct json_object *o)
{
	struct watch_status status = { .domains = 0 };

	if (service->watch != NULL)
		watch_status(service->watch, &status);
	if (status.domains > 0)
		json_object_object_add(o, "watch", show_watch(&status));
}

/* --- all of it --------------------------------------------------------------------------------- */

struct json_object *
show_status(const struct service *service)
{
	struct json_object *o = json_object_new_object();
	struct engine_status status;

	engine_status(service->engine, &status);
	put_text(o, "version", HOPSEAL_VERSION);
	PUT_TIME(o, "started", status.started);
	put_number(o, "uptime_s", (uint64_t)(loop_time() - status.started));
	json_object_object_add(o, "resolver", show_resolver(service, &status));
	json_object_object_add(o, "store", show_store(service));
	json_object_object_add(o, "questions", show_questions(&status));
	json_object_object_add(o, "lookups", show_lookups(&status));
	json_object_object_add(o, "verdicts", show_verdicts(&status));
	json_object_object_add(o, "cache", show_cache(&status));
	if (service->reports != NULL)
		show_reports(service, o);
	put_watch(service, o);
	json_object_object_add(
	    o, "overrides", show_overrides(engine_overrides(service->engine)));
	return o;
}

struct json_object *
show_done(const char *name, const char *value, const char *done)
{
	struct json_object *o = json_object_new_object();

	put_text(o, name, value);
	put_text(o, "done", done);
	return o;
}
