/*
 * The whole answer, for tools and tests.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "wire/dialects.h"
#include "wire/put.h"

/* A NULL from json-c means no memory; the object is then simply without the member, which
 * its readers refuse. */
static void
put(struct json_object *o, const char *key, struct json_object *value)
{
	json_object_object_add(o, key, value);
}

static void
put_reason(
    struct json_object *o, enum verdict verdict, enum reason reason, const char *detail)
{
	put_text(o, "verdict", verdict_word(verdict));
	put_text(o, "reason", reason_text(reason));
	put_text(o, "section", reason_section(reason));
	put_text(o, "detail", detail);
}

static struct json_object *
tlsa_array(const struct tlsa_set *set)
{
	struct json_object *array = json_object_new_array();
	struct strbuf text = STRBUF_INIT;
	size_t i;

	for (i = 0; set != NULL && i < set->count; i++) {
		strbuf_reset(&text);
		tlsa_add_text(&text, &set->records[i]);
		json_object_array_add(array, json_object_new_string(strbuf_str(&text)));
	}
	strbuf_clear(&text);
	return array;
}

/* Only where a look has shown something. */
static void
put_standing(struct json_object *o, const struct host_answer *h)
{
	if (h->standing == STANDING_UNSEEN)
		return;
	put_text(o, "standing", standing_word(h->standing));
	put_text(o, "standing-text", standing_text(h->standing));
	put_text(o, "seen", h->seen != NULL ? h->seen : "");
}

static struct json_object *
host_object(const struct host_answer *h)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "name", h->name->text);
	put(o, "preference", json_object_new_int(h->preference));
	put_reason(o, h->verdict, h->reason, h->detail);
	put(o, "named-by-policy", json_object_new_boolean(h->is_named));
	if (h->base != NULL)
		put_text(o, "tlsa-base-domain", h->base->text);
	if (h->tlsa != NULL)
		put(o, "tlsa", tlsa_array(h->tlsa));
	put_standing(o, h);
	return o;
}

static struct json_object *
policy_object(const struct answer *a)
{
	struct json_object *o = json_object_new_object();
	struct json_object *mx = json_object_new_array();
	struct strbuf text = STRBUF_INIT;
	size_t i;

	put_text(o, "mode", sts_mode_text(a->policy->mode));
	put(o, "max-age", json_object_new_int64(a->policy->max_age_s));
	put(o, "binding", json_object_new_boolean(a->is_sts_binding));
	for (i = 0; i < a->policy->pattern_count; i++) {
		strbuf_reset(&text);
		strbuf_addf(&text, "%s%s",
		    a->policy->patterns[i].is_wildcard ? "*." : "",
		    a->policy->patterns[i].name);
		json_object_array_add(mx, json_object_new_string(strbuf_str(&text)));
	}
	put(o, "mx", mx);
	strbuf_clear(&text);
	return o;
}

enum socketmap_code
dialect_json(const struct answer *a, struct strbuf *text)
{
	struct json_object *o = json_object_new_object();
	struct json_object *hosts = json_object_new_array();
	struct strbuf name = STRBUF_INIT;
	size_t i;

	next_hop_add(&name, a->next_hop);
	put_text(o, "next-hop", strbuf_str(&name));
	strbuf_clear(&name);
	put_reason(o, a->verdict, a->reason, a->detail);
	put(o, "mx-secure", json_object_new_boolean(a->mx_is_secure));
	put(o, "mx-implicit", json_object_new_boolean(a->mx_is_implicit));
	put(o, "override", json_object_new_boolean(a->is_override));
	put(o, "ttl", json_object_new_int64(a->ttl_s));
	put(o, "sts", a->policy != NULL ? policy_object(a) : NULL);
	for (i = 0; i < a->count; i++)
		json_object_array_add(hosts, host_object(&a->hosts[i]));
	put(o, "hosts", hosts);
	strbuf_adds(text, json_object_to_json_string_ext(o,
			      JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
	return REPLY_OK;
}
