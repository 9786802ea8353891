/* SPDX-License-Identifier: ISC */
#include "daemon/sendmail_talk.h"

#include "base/log.h"
#include "base/mem.h"
#include "lookup/host_ask.h"
#include "lookup/passage_ask.h"
#include "net/loop.h"
#include "wire/sendmail.h"
#include "wire/sendmail_sessions.h"

#define CALL_MS_MAX 8000 /* for all of a call; Sendmail's map waits 10 s */
#define CHECKS_MAX  2    /* the next-hop, and the recipient's own domain */

struct sendmail_talk {
	struct map_session *session;
	struct sendmail_sessions sessions;
	/* The last refusal that was counted: of one message, whatever its MX hosts are asked for. */
	char refused_id[QUEUE_ID_MAX + 1];
	struct domain refused;
	/* The call under way, and its session; NULL: it is about none that we know. */
	struct sendmail_call call;
	struct sendmail_session *about;
	struct next_hop checks[CHECKS_MAX];
	size_t check, check_count;
	/* What it waits for. */
	bool is_waiting;
	int64_t ends_ms;
	struct host_ask *host_ask;
	struct passage_ask *passage_ask;
};

/* What a check has come to. */
enum step {
	STEP_NEXT, /* nothing is against it */
	STEP_DONE, /* the reply is put */
	STEP_WAIT,
	STEP_CLOSE, /* instead of waiting: the door is closing */
};

static struct service *
service_of(const struct sendmail_talk *t)
{
	return t->session->door->service;
}

/* --- replies ----------------------------------------------------------------------------------- */

static void
reply(struct sendmail_talk *t, enum socketmap_code code, const char *text)
{
	map_session_reply(t->session, code, text);
	log_debug(
	    "map: peer=\"%s\" map=sendmail id=%s next-hop=%s host=%s reply=\"%s\"",
	    stream_peer(t->session->stream), t->call.id,
	    t->check_count > 0 ? t->checks[0].domain.text : "", t->call.host.text,
	    text);
}

static enum step
reply_start(struct sendmail_talk *t, enum sendmail_way way)
{
	struct strbuf *text = &t->session->door->text;

	strbuf_reset(text);
	sendmail_add_start(way, text);
	reply(t, text->len > 0 ? REPLY_OK : REPLY_NOTFOUND, strbuf_str(text));
	return STEP_DONE;
}

static enum step
reply_skip(struct sendmail_talk *t, const struct answer *answer,
    const struct sendmail_host *host)
{
	struct strbuf *text = &t->session->door->text;

	strbuf_reset(text);
	sendmail_add_skip(answer, &t->call.host, host, text);
	reply(t, REPLY_OK, strbuf_str(text));
	return STEP_DONE;
}

static enum step
reply_defer(struct sendmail_talk *t, const struct passage *passage)
{
	struct strbuf *text = &t->session->door->text;

	strbuf_reset(text);
	strbuf_addf(text, "DEFER %s ", passage->status);
	sendmail_add_words(passage->reason, text);
	reply(t, REPLY_OK, strbuf_str(text));
	return STEP_DONE;
}

/* No policy is against it. */
static enum step
reply_free(struct sendmail_talk *t)
{
	if (t->call.verb == CALL_START)
		return reply_start(t, WAY_FREE);
	reply(t, REPLY_OK, SENDMAIL_PASS);
	return STEP_DONE;
}

/* --- mx, start ----------------------------------------------------------------------------------- */

/* Of a message that is refused for all of its MX hosts each is asked for. */
static bool
is_refused_again(const struct sendmail_talk *t, const struct answer *answer)
{
	return answer->verdict == VERDICT_DEFER &&
	       domain_equal(&t->refused, &answer->next_hop->domain) &&
	       strcmp(t->refused_id, t->call.id) == 0;
}

static void
see_answer(struct sendmail_talk *t, const struct answer *answer)
{
	if (is_refused_again(t, answer))
		return;
	deferrals_see(&t->session->door->deferrals, answer, NULL);
	if (answer->verdict != VERDICT_DEFER)
		return;
	t->refused = answer->next_hop->domain;
	memcpy(t->refused_id, t->call.id, sizeof(t->refused_id));
	account_refused(reports_account(service_of(t)->reports), answer);
}

