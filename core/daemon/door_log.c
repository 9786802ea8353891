/* SPDX-License-Identifier: ISC */
#include "daemon/door_log.h"

#include "base/log.h"
#include "base/mem.h"
#include "net/follow.h"
#include "net/loop.h"
#include "report/reports.h"
#include "wire/postfix_log.h"

struct door_log {
	struct service *service;
	const struct askers *askers;
	struct postfix_log *reader;
	struct follow *follow;
	struct strbuf json; /* of an event, used again and again */
};

/* Through the journal like all events that have to be counted once. */
static void
count(struct door_log *d, const struct tls_event *event)
{
	struct why why;

	strbuf_reset(&d->json);
	tls_event_add(&d->json, event);
	if (account_take_event(reports_account(d->service->reports),
		strbuf_str(&d->json), d->json.len, &why) != ST_OK)
		log_debug("log: next-hop=%s action=\"not counted\" reason=\"%s\"",
		    event->next_hop.text, why.text);
}

struct meeting {
	struct engine *engine;
	const struct domain *host;
};

/* Whether the session's host is one of that next-hop's. */
static bool
leads_there(const struct next_hop *next_hop, const void *arg)
{
	const struct meeting *m = arg;
	struct facts facts;
	size_t i;

	if (!engine_facts(m->engine, next_hop, &facts) || facts.route == NULL)
		return false;
	for (i = 0; i < facts.route->host_count; i++)
		if (domain_equal(&facts.route->hosts[i].name, m->host))
			return true;
	return false;
}

static void
on_session(const struct postfix_session *session, void *arg)
{
	struct door_log *d = arg;
	struct tls_event event = session->event;
	const struct meeting meeting = { d->service->engine, &session->event.host };
	const struct next_hop *asked = askers_find(d->askers, (pid_t)session->pid,
	    &event.next_hop, loop_time(), leads_there, &meeting);

	if (asked != NULL) {
		event.next_hop = asked->domain;
		event.is_next_hop_host = asked->is_host;
	}
	if (event.next_hop.len > 0)
		count(d, &event);
}

static void
on_line(const char *line, size_t len, void *arg)
{
	struct door_log *d = arg;

	postfix_log_read(d->reader, line, len, loop_time(), on_session, d);
}

struct door_log *
door_log_open(const char *where, struct service *service, const struct askers *askers)
{
	struct door_log *d;

	if (where == NULL || where[0] == '\0')
		return NULL;
	d = xcalloc(1, sizeof(*d));
	d->service = service;
	d->askers = askers;
	d->reader = postfix_log_new();
	d->follow = follow_open(where, on_line, d);
	return d;
}

void
door_log_close(struct door_log *door)
{
	if (door == NULL)
		return;
	follow_close(door->follow);
	postfix_log_free(door->reader);
	strbuf_clear(&door->json);
	free(door);
}
