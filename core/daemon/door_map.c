/* SPDX-License-Identifier: ISC */
#include "daemon/door_map.h"

#include "base/log.h"
#include "base/mem.h"
#include "daemon/event_maps.h"
#include "daemon/map_session.h"
#include "daemon/sendmail_talk.h"
#include "wire/netstring.h"

#define IN_MAX (320 * 1024) /* a request, and what one read may bring behind it */
#define OUT_ENOUGH                                                                     \
	(256 * 1024) /* replies that wait before more requests are looked at */
#define SHOWN_MAX 60 /* bytes of a peer in a log line */

#define REPLY_SHOWN_MAX 400

/* --- log lines ---------------------------------------------------------------------------- */

static void
complain(struct map_session *s, const char *what, const char *bytes, size_t len)
{
	struct strbuf shown = STRBUF_INIT;
	unsigned kept;

	if (!ration_allows(&s->door->complaints, loop_now_ms(), &kept))
		return;
	strbuf_escape(&shown, bytes, len, SHOWN_MAX);
	log_warn("map: peer=\"%s\" request=\"%s\" fault=\"%s\" action=close untold=%u",
	    stream_peer(s->stream), strbuf_str(&shown), what, kept);
	strbuf_clear(&shown);
}

/* from: where the reply begins in what goes out. */
static void
log_reply(const struct map_session *s, const struct answer *answer, size_t from)
{
	const struct strbuf *out = stream_out(s->stream);
	struct strbuf line = STRBUF_INIT;

	if (!log_wants(LEVEL_DEBUG))
		return;
	next_hop_add(&line, answer->next_hop);
	strbuf_addf(&line, " verdict=%s reason=\"%s\" reply=\"",
	    verdict_word(answer->verdict), reason_text(answer->reason));
	strbuf_escape(&line, out->data + from, out->len - from, REPLY_SHOWN_MAX);
	log_debug("map: peer=\"%s\" map=%s next-hop=%s\"", stream_peer(s->stream),
	    s->dialect->map, strbuf_str(&line));
	strbuf_clear(&line);
}

/* --- replies ------------------------------------------------------------------------------- */

void
map_session_reply(struct map_session *s, enum socketmap_code code, const char *text)
{
	socketmap_reply_add(stream_out(s->stream), code, text, strlen(text));
}

/* In the words of the dialect; for a route, of the host whose turn it is. */
static enum socketmap_code
put_answer(
    const struct map_session *s, const struct answer *answer, struct strbuf *text)
{
	const struct service *service = s->door->service;
	struct answer turned;
	struct facts facts;

	if (!s->dialect->takes_turns)
		return s->dialect->put(answer, text);
	turned = *answer;
	if (engine_facts(service->engine, answer->next_hop, &facts))
		turned.turn =
		    turns_take(service->turns, answer, facts.route, loop_now_ms());
	return s->dialect->put(&turned, text);
}

static void
reply_answer(struct map_session *s, const struct answer *answer)
{
	struct strbuf *text = &s->door->text, *out = stream_out(s->stream);
	size_t from = out->len;
	enum socketmap_code code;

	strbuf_reset(text);
	code = put_answer(s, answer, text);
	socketmap_reply_add(out, code, strbuf_str(text), text->len);
	log_reply(s, answer, from);
	if (s->dialect->is_delivery)
		deferrals_see(&s->door->deferrals, answer,
		    code == REPLY_TEMP ? strbuf_str(text) : NULL);
	if (code == REPLY_TEMP && s->dialect->is_delivery)
		account_refused(reports_account(s->door->service->reports), answer);
}

static void
reply_no_map(struct map_session *s)
{
	struct strbuf *text = &s->door->text;
	const struct dialect *d;
	const struct event_map *m;

	strbuf_reset(text);
	strbuf_adds(text, "no such map; there are");
	for (d = dialects; d->map != NULL; d++)
		strbuf_addf(text, " %s", d->map);
	for (m = event_maps; m->name != NULL; m++)
		strbuf_addf(text, " %s", m->name);
	map_session_reply(s, REPLY_PERM, strbuf_str(text));
}

/* --- waiting -------------------------------------------------------------------------------- */

static bool
is_waiting(const struct map_session *s)
{
	return s->question != NULL || s->sealing != NULL || s->vetting != NULL ||
	       s->telling != NULL || sendmail_talk_is_waiting(s->talk);
}

bool
map_session_wait(struct map_session *s)
{
	if (s->door->is_closing)
		return false;
	s->door->waiting++;
	stream_pause(s->stream);
	return true;
}

static void
stop_waiting(struct door_map *door)
{
	if (--door->waiting == 0 && door->is_closing)
		door->on_quiet(door->arg);
}

void
map_session_go_on(struct map_session *s)
{
	stream_flush(s->stream);
	stream_resume(s->stream);
	stop_waiting(s->door);
}

/* --- questions ------------------------------------------------------------------------------ */

static void
on_answer(const struct answer *answer, void *arg)
{
	struct map_session *s = arg;

	s->question = NULL;
	s->sealing = NULL;
	reply_answer(s, answer);
	map_session_go_on(s);
}

