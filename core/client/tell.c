/* SPDX-License-Identifier: ISC */
#include "client/tell.h"

#include "client/client.h"
#include "client/spool.h"
#include "wire/spool_file.h"

#define EVENT_MAP "event"
#define TEXT_MAX  1000 /* of the reply */

static enum tell_outcome
keep(const char *spool_path, const char *json, struct why *why)
{
	struct why fault;

	if (spool_append(spool_path, json, strlen(json), &fault) == ST_OK)
		return TELL_SPOOLED;
	why_set(why, "%s", fault.text);
	return TELL_LOST;
}

enum tell_outcome
client_tell(const char *where, const char *json, const char *spool_path,
    int deadline_ms, struct why *why)
{
	enum client_outcome outcome;
	char *text;
	size_t len;

	if (strlen(json) > SPOOL_RECORD_MAX) {
		why_set(why, "event of more than %d octets", SPOOL_RECORD_MAX);
		return TELL_REFUSED;
	}
	outcome =
	    client_ask(where, EVENT_MAP, json, deadline_ms, TEXT_MAX, &text, &len, why);
	if (text != NULL)
		why_set(why, "%s: %s", where, text);
	free(text);
	switch (outcome) {
	case CLIENT_FOUND:
		return TELL_COUNTED;
	case CLIENT_PERM:
		return TELL_REFUSED;
	case CLIENT_NONE: /* a daemon that knows no such map */
	case CLIENT_RETRY:
	case CLIENT_DOWN:
		break;
	}
	return keep(spool_path, json, why);
}
