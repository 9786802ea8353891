/* SPDX-License-Identifier: ISC */
#include "daemon/event_maps.h"

#include "base/log.h"
#include "base/mem.h"
#include "daemon/inbox_map.h"
#include "daemon/log_wait.h"
#include "daemon/tls_optional_map.h"
#include "lookup/host_ask.h"
#include "net/loop.h"
#include "policy/vet.h"

/* Who asks is in the midst of a handshake. */
#define VERIFY_MS_MAX 3500

/* An event that is not acknowledged yet. */
struct telling {
	struct map_session *session;
	struct log_wait *wait;
	size_t len;
	char json[];
};

/* A session that is being vetted. */
struct vetting {
	struct map_session *session;
	struct tls_event event;
	struct next_hop next_hop;
	struct host_ask *ask;
};

/* --- event ---------------------------------------------------------------------------------- */

static enum status
count(const struct map_session *s, const char *json, size_t len, struct why *why)
{
	return account_take_event(
	    reports_account(s->door->service->reports), json, len, why);
}

/* OK is an acknowledgement: whatever happens to us now, the event is counted, once. */
static void
acknowledge(struct map_session *s, const char *json, size_t len)
{
	struct why why;
	enum status st = count(s, json, len, &why);

	if (st == ST_OK)
		map_session_reply(s, REPLY_OK, "counted");
	else
		map_session_reply(s, st == ST_IO ? REPLY_TEMP : REPLY_PERM, why.text);
}

static void
on_heard(void *arg)
{
	struct telling *t = arg;
	struct map_session *s = t->session;

	s->telling = NULL;
	acknowledge(s, t->json, t->len);
	free(t);
	map_session_go_on(s);
}

void
telling_end(struct telling *t)
{
	struct why why;

	if (t == NULL)
		return;
	log_wait_cancel(t->wait);
	if (count(t->session, t->json, t->len, &why) != ST_OK)
		log_debug(
		    "map: map=event action=\"not counted\" reason=\"%s\"", why.text);
	free(t);
}

static struct telling *
telling_start(struct map_session *s, const char *session, const char *json, size_t len)
{
	struct telling *t = xcalloc(1, sizeof(*t) + len);

	t->session = s;
	t->len = len;
	memcpy(t->json, json, len);
	t->wait = log_wait_start(s->door->log_waits, session, on_heard, t);
	return t;
}

/* False: it has no more to say of this event. */
static bool
wait_for_log(struct map_session *s, const char *json, size_t len)
{
	const struct log_waits *waits = s->door->log_waits;
	struct tls_event event;
	bool is_waiting;

	if (waits == NULL ||
	    tls_event_parse(json, len, loop_time(), &event, NULL) != ST_OK)
		return false;
	is_waiting = log_wait_is_due(waits, &event) && map_session_wait(s);
	if (is_waiting)
		s->telling = telling_start(s, event.session, json, len);
	tls_event_clear(&event);
	return is_waiting;
}

static bool
take_event(struct map_session *s, const char *json, size_t len)
{
	if (!wait_for_log(s, json, len))
		acknowledge(s, json, len);
	return true;
}

/* --- verify --------------------------------------------------------------------------------- */

static void
reply_vetted(struct vetting *v, const struct vetted *vetted)
{
	static const struct {
		enum socketmap_code code;
		const char *word;
	} replies[] = {
		[VET_ACCEPT] = { REPLY_OK, "accept " },
		[VET_REFUSE] = { REPLY_OK, "refuse " },
		[VET_LATER] = { REPLY_TEMP, "" },
	};
	struct map_session *s = v->session;
	struct strbuf *text = &s->door->text;

	strbuf_reset(text);
	strbuf_addf(text, "%s%s", replies[vetted->word].word, vetted->reason);
	map_session_reply(s, replies[vetted->word].code, strbuf_str(text));
	log_debug("map: peer=\"%s\" map=verify next-hop=%s reply=\"%s\"",
	    stream_peer(s->stream), v->next_hop.domain.text, strbuf_str(text));
}

/* facts NULL: they did not come in time. */
static void
reply_by(struct vetting *v, const struct facts *facts)
{
	const struct service *service = v->session->door->service;
	const struct vet_input input = {
		.event = &v->event,
		.facts = facts,
		.settings = engine_settings(service->engine),
		.trust = service->trust,
		.now = loop_time(),
	};
	struct vetted vetted = { VET_LATER, "DNS has not answered in time" };

	if (facts != NULL)
		vet(&input, &vetted);
	reply_vetted(v, &vetted);
}

static void
vetting_free(struct vetting *v)
{
	host_ask_cancel(v->ask);
	tls_event_clear(&v->event);
	free(v);
}

void
vetting_cancel(struct vetting *v)
{
	if (v != NULL)
		vetting_free(v);
}

static void
on_facts(const struct facts *facts, void *arg)
{
	struct vetting *v = arg;
	struct map_session *s = v->session;

	v->ask = NULL;
	reply_by(v, facts);
	vetting_free(v);
	s->vetting = NULL;
	map_session_go_on(s);
}

static bool
wait_for_facts(struct vetting *v)
{
	struct map_session *s = v->session;
	int deadline_ms =
	    s->door->deadline_ms < VERIFY_MS_MAX ? s->door->deadline_ms : VERIFY_MS_MAX;

	if (!map_session_wait(s)) {
		vetting_free(v);
		return false;
	}
	s->vetting = v;
	v->ask = host_ask_start(s->door->service->engine, &v->next_hop, &v->event.host,
	    deadline_ms, on_facts, v);
	return true;
}

/* Takes the event over. */
static bool
vet_session(struct map_session *s, const struct tls_event *event)
{
	struct vetting *v = xcalloc(1, sizeof(*v));
	struct facts facts;

	v->session = s;
	v->event = *event;
	v->next_hop = (struct next_hop){
		.domain = event->next_hop,
		.port = SMTP_PORT,
		.is_host = event->is_next_hop_host,
	};
	if (!host_ask_peek(
		s->door->service->engine, &v->next_hop, &event->host, &facts))
		return wait_for_facts(v);
	reply_by(v, &facts);
	vetting_free(v);
	return true;
}

static bool
take_verify(struct map_session *s, const char *json, size_t len)
{
	struct tls_event event;
	struct why why;

	if (tls_event_parse(json, len, loop_time(), &event, &why) != ST_OK) {
		map_session_reply(s, REPLY_PERM, why.text);
		return true;
	}
	if (vet_event_check(&event, &why) == ST_OK)
		return vet_session(s, &event);
	tls_event_clear(&event);
	map_session_reply(s, REPLY_PERM, why.text);
	return true;
}

/* --- all of them ------------------------------------------------------------------------------------- */

const struct event_map event_maps[] = {
	{ "event", take_event },
	{ "verify", take_verify },
	{ "tls-optional", tls_optional_map_take },
	{ "inbox", inbox_map_take },
	{ NULL, NULL },
};

const struct event_map *
event_map_find(const struct socketmap_request *request)
{
	const struct event_map *m;

	for (m = event_maps; m->name != NULL; m++)
		if (strlen(m->name) == request->map_len &&
		    memcmp(m->name, request->map, request->map_len) == 0)
			return m;
	return NULL;
}
