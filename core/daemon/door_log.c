/* SPDX-License-Identifier: ISC */
#include "daemon/door_log.h"

#include "base/log.h"
#include "base/mem.h"
#include "net/follow.h"
#include "net/loop.h"
#include "report/reports.h"
#include "wire/opensmtpd_log.h"
#include "wire/postfix_log.h"

struct door_log {
	struct service *service;
	const struct askers *askers;
	/* Each with what it has read from. */
	struct postfix_log *postfix;
	struct opensmtpd_log *opensmtpd;
	struct follow *postfix_source, *opensmtpd_source;
	struct log_waits waits;
	struct strbuf json; /* of an event, used again and again */
};

static struct account *
account_of(struct door_log *d)
{
	return reports_account(d->service->reports);
}

/* --- Postfix ---------------------------------------------------------------------------------- */

/* Through the journal like all events that have to be counted once. */
static void
count(struct door_log *d, const struct tls_event *event)
{
	struct why why;

	strbuf_reset(&d->json);
	tls_event_add(&d->json, event);
	if (account_take_event(
		account_of(d), strbuf_str(&d->json), d->json.len, &why) != ST_OK)
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
on_postfix_line(const char *line, size_t len, void *arg)
{
	struct door_log *d = arg;

	postfix_log_read(d->postfix, line, len, loop_time(), on_session, d);
}

/* --- OpenSMTPD -------------------------------------------------------------------------------- */

static void
on_opensmtpd_line(const char *line, size_t len, void *arg)
{
	struct door_log *d = arg;
	const char *session = opensmtpd_log_read(d->opensmtpd, line, len);

	if (session != NULL)
		log_waits_heard(&d->waits, session);
}

struct log_waits *
door_log_waits(struct door_log *d)
{
	return d->opensmtpd_source != NULL ? &d->waits : NULL;
}

/* --- both ------------------------------------------------------------------------------------- */

/* NULL: none is to be followed. */
static struct follow *
follow(struct door_log *d, const char *where, follow_fn *fn)
{
	return where[0] != '\0' ? follow_open(where, fn, d) : NULL;
}

struct door_log *
door_log_open(
    const struct config *config, struct service *service, const struct askers *askers)
{
	struct door_log *d = xcalloc(1, sizeof(*d));

	d->service = service;
	d->askers = askers;
	d->postfix = postfix_log_new();
	d->opensmtpd = opensmtpd_log_new();
	log_waits_init(&d->waits, d->opensmtpd);
	d->postfix_source = follow(d, config->postfix_log, on_postfix_line);
	d->opensmtpd_source = follow(d, config->opensmtpd_log, on_opensmtpd_line);
	account_use_log(account_of(d), d->opensmtpd);
	return d;
}

void
door_log_close(struct door_log *d)
{
	if (d == NULL)
		return;
	log_waits_end(&d->waits);
	account_use_log(account_of(d), NULL);
	follow_close(d->postfix_source);
	follow_close(d->opensmtpd_source);
	postfix_log_free(d->postfix);
	opensmtpd_log_free(d->opensmtpd);
	strbuf_clear(&d->json);
	free(d);
}
