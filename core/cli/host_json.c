/* SPDX-License-Identifier: ISC */
#include "cli/host_json.h"

#include <json-c/json.h>

#include "cli/tlsa_record.h"
#include "wire/put.h"

static struct json_object *
show_records(const struct host_view *view)
{
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; view->host->tlsa != NULL && i < view->host->tlsa->count; i++)
		json_object_array_add(
		    list, tlsa_record_json(&view->host->tlsa->records[i]));
	return list;
}

static struct json_object *
show_match(const struct tlsa_match *m)
{
	struct json_object *o = json_object_new_object();
	bool is_usable = m->why_not[0] == '\0';
	bool is_match = is_usable && m->verdict.outcome == CHAIN_MATCHED;

	put_flag(o, "matches", is_match);
	put_text(
	    o, "why", is_usable ? chain_outcome_text(m->verdict.outcome) : m->why_not);
	put_flag(o, "passed_over", m->is_passed_over);
	if (is_match)
		put_number(o, "depth", (uint64_t)m->verdict.depth);
	return o;
}

static struct json_object *
show_address(const struct host_view *view, const struct host_audit *audit, size_t i)
{
	const struct host_audit_address *a = &audit->addresses[i];
	const struct evidence *e = &view->seen[i];
	struct json_object *o = json_object_new_object();
	struct json_object *matches = json_object_new_array();
	char address[ADDRESS_TEXT_MAX];
	size_t k;

	put_text(o, "address", address_text(e->remote, address));
	put_text(o, "tls", event_tls_word(e->tls));
	put_text(o, "version", e->version);
	put_text(o, "detail", e->reason);
	if (a->has_cert) {
		put_text(o, "key", a->cert.key);
		PUT_TIME(o, "expires", a->cert.ends);
	}
	if (a->has_verdict)
		put_text(o, "verdict", chain_outcome_text(a->verdict.outcome));
	if (a->has_webpki)
		put_text(o, "webpki", chain_outcome_text(a->webpki.outcome));
	for (k = 0; a->matches != NULL && k < view->host->tlsa->count; k++)
		json_object_array_add(matches, show_match(&a->matches[k]));
	json_object_object_add(o, "records", matches);
	return o;
}

void
host_json_put(struct json_object *o, const struct host_view *view,
    const struct host_audit *audit, uint32_t ttl_s)
{
	const struct host_facts *host = view->host;
	struct json_object *addresses = json_object_new_array();
	size_t i;

	put_flag(o, "secure", host->is_address_secure);
	put_text(o, "base", host->base != NULL ? host->base->text : "");
	put_number(o, "ttl", ttl_s);
	json_object_object_add(o, "records", show_records(view));
	for (i = 0; i < view->count; i++)
		json_object_array_add(addresses, show_address(view, audit, i));
	json_object_object_add(o, "addresses", addresses);
}
