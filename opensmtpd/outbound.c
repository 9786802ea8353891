/* SPDX-License-Identifier: ISC */
#include "outbound.h"

#include "event.h"
#include "stages.h"

#define RECIPIENT "RCPT TO:"

/* A line, the link that it is of, and whom to tell what comes of it. */
struct sight {
	struct links *links;
	struct link *link;
	const struct filter_line *line;
	event_fn *tell;
	void *arg;
};

/* --- what is told -------------------------------------------------------------------------- */

static void
tell(const struct sight *s, const struct outcome *outcome)
{
	char json[EVENT_JSON_MAX];

	if (event_write(s->link, outcome, json))
		s->tell(json, s->arg);
}

/* What TLS came to on a link on which mail is sent.  False: smtpd was told not to try, or lines are missing. */
static bool
tls_of_mail(enum link_stage stage, enum event_tls *out)
{
	switch (stage) {
	case STAGE_UP:
		*out = TLS_UP;
		return true;
	case STAGE_NOT_OFFERED:
		*out = TLS_NOT_OFFERED;
		return true;
	case STAGE_REFUSED:
		*out = TLS_REFUSED;
		return true;
	case STAGE_FAILED:
		*out = TLS_FAILED;
		return true;
	case STAGE_CONNECTED:
	case STAGE_EHLO:
	case STAGE_OFFERED:
	case STAGE_STARTTLS:
	case STAGE_HANDSHAKE:
		break;
	}
	return false;
}

/* FNV-1a, in any case of letters. */
static uint64_t
hash(struct txt text)
{
	uint64_t h = 14695981039346656037u;
	size_t i;

	for (i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.text[i];

		h = (h ^ (c >= 'A' && c <= 'Z' ? c | 0x20 : c)) * 1099511628211u;
	}
	return h;
}

/* Whether it is the first mail of this domain on the link, and there is room to remember that. */
static bool
note_domain(const struct sight *s, struct txt domain)
{
	struct link *link = s->link;
	uint64_t h = hash(domain);
	size_t i;

	for (i = 0; i < link->domain_count; i++)
		if (link->domains[i] == h)
			return false;
	if (link->domain_count == LINK_DOMAINS_MAX) {
		s->links->untold++;
		return false;
	}
	link->domains[link->domain_count++] = h;
	return true;
}

static void
see_recipient(const struct sight *s, struct txt address)
{
	struct outcome outcome = {
		.when = s->line->when,
		.next_hop = address_domain(address),
		.verified = VERIFIED_UNKNOWN,
	};

	if (outcome.next_hop.len > 0 && tls_of_mail(s->link->stage, &outcome.tls) &&
	    note_domain(s, outcome.next_hop))
		tell(s, &outcome);
}

/* What TLS came to on a link that ends without mail.  False: it is not why. */
static bool
tls_of_end(const struct link *link, struct outcome *out)
{
	switch (link->stage) {
	case STAGE_NOT_OFFERED:
		out->tls = TLS_NOT_OFFERED;
		return !link->has_quit;
	case STAGE_STARTTLS:
	case STAGE_REFUSED:
		out->tls = TLS_REFUSED;
		return !link->has_quit;
	case STAGE_HANDSHAKE:
		out->tls = TLS_FAILED;
		return true;
	case STAGE_UP:
		/* Not a word inside TLS: version 6.8 looks at the certificate after the handshake. */
		out->tls = TLS_UP;
		out->verified = VERIFIED_NO;
		out->is_refused = true;
		return !link->is_inside && !link->has_quit;
	/* Who goes on in the clear was under no route of ours. */
	case STAGE_FAILED:
	case STAGE_CONNECTED:
	case STAGE_EHLO:
	case STAGE_OFFERED:
		break;
	}
	return false;
}

static void
see_end(const struct sight *s)
{
	struct outcome outcome = {
		.when = s->line->when,
		.next_hop = { "", 0 },
		.verified = VERIFIED_UNKNOWN,
	};

	if (s->link->domain_count == 0 && s->link->remote[0] != '\0' &&
	    tls_of_end(s->link, &outcome))
		tell(s, &outcome);
	links_drop(s->links, s->link);
}

/* --- what happens on a link ------------------------------------------------------------------ */

/* PTR|VERDICT|LOCAL|PEER: whatever a PTR record holds, the last two are addresses. */
static void
begin(struct links *links, const struct filter_line *line)
{
	struct link *link = links_make(links, line);
	struct txt rest = line->rest, local, remote;

	if (link == NULL)
		return;
	remote = line_last_field(&rest);
	local = line_last_field(&rest);
	link_set_ends(link, local, remote);
}

/* A second one: after a handshake that failed the same mail goes in the clear, and its session was the first one. */
static void
see_connect(const struct sight *s)
{
	if (s->link->stage == STAGE_HANDSHAKE) {
		s->link->stage = STAGE_FAILED;
		return;
	}
	see_end(s);
	begin(s->links, s->line);
}

static void
see_tls(const struct sight *s)
{
	if (s->link->stage == STAGE_FAILED)
		return;
	link_set_tls(s->link, s->line->rest);
	s->link->stage = STAGE_UP;
}

static void
see_client(const struct sight *s)
{
	struct txt said = s->line->rest;
	size_t len = strlen(RECIPIENT);

	if (txt_starts(said, RECIPIENT))
		see_recipient(s, (struct txt){ said.text + len, said.len - len });
	else
		stage_command(s->link, said);
}

static void
see_server(const struct sight *s)
{
	stage_reply(s->link, s->line->rest);
}

static const struct event {
	const char *name;
	void (*see)(const struct sight *s);
} events[] = {
	{ "link-connect", see_connect },
	{ "link-tls", see_tls },
	{ "protocol-client", see_client },
	{ "protocol-server", see_server },
	{ "link-disconnect", see_end },
};

void
outbound_see(
    struct links *links, const struct filter_line *line, event_fn *told, void *arg)
{
	struct sight s = { links, links_find(links, line), line, told, arg };
	size_t i;

	if (s.link == NULL) {
		if (txt_is(line->event, "link-connect"))
			begin(links, line);
		return;
	}
	for (i = 0; i < COUNT_OF(events); i++)
		if (txt_is(line->event, events[i].name)) {
			events[i].see(&s);
			return;
		}
}
