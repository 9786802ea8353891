/* SPDX-License-Identifier: ISC */
#include "connection.h"

#include "base/endpoint.h"
#include "client/event_id.h"

static void
keep(char *out, size_t size, const char *text)
{
	size_t len = strnlen(text, size - 1);

	memcpy(out, text, len);
	out[len] = '\0';
}

/* Mail of this machine's own programs, and of filters that give it back, is nobody's session. */
static bool
is_loopback(const struct address *address)
{
	static const struct address_range loopback = { { false, { 127 } }, 8 };
	static const struct address_range loopback6 = { { true, { [15] = 1 } }, 128 };

	return address_in(address, &loopback) || address_in(address, &loopback6);
}

void
connection_from(struct connection *c, const struct sockaddr *peer)
{
	struct endpoint endpoint;

	if (peer != NULL && endpoint_from_sockaddr(peer, &endpoint) &&
	    !is_loopback(&endpoint.address))
		address_text(&endpoint.address, c->address);
}

void
connection_helo(struct connection *c, const char *name)
{
	keep(c->helo, sizeof(c->helo), name);
}

void
connection_tls(
    struct connection *c, const char *version, const char *cipher, const char *verify)
{
	if (version == NULL || version[0] == '\0')
		return;
	keep(c->version, sizeof(c->version), version);
	keep(c->cipher, sizeof(c->cipher), cipher != NULL ? cipher : "");
	c->is_verified = verify != NULL && strcmp(verify, "OK") == 0;
}

/* MTAs verify the chain of a client, not a name; Postfix does not say. */
static enum event_verified
verified_of(const struct connection *c)
{
	if (c->is_verified)
		return VERIFIED_CHAIN;
	return c->version[0] != '\0' ? VERIFIED_NO : VERIFIED_UNKNOWN;
}

static void
add(struct event_json *json, const char *name, const char *text)
{
	event_json_text(json, name, text, strlen(text), REASON_CODE_MAX);
}

bool
connection_event(const struct connection *c, time_t when, char out[CONNECTION_JSON_MAX])
{
	struct event_json json;
	char id[EVENT_ID_SIZE];

	if (c->address[0] == '\0' || c->helo[0] == '\0')
		return false;
	event_json_begin(&json, out, CONNECTION_JSON_MAX, SOURCE_MILTER, true, when);
	/* Without an id, which only a system that is just starting has not, it may be counted twice. */
	if (event_id_make(id) == ST_OK)
		add(&json, "id", id);
	event_json_domain(&json, "next-hop", c->helo, strlen(c->helo));
	add(&json, "remote", c->address);
	/* Whether a client that stays in the clear could have had TLS is not asked. */
	event_json_tls(
	    &json, c->version[0] != '\0' ? TLS_UP : TLS_UNKNOWN, verified_of(c));
	add(&json, "version", c->version);
	add(&json, "cipher", c->cipher);
	return event_json_end(&json) == ST_OK;
}