static enum step
take_answer(struct sendmail_talk *t, const struct answer *answer)
{
	struct sendmail_host host;

	sendmail_host_find(answer, &t->call.host, &host);
	if (t->call.verb == CALL_START)
		return reply_start(t, host.way);
	see_answer(t, answer);
	return host.way == WAY_SHUT ? reply_skip(t, answer, &host) : STEP_NEXT;
}

/* facts NULL: they did not come in time. */
static enum step
take_facts(struct sendmail_talk *t, const struct facts *facts)
{
	const struct facts nothing = { .next_hop = &t->checks[t->check] };
	struct answer answer;
	enum step step;

	decide(facts != NULL ? facts : &nothing, engine_settings(service_of(t)->engine),
	    loop_time(), &answer);
	step = take_answer(t, &answer);
	answer_clear(&answer);
	return step;
}

/* --- tls, rcpt ----------------------------------------------------------------------------------- */

/* Through the journal like all events that have to be counted once. */
static void
count_session(struct sendmail_talk *t, const struct passage *passage)
{
	const struct next_hop *next_hop = &t->checks[t->check];
	struct strbuf json = STRBUF_INIT;
	struct tls_event event;
	struct why why;

	if (t->about == NULL || !sendmail_session_counts(t->about, &next_hop->domain))
		return;
	sendmail_session_event(t->about, next_hop, loop_time(), &event);
	if (passage->fault != NULL) {
		event.has_result = true;
		event.result = RESULT_VALIDATION;
		snprintf(event.reason, sizeof(event.reason), "%s", passage->fault);
	}
	tls_event_add(&json, &event);
	if (account_take_event(reports_account(service_of(t)->reports),
		strbuf_str(&json), json.len, &why) != ST_OK)
		log_debug("map: map=sendmail next-hop=%s action=\"not counted\" "
			  "reason=\"%s\"",
		    next_hop->domain.text, why.text);
	strbuf_clear(&json);
}

/* What the recipient's own domain says counts if the host is one of its own, too: else it is not where mail for it goes. */
static enum step
take_passage(struct sendmail_talk *t, const struct passage *passage)
{
	if (t->check > 0 && passage->is_stranger)
		return STEP_NEXT;
	count_session(t, passage);
	return passage->word == PASSAGE_FREE ? STEP_NEXT : reply_defer(t, passage);
}

/* --- waiting ------------------------------------------------------------------------------------- */

static void after(struct sendmail_talk *t, enum step step);

static void
on_facts(const struct facts *facts, void *arg)
{
	struct sendmail_talk *t = arg;

	t->host_ask = NULL;
	after(t, take_facts(t, facts));
}

static void
on_passage(const struct passage *passage, void *arg)
{
	struct sendmail_talk *t = arg;

	t->passage_ask = NULL;
	after(t, take_passage(t, passage));
}

static int
left_ms(const struct sendmail_talk *t)
{
	int64_t left = t->ends_ms - loop_now_ms();

	return left > 0 ? (int)left : 0;
}

static bool
is_about_session(const struct sendmail_talk *t)
{
	return t->call.verb == CALL_TLS || t->call.verb == CALL_RCPT;
}

static enum step
ask(struct sendmail_talk *t)
{
	const struct service *service = service_of(t);
	const struct next_hop *next_hop = &t->checks[t->check];

	if (!t->is_waiting && !map_session_wait(t->session))
		return STEP_CLOSE;
	t->is_waiting = true;
	if (is_about_session(t))
		t->passage_ask = passage_ask(
		    &service->seal, &t->call, next_hop, left_ms(t), on_passage, t);
	else
		t->host_ask = host_ask_start(
		    service->engine, next_hop, &t->call.host, left_ms(t), on_facts, t);
	return STEP_WAIT;
}

/* --- a call -------------------------------------------------------------------------------------- */

