/* SPDX-License-Identifier: ISC */
#include "json.h"

#include "client/event_id.h"
#include "client/event_json.h"

/* The places of an inbound session's arguments. */
enum { HELO, ADDRESS, VERSION, CIPHER, VERIFIED };

static void
add_text(struct event_json *json, const char *name, const char *text)
{
	event_json_text(json, name, text, strlen(text), REASON_CODE_MAX);
}

static void
add_piece(struct event_json *json, const char *name, struct piece text)
{
	event_json_text(json, name, text.text, text.len, REASON_CODE_MAX);
}

/* Without an id, which only a system that is just starting has not, it may be counted twice. */
static void
begin(struct event_json *json, char *buf, size_t size, bool is_inbound, time_t when)
{
	char id[EVENT_ID_SIZE];

	event_json_begin(json, buf, size, SOURCE_EXIM, is_inbound, when);
	if (event_id_make(id) == ST_OK)
		add_text(json, "id", id);
}

/* What EVENT_JSON_PLAIN has no room for is no session of anybody. */
static char *
finish(struct event_json *json)
{
	if (event_json_end(json) == ST_OK)
		return json->buf;
	free(json->buf);
	return NULL;
}

static void
add_ends(struct event_json *json, const struct session *session)
{
	event_json_domain(
	    json, "next-hop", session->next_hop, strlen(session->next_hop));
	event_json_domain(json, "host", session->host, strlen(session->host));
	add_text(json, "local", session->local);
	add_text(json, "remote", session->remote);
	event_json_text(json, "helo", session->helo, strlen(session->helo), HELO_MAX);
}

char *
session_json(const struct session *session, time_t when)
{
	size_t size = event_json_size(&session->chain);
	char *buf = malloc(size);
	struct event_json json;

	if (buf == NULL)
		return NULL;
	begin(&json, buf, size, false, when);
	add_ends(&json, session);
	event_json_tls(&json, session->tls, session->verified);
	add_text(&json, "version", session->version);
	add_text(&json, "cipher", session->cipher);
	if (session->has_result)
		add_text(&json, "result", tls_result_word(session->result));
	add_text(&json, "reason", session->reason);
	event_json_chain(&json, &session->chain);
	return finish(&json);
}

/* Of a client that shows a certificate Exim verifies the chain, not a name. */
static enum event_verified
verified_of(struct piece version, struct piece verified)
{
	if (version.len == 0)
		return VERIFIED_UNKNOWN;
	return piece_is(verified, "1") ? VERIFIED_CHAIN : VERIFIED_NO;
}

char *
inbound_json(const struct arguments *arguments, time_t when)
{
	struct piece helo = argument(arguments, HELO, DOMAIN_LEN);
	struct piece version = argument(arguments, VERSION, REASON_CODE_MAX);
	struct piece verified = argument(arguments, VERIFIED, REASON_CODE_MAX);
	char *buf = malloc(EVENT_JSON_PLAIN);
	struct event_json json;

	if (buf == NULL)
		return NULL;
	begin(&json, buf, EVENT_JSON_PLAIN, true, when);
	event_json_domain(&json, "next-hop", helo.text, helo.len);
	add_piece(&json, "remote", argument(arguments, ADDRESS, REASON_CODE_MAX));
	event_json_tls(&json, version.len > 0 ? TLS_UP : TLS_UNKNOWN,
	    verified_of(version, verified));
	add_piece(&json, "version", version);
	add_piece(&json, "cipher", argument(arguments, CIPHER, REASON_CODE_MAX));
	return finish(&json);
}