/* From memory, as far as the dialect needs it. */
static bool
peek(struct map_session *s, const struct next_hop *next_hop, struct answer *out)
{
	struct service *service = s->door->service;

	if (s->dialect->looks == LOOKS_NONE)
		return engine_peek(service->engine, next_hop, out);
	return seal_peek(&service->seal, next_hop, s->dialect->looks, out);
}

static void
ask_out(struct map_session *s, const struct next_hop *next_hop)
{
	struct service *service = s->door->service;
	int deadline_ms = s->door->deadline_ms;

	if (s->dialect->looks != LOOKS_NONE)
		s->sealing = seal_ask(&service->seal, next_hop, s->dialect->looks,
		    deadline_ms, on_answer, s);
	else
		s->question =
		    engine_ask(service->engine, next_hop, deadline_ms, on_answer, s);
}

/* False: the connection is to be closed. */
static bool
ask(struct map_session *s, const struct next_hop *next_hop)
{
	struct door_map *door = s->door;
	struct answer answer;

	if (door->askers != NULL && s->dialect->is_delivery)
		askers_note(
		    door->askers, stream_peer_pid(s->stream), next_hop, loop_time());
	if (peek(s, next_hop, &answer)) {
		reply_answer(s, &answer);
		answer_clear(&answer);
		return true;
	}
	if (!map_session_wait(s))
		return false;
	ask_out(s, next_hop);
	return true;
}

/*
 * Keys that no lookup is for are "not found": parents, which Postfix asks for one after the other; addresses;
 * and what cannot be a name in DNS, so that the MTA bounces it by its own rules.
 */
static bool
take_key(struct map_session *s, const char *key, size_t len)
{
	struct next_hop next_hop;
	struct why why;

	switch (next_hop_parse(key, len, &next_hop, &why)) {
	case NEXT_HOP_DOMAIN:
		return ask(s, &next_hop);
	case NEXT_HOP_INVALID:
		log_debug("map: peer=\"%s\" map=%s reply=not-found reason=\"%s\"",
		    stream_peer(s->stream), s->dialect->map, why.text);
		break;
	case NEXT_HOP_PARENT:
	case NEXT_HOP_LITERAL:
		break;
	}
	map_session_reply(s, REPLY_NOTFOUND, "");
	return true;
}

/* --- requests --------------------------------------------------------------------------------- */

static bool
take_request(struct map_session *s, const char *payload, size_t len)
{
	struct socketmap_request request;
	const struct event_map *map;

	if (socketmap_request_parse(payload, len, &request) != ST_OK) {
		complain(s, "not \"MAP KEY\"", payload, len);
		return false;
	}
	map = event_map_find(&request);
	if (map != NULL)
		return map->take(s, request.key, request.key_len);
	if (len > SOCKETMAP_REQUEST_MAX) {
		complain(s, "too long", payload, len);
		return false;
	}
	s->dialect = dialect_find(request.map, request.map_len);
	if (s->dialect == NULL) {
		reply_no_map(s);
		return true;
	}
	if (s->dialect->takes_calls)
		return sendmail_talk_take(s, request.key, request.key_len);
	return take_key(s, request.key, request.key_len);
}

/* --- the connection -------------------------------------------------------------------------- */

/* Who sends more than he reads waits until the replies have left. */
static bool
has_enough(struct map_session *s)
{
	if (stream_out(s->stream)->len < OUT_ENOUGH)
		return false;
	stream_pause(s->stream);
	stream_resume(s->stream);
	return true;
}

static bool
on_input(struct stream *stream UNUSED, struct strbuf *in, void *arg)
{
	struct map_session *s = arg;
	const char *payload = NULL;
	size_t len = 0, used = 0, done = 0;
	enum status st = ST_OK;
	bool is_fine = true;

	while (is_fine && !is_waiting(s) && done < in->len && !has_enough(s)) {
		st = netstring_parse(in->data + done, in->len - done,
		    EVENT_MAP_REQUEST_MAX, &payload, &len, &used);
		if (st != ST_OK)
			break;
		is_fine = take_request(s, payload, len);
		done += used;
	}
	if (st != ST_OK && st != ST_MORE) {
		complain(s, "not a netstring", in->data + done, in->len - done);
		is_fine = false;
	}
	strbuf_consume(in, done);
	return is_fine;
}

static void *
on_open(struct stream *stream, void *arg)
{
	struct map_session *s = xcalloc(1, sizeof(*s));

	s->door = arg;
	s->stream = stream;
	return s;
}

static void
on_close(void *arg)
{
	struct map_session *s = arg;

	if (is_waiting(s))
		stop_waiting(s->door);
	question_cancel(s->question);
	seal_cancel(s->sealing);
	vetting_cancel(s->vetting);
	telling_end(s->telling);
	sendmail_talk_free(s->talk);
	free(s);
}

const struct stream_handler door_map_handler = {
	.on_open = on_open,
	.on_input = on_input,
	.on_close = on_close,
	.in_max = IN_MAX,
};

void
door_map_clear(struct door_map *door)
{
	strbuf_clear(&door->text);
	exempt_clear(&door->exempt);
}
