/*
 * The verbs about watched domains: list, look.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "control/operands.h"
#include "control/show.h"
#include "control/verb.h"
#include "watch/watch_json.h"
#include "wire/put.h"

/* --- list ------------------------------------------------------------------------------------- */

static struct json_object *
show_findings(const struct watch_state *state)
{
	struct json_object *list = json_object_new_array();
	int level;
	size_t i;

	for (level = REMARK_BROKEN; level >= REMARK_ADVICE; level--)
		for (i = 0; i < state->count; i++)
			if ((int)state->findings[i].level == level &&
			    state->findings[i].stage == FINDING_THERE)
				json_object_array_add(
				    list, watch_json_finding(&state->findings[i]));
	return list;
}

static struct json_object *
show_watched(const struct watch_entry *entry)
{
	const struct watch_state *s = entry->state;
	struct json_object *o = json_object_new_object();

	put_text(o, "domain", entry->domain->text);
	put_text(o, "outcome", watch_outcome_word(s->outcome));
	PUT_TIME(o, "since", s->since);
	PUT_TIME(o, "looked", s->looked);
	PUT_TIME(o, "sure", s->sure);
	PUT_TIME(o, "next", entry->next);
	put_flag(o, "is_looking", entry->is_looking);
	put_text(o, "told", watch_outcome_word(s->told));
	put_flag(o, "is_told", !s->is_sending && !watch_state_has_news(s));
	put_number(o, "failures", entry->failures);
	put_text(o, "error", entry->error);
	json_object_object_add(o, "findings", show_findings(s));
	return o;
}

struct listing {
	const struct domain *wanted; /* len 0: all */
	struct json_object *list;
};

static void
add_entry(const struct watch_entry *entry, void *arg)
{
	const struct listing *l = arg;

	if (l->wanted->len == 0 || domain_equal(l->wanted, entry->domain))
		json_object_array_add(l->list, show_watched(entry));
}

static void
say_unwatched(const struct domain *domain, struct why *why)
{
	why_set(why,
	    "%s: not watched; \"domains\" of section [watch] in hopseal.conf has those "
	    "that are",
	    domain->text);
}

static enum status
take_operand(const struct service *service, const struct operands *operands,
    struct domain *out, struct why *why)
{
	if (service->watch != NULL)
		return operand_domain(operands->at[0], out, why);
	why_set(why, "only a daemon watches domains");
	return ST_NOTFOUND;
}

struct json_object *
watch_list_run(
    struct service *service, const struct operands *operands, struct why *why)
{
	struct json_object *o;
	struct domain domain;
	struct listing l = { .wanted = &domain };

	if (take_operand(service, operands, &domain, why) != ST_OK)
		return NULL;
	l.list = json_object_new_array();
	watch_each(service->watch, add_entry, &l);
	if (domain.len > 0 && json_object_array_length(l.list) == 0) {
		say_unwatched(&domain, why);
		json_object_put(l.list);
		return NULL;
	}
	o = json_object_new_object();
	json_object_object_add(o, "domains", l.list);
	return o;
}

/* --- look ------------------------------------------------------------------------------------- */

struct json_object *
watch_look_run(
    struct service *service, const struct operands *operands, struct why *why)
{
	struct domain domain;
	enum status st;

	if (take_operand(service, operands, &domain, why) != ST_OK)
		return NULL;
	st = watch_now(service->watch, domain.len > 0 ? &domain : NULL);
	if (st == ST_OK)
		return show_done("domain", domain.text, "look started");
	if (st == ST_NOTFOUND)
		say_unwatched(&domain, why);
	else
		why_set(
		    why, "nothing is looked at as long as the database cannot be used");
	return NULL;
}
