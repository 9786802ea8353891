/*
 * The verbs that are answered at once: status, cache, override.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "base/number.h"
#include "control/moment.h"
#include "control/show.h"
#include "control/verb.h"
#include "net/loop.h"
#include "wire/idn.h"

struct json_object *
status_run(struct service *service, const struct operands *operands UNUSED,
    struct why *why UNUSED)
{
	return show_status(service);
}

/* --- cache ------------------------------------------------------------------------------- */

static bool
take_domain(const char *text, struct domain *out, struct why *why)
{
	return idn_domain_parse(text, strlen(text), out, why) == ST_OK;
}

static void
add_policy(const struct policy_entry *entry, void *arg)
{
	json_object_array_add(arg, show_policy(entry, false));
}

struct json_object *
cache_list_run(
    struct service *service, const struct operands *operands, struct why *why)
{
	uint64_t max = CONTROL_LIST_DEFAULT;
	struct json_object *o, *list;
	size_t count;

	if (operands->count > 0 &&
	    number_parse(operands->at[0], strlen(operands->at[0]), CONTROL_LIST_MAX,
		&max) != ST_OK) {
		why_set(why, "MAX is a number up to %d", CONTROL_LIST_MAX);
		return NULL;
	}
	list = json_object_new_array();
	count = engine_each_policy(service->engine, (size_t)max, add_policy, list);
	o = json_object_new_object();
	json_object_object_add(o, "count", json_object_new_int64((int64_t)count));
	json_object_object_add(o, "policies", list);
	return o;
}

static void
take_policy(const struct policy_entry *entry, void *arg)
{
	struct json_object **out = arg;

	*out = show_policy(entry, true);
}

static void
say_unknown(const struct domain *domain, struct why *why)
{
	why_set(why, "%s: not in the cache", domain->text);
}

struct json_object *
cache_show_run(
    struct service *service, const struct operands *operands, struct why *why)
{
	struct json_object *o = NULL;
	struct domain domain;

	if (!take_domain(operands->at[0], &domain, why))
		return NULL;
	if (engine_show_policy(service->engine, &domain, take_policy, &o) != ST_OK)
		say_unknown(&domain, why);
	return o;
}

struct json_object *
cache_refresh_run(
    struct service *service, const struct operands *operands, struct why *why)
{
	struct domain domain;
	enum status st;

	if (!take_domain(operands->at[0], &domain, why))
		return NULL;
	st = engine_refresh(service->engine, &domain);
	if (st == ST_OK)
		return show_done("domain", domain.text, "refresh started");
	if (st == ST_BUSY)
		why_set(why, "%s: the last fetch failed less than [sts] retry ago",
		    domain.text);
	else
		say_unknown(&domain, why);
	return NULL;
}

struct json_object *
cache_drop_run(
    struct service *service, const struct operands *operands, struct why *why)
{
	struct domain domain;

	if (!take_domain(operands->at[0], &domain, why))
		return NULL;
	if (engine_drop(service->engine, &domain) == ST_OK)
		return show_done("domain", domain.text, "dropped");
	say_unknown(&domain, why);
	return NULL;
}

/* --- overrides --------------------------------------------------------------------------- */

struct json_object *
override_list_run(struct service *service, const struct operands *operands UNUSED,
    struct why *why UNUSED)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(
	    o, "overrides", show_overrides(engine_overrides(service->engine)));
	return o;
}

#define ACTION_WORD(name, word, meaning) " " word

static enum status
take_action(const char *word, struct override *override, struct why *why)
{
	enum status st = override_action_parse(word, &override->action);

	if (st != ST_OK)
		why_set(why, "\"%s\" is no action; there are%s", word,
		    OVERRIDE_ACTIONS(ACTION_WORD));
	return st;
}

static enum status
take_reason(const char *text, struct override *override, struct why *why)
{
	if (strlen(text) > OVERRIDE_REASON_MAX) {
		why_set(why, "a reason is at most %d bytes long", OVERRIDE_REASON_MAX);
		return ST_TOO_BIG;
	}
	snprintf(override->reason, sizeof(override->reason), "%s", text);
	return ST_OK;
}

struct json_object *
override_add_run(
    struct service *service, const struct operands *operands, struct why *why)
{
	struct override override = { .created = loop_time() };
	enum status st = override_pattern_parse(operands->at[0], &override, why);

	if (st == ST_OK)
		st = take_action(operands->at[1], &override, why);
	if (st == ST_OK)
		st = moment_parse(
		    operands->at[2], override.created, &override.expires, why);
	if (st == ST_OK)
		st = take_reason(operands->at[3], &override, why);
	if (st != ST_OK)
		return NULL;
	engine_put_override(service->engine, &override);
	return show_override(&override);
}

struct json_object *
override_remove_run(
    struct service *service, const struct operands *operands, struct why *why)
{
	struct strbuf pattern = STRBUF_INIT;
	struct json_object *o = NULL;
	struct override override;

	if (override_pattern_parse(operands->at[0], &override, why) != ST_OK)
		return NULL;
	show_pattern(&override, &pattern);
	if (engine_drop_override(
		service->engine, &override.domain, override.with_subdomains) == ST_OK)
		o = show_done("pattern", strbuf_str(&pattern), "removed");
	else
		why_set(why, "%s: there is no such override", strbuf_str(&pattern));
	strbuf_clear(&pattern);
	return o;
}
