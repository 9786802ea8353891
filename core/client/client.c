/* SPDX-License-Identifier: ISC */
#include "client/client.h"

#include "client/exchange.h"
#include "client/frame.h"

/* Leave in payload, which is the caller's from now on, only the text of the reply. */
static enum client_outcome
read_reply(const char *where, char *payload, size_t len, char **text, size_t *text_len,
    struct why *why)
{
	struct socketmap_reply reply;
	enum client_outcome outcome;

	if (socketmap_reply_parse(payload, len, &reply) != ST_OK) {
		why_set(why, "%s: reply starts with no word of the protocol", where);
		free(payload);
		return CLIENT_DOWN;
	}
	outcome = frame_outcome(reply.code);
	if (outcome == CLIENT_NONE) {
		free(payload);
		return outcome;
	}
	memmove(payload, reply.text, reply.len);
	payload[reply.len] = '\0';
	*text = payload;
	*text_len = reply.len;
	return outcome;
}

enum client_outcome
client_ask(const char *where, const char *map, const char *key, int deadline_ms,
    size_t text_max, char **text, size_t *text_len, struct why *why)
{
	char *request, *payload;
	size_t len, payload_len;
	enum status rc;

	*text = NULL;
	*text_len = 0;
	request = frame_make(map, key, &len);
	if (request == NULL) {
		why_set(why, "%s: %s", where, status_text(ST_NOMEM));
		return CLIENT_DOWN;
	}
	rc = exchange_run(
	    where, request, len, deadline_ms, text_max, &payload, &payload_len, why);
	free(request);
	if (rc != ST_OK)
		return CLIENT_DOWN;
	return read_reply(where, payload, payload_len, text, text_len, why);
}
