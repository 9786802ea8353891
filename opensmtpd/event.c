/* SPDX-License-Identifier: ISC */
#include "event.h"

#include "client/event_id.h"

static void
add(struct event_json *json, const char *name, const char *text)
{
	event_json_text(json, name, text, strlen(text), REASON_CODE_MAX);
}

bool
event_write(
    const struct link *link, const struct outcome *outcome, char out[EVENT_JSON_MAX])
{
	struct event_json json;
	char id[EVENT_ID_SIZE];

	event_json_begin(&json, out, EVENT_JSON_MAX, SOURCE_OPENSMTPD, link->is_inbound,
	    outcome->when);
	/* Without an id, which only a system that is just starting has not, it may be counted twice. */
	if (event_id_make(id) == ST_OK)
		add(&json, "id", id);
	add(&json, "session", link->session);
	event_json_domain(
	    &json, "next-hop", outcome->next_hop.text, outcome->next_hop.len);
	add(&json, "local", link->local);
	add(&json, "remote", link->remote);
	event_json_text(&json, "helo", link->helo, strlen(link->helo), HELO_MAX);
	event_json_tls(&json, outcome->tls, outcome->verified);
	add(&json, "version", link->version);
	add(&json, "cipher", link->cipher);
	if (outcome->is_refused)
		add(&json, "result", "validation-failure");
	return event_json_end(&json) == ST_OK;
}
