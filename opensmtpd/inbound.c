/* SPDX-License-Identifier: ISC */
#include "inbound.h"

#include "event.h"

static void
see_connect(struct links *links, const struct filter_line *line)
{
	struct link *link = links_make(links, line);
	struct txt rest = line->rest, local, remote;

	if (link == NULL)
		return;
	local = line_last_field(&rest);
	remote = line_last_field(&rest);
	link_set_ends(link, local, remote);
}

/* METHOD|NAME */
static void
see_identify(struct link *link, struct txt rest)
{
	line_field(&rest);
	txt_keep(link->helo, sizeof(link->helo), rest);
}

/* Whether a client that stays in the clear could have had TLS, we need not ask. */
static void
see_end(const struct link *link, time_t when, event_fn *tell, void *arg)
{
	struct outcome outcome = {
		.when = when,
		.next_hop = { link->helo, strlen(link->helo) },
		.tls = link->version[0] != '\0' ? TLS_UP : TLS_UNKNOWN,
		.verified = VERIFIED_UNKNOWN,
	};
	char json[EVENT_JSON_MAX];

	if (link->remote[0] != '\0' && link->helo[0] != '\0' &&
	    event_write(link, &outcome, json))
		tell(json, arg);
}

void
inbound_see(
    struct links *links, const struct filter_line *line, event_fn *tell, void *arg)
{
	struct link *link;

	if (txt_is(line->event, "link-connect")) {
		see_connect(links, line);
		return;
	}
	link = links_find(links, line);
	if (link == NULL)
		return;
	if (txt_is(line->event, "link-identify")) {
		see_identify(link, line->rest);
	} else if (txt_is(line->event, "link-tls")) {
		link_set_tls(link, line->rest);
	} else if (txt_is(line->event, "link-disconnect")) {
		see_end(link, line->when, tell, arg);
		links_drop(links, link);
	}
}