static enum step
check(struct sendmail_talk *t)
{
	const struct service *service = service_of(t);
	const struct next_hop *next_hop = &t->checks[t->check];
	struct passage passage;
	struct facts facts;

	if (is_about_session(t))
		return passage_peek(&service->seal, &t->call, next_hop, &passage)
			   ? take_passage(t, &passage)
			   : ask(t);
	return host_ask_peek(service->engine, next_hop, &t->call.host, &facts)
		   ? take_facts(t, &facts)
		   : ask(t);
}

/* Check after check, until one has the reply or has to wait. */
static enum step
run(struct sendmail_talk *t)
{
	enum step step;

	for (; t->check < t->check_count; t->check++) {
		step = check(t);
		if (step != STEP_NEXT)
			return step;
	}
	return reply_free(t);
}

/* A check that it has waited for has come to this. */
static void
after(struct sendmail_talk *t, enum step step)
{
	if (step == STEP_NEXT) {
		t->check++;
		step = run(t);
	}
	if (step == STEP_WAIT)
		return;
	t->is_waiting = false;
	map_session_go_on(t->session);
}

/* Whether mail for another domain may share the way: not to a host that is given by name. */
static bool
may_share(const struct sendmail_goal *next_hop, const struct sendmail_goal *rcpt)
{
	return rcpt->has_policy && !next_hop->next_hop.is_host &&
	       !domain_equal(&next_hop->next_hop.domain, &rcpt->next_hop.domain);
}

static bool
is_exempt(const struct sendmail_talk *t)
{
	return t->call.is_free ||
	       exempt_has(&t->session->door->exempt, t->call.id, loop_time());
}

static void
set_checks(struct sendmail_talk *t, const struct sendmail_goal *next_hop)
{
	t->check = t->check_count = 0;
	if (is_exempt(t) || !next_hop->has_policy)
		return;
	t->checks[t->check_count++] = next_hop->next_hop;
	if (t->call.verb == CALL_RCPT && may_share(next_hop, &t->call.rcpt))
		t->checks[t->check_count++] = t->call.rcpt.next_hop;
}

static bool
take_call(struct sendmail_talk *t)
{
	int deadline_ms = t->session->door->deadline_ms;
	const struct sendmail_goal *next_hop;

	t->about = sendmail_sessions_see(&t->sessions, &t->call);
	sendmail_session_complete(t->about, &t->call);
	next_hop = sendmail_next_hop(t->about, &t->call);
	if (!next_hop->is_said) {
		map_session_reply(
		    t->session, REPLY_TEMP, "neither a next-hop nor a recipient");
		return true;
	}
	set_checks(t, next_hop);
	t->ends_ms =
	    loop_now_ms() + (deadline_ms < CALL_MS_MAX ? deadline_ms : CALL_MS_MAX);
	return run(t) != STEP_CLOSE;
}

/* --- the map ------------------------------------------------------------------------------------ */

static struct sendmail_talk *
talk_of(struct map_session *s)
{
	if (s->talk == NULL) {
		s->talk = xcalloc(1, sizeof(*s->talk));
		s->talk->session = s;
	}
	return s->talk;
}

void
sendmail_talk_free(struct sendmail_talk *t)
{
	if (t == NULL)
		return;
	host_ask_cancel(t->host_ask);
	passage_ask_cancel(t->passage_ask);
	sendmail_sessions_clear(&t->sessions);
	free(t);
}

bool
sendmail_talk_is_waiting(const struct sendmail_talk *t)
{
	return t != NULL && t->is_waiting;
}

static void
refuse_key(struct map_session *s, enum status st, const struct why *why)
{
	unsigned kept;

	if (ration_allows(&s->door->complaints, loop_now_ms(), &kept))
		log_warn(
		    "map: peer=\"%s\" map=sendmail fault=\"%s\" action=\"mail waits\" "
		    "untold=%u",
		    stream_peer(s->stream), why->text, kept);
	map_session_reply(s, st == ST_UNKNOWN ? REPLY_PERM : REPLY_TEMP, why->text);
}

bool
sendmail_talk_take(struct map_session *s, const char *key, size_t len)
{
	struct sendmail_call call;
	struct why why;
	enum status st = sendmail_call_parse(key, len, &call, &why);

	if (st != ST_OK) {
		refuse_key(s, st, &why);
		return true;
	}
	talk_of(s)->call = call;
	return take_call(s->talk);
}
