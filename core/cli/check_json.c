/*
 * A checked domain as JSON.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "cli/check.h"
#include "cli/host_json.h"
#include "cli/remark_list.h"
#include "wire/put.h"

static struct json_object *
show_mx(const struct mx_view *mx)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "outcome", check_mx_words(mx->route->outcome)->word);
	put_flag(o, "secure", mx->route->is_secure);
	put_text(o, "detail", mx->route->detail);
	return o;
}

static struct json_object *
show_zone(const struct zone_view *zone)
{
	struct json_object *o = json_object_new_object();

	if (zone == NULL)
		return o;
	put_text(o, "apex", zone->apex.text);
	put_text(o, "security", check_zone_words(zone->security)->word);
	put_text(o, "detail", zone->detail);
	put_number(o, "servers", zone->count);
	return o;
}

static struct json_object *
show_host(const struct audit_host *host, const struct host_facts *mx)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "name", mx->name.text);
	put_number(o, "preference", mx->preference);
	put_text(
	    o, "detail", host->view != NULL ? host->view->host->detail : mx->detail);
	put_text(o, "sts", sts_mode_text(host->sts));
	json_object_object_add(o, "zone", show_zone(host->zone));
	if (host->view != NULL)
		host_json_put(o, host->view, &host->audit, check_ttl(host));
	return o;
}

static struct json_object *
show_hosts(const struct audit *audit)
{
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < audit->count; i++)
		json_object_array_add(
		    list, show_host(&audit->hosts[i], &audit->mx->route->hosts[i]));
	return list;
}

/* {"name", "secure", "ttl", "texts": [...], "detail"} */
static struct json_object *
show_texts(const struct txt_view *view)
{
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct strbuf text = STRBUF_INIT;
	size_t i;

	put_text(o, "name", view->name.text);
	put_flag(o, "secure", view->is_secure);
	put_number(o, "ttl", view->ttl_s);
	for (i = 0; i < view->count; i++) {
		strbuf_reset(&text);
		strbuf_escape(
		    &text, view->texts[i].text, view->texts[i].len, view->texts[i].len);
		json_object_array_add(list, json_object_new_string(strbuf_str(&text)));
	}
	json_object_object_add(o, "texts", list);
	put_text(o, "detail", view->detail);
	strbuf_clear(&text);
	return o;
}

static struct json_object *
show_policy(const struct sts_policy *policy)
{
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct strbuf mx = STRBUF_INIT;
	size_t i;

	put_text(o, "mode", sts_mode_text(policy->mode));
	put_number(o, "max_age_s", policy->max_age_s);
	for (i = 0; i < policy->pattern_count; i++) {
		strbuf_reset(&mx);
		strbuf_addf(&mx, "%s%s", policy->patterns[i].is_wildcard ? "*." : "",
		    policy->patterns[i].name);
		json_object_array_add(list, json_object_new_string(strbuf_str(&mx)));
	}
	json_object_object_add(o, "mx", list);
	strbuf_clear(&mx);
	return o;
}

static struct json_object *
show_sts(const struct sts_view *sts)
{
	const struct sts_policy *policy = sts_view_policy(sts);
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "record", show_texts(&sts->record));
	json_object_object_add(
	    o, "policy", policy != NULL ? show_policy(policy) : NULL);
	return o;
}

static struct json_object *
show_tlsrpt(const struct rua_view *rua)
{
	struct json_object *o = json_object_new_object();
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < rua->list.count; i++)
		json_object_array_add(
		    list, json_object_new_string(rua->list.items[i].uri));
	json_object_object_add(o, "record", show_texts(&rua->record));
	json_object_object_add(o, "rua", list);
	return o;
}

struct json_object *
check_json(const struct checked_domain *d)
{
	const struct audit *audit = d->audit;
	struct json_object *o = json_object_new_object();

	put_text(o, "domain", audit->domain.text);
	put_text(o, "outcome", remark_level_word(d->worst));
	json_object_object_add(o, "mx", show_mx(audit->mx));
	json_object_object_add(o, "zone", show_zone(audit->zone));
	json_object_object_add(o, "hosts", show_hosts(audit));
	json_object_object_add(o, "sts", show_sts(audit->sts));
	json_object_object_add(o, "tlsrpt", show_tlsrpt(audit->rua));
	if (audit->dkim != NULL)
		json_object_object_add(o, "dkim", show_texts(&audit->dkim->record));
	json_object_object_add(o, "remarks", remark_list_json(&audit->remarks));
	if (d->sender != NULL)
		json_object_object_add(o, "sender", json_object_get(d->sender));
	return o;
}
