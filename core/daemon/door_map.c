/* SPDX-License-Identifier: ISC */
#include "daemon/door_map.h"

#include "base/log.h"
#include "base/mem.h"
#include "report/reports.h"
#include "wire/dialect.h"
#include "wire/netstring.h"
#include "wire/socketmap.h"

#define IN_MAX (320 * 1024) /* a request, and what one read may bring behind it */
#define OUT_ENOUGH                                                                     \
	(256 * 1024) /* replies that wait before more requests are looked at */
#define SHOWN_MAX 60 /* bytes of a peer in a log line */

#define REPLY_SHOWN_MAX 400

/* The map whose keys are no questions: a session, told by one of our adapters, as tls_event_parse() reads it. */
#define EVENT_MAP         "event"
#define EVENT_REQUEST_MAX (EVENT_BYTES_MAX + sizeof(EVENT_MAP))

struct session {
	struct door_map *door;
	struct stream *stream;
	struct question *question; /* NULL: none waits */
	const struct dialect *dialect;
};

/* --- log lines ---------------------------------------------------------------------------- */

static void
complain(struct session *s, const char *what, const char *bytes, size_t len)
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
log_reply(const struct session *s, const struct answer *answer, size_t from)
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

static void
reply(struct session *s, enum socketmap_code code, const char *text)
{
	socketmap_reply_add(stream_out(s->stream), code, text, strlen(text));
}

static void
reply_answer(struct session *s, const struct answer *answer)
{
	struct strbuf *text = &s->door->text, *out = stream_out(s->stream);
	size_t from = out->len;
	enum socketmap_code code;

	strbuf_reset(text);
	code = s->dialect->put(answer, text);
	socketmap_reply_add(out, code, strbuf_str(text), text->len);
	log_reply(s, answer, from);
	deferrals_see(&s->door->deferrals, answer);
	if (code == REPLY_TEMP && s->dialect->is_delivery)
		account_refused(reports_account(s->door->service->reports), answer);
}

static void
reply_no_map(struct session *s)
{
	struct strbuf *text = &s->door->text;
	const struct dialect *d;

	strbuf_reset(text);
	strbuf_adds(text, "no such map; there are");
	for (d = dialects; d->map != NULL; d++)
		strbuf_addf(text, " %s", d->map);
	strbuf_adds(text, " " EVENT_MAP);
	reply(s, REPLY_PERM, strbuf_str(text));
}

/* --- questions ------------------------------------------------------------------------------ */

static void
stop_waiting(struct session *s)
{
	struct door_map *door = s->door;

	s->question = NULL;
	if (--door->waiting == 0 && door->is_closing)
		door->on_quiet(door->arg);
}

static void
on_answer(const struct answer *answer, void *arg)
{
	struct session *s = arg;

	reply_answer(s, answer);
	stream_flush(s->stream);
	stream_resume(s->stream);
	stop_waiting(s);
}

/* False: the connection is to be closed. */
static bool
ask(struct session *s, const struct next_hop *next_hop)
{
	struct door_map *door = s->door;
	struct answer answer;

	if (door->askers != NULL && s->dialect->is_delivery)
		askers_note(
		    door->askers, stream_peer_pid(s->stream), next_hop, loop_time());
	if (engine_peek(door->service->engine, next_hop, &answer)) {
		reply_answer(s, &answer);
		answer_clear(&answer);
		return true;
	}
	/* Closed without a reply, the MTA asks again, and meets our successor. */
	if (door->is_closing)
		return false;
	door->waiting++;
	stream_pause(s->stream);
	s->question = engine_ask(
	    door->service->engine, next_hop, door->deadline_ms, on_answer, s);
	return true;
}

/*
 * Keys that no lookup is for are "not found": parents, which Postfix asks for one after the other; addresses;
 * and what cannot be a name in DNS, so that the MTA bounces it by its own rules.
 */
static bool
take_key(struct session *s, const char *key, size_t len)
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
	reply(s, REPLY_NOTFOUND, "");
	return true;
}

/* --- events ---------------------------------------------------------------------------------- */

static bool
is_event(const struct socketmap_request *request)
{
	return request->map_len == strlen(EVENT_MAP) &&
	       memcmp(request->map, EVENT_MAP, request->map_len) == 0;
}

/* OK is an acknowledgement: whatever happens to us now, the event is counted, once. */
static void
take_event(struct session *s, const char *json, size_t len)
{
	struct why why;
	enum status st = account_take_event(
	    reports_account(s->door->service->reports), json, len, &why);

	if (st == ST_OK)
		reply(s, REPLY_OK, "counted");
	else
		reply(s, st == ST_IO ? REPLY_TEMP : REPLY_PERM, why.text);
}

static bool
take_request(struct session *s, const char *payload, size_t len)
{
	struct socketmap_request request;

	if (socketmap_request_parse(payload, len, &request) != ST_OK) {
		complain(s, "not \"MAP KEY\"", payload, len);
		return false;
	}
	if (is_event(&request)) {
		take_event(s, request.key, request.key_len);
		return true;
	}
	if (len > SOCKETMAP_REQUEST_MAX) {
		complain(s, "too long", payload, len);
		return false;
	}
	s->dialect = dialect_find(request.map, request.map_len);
	if (s->dialect != NULL)
		return take_key(s, request.key, request.key_len);
	reply_no_map(s);
	return true;
}

/* --- the connection -------------------------------------------------------------------------- */

/* Who sends more than he reads waits until the replies have left. */
static bool
has_enough(struct session *s)
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
	struct session *s = arg;
	const char *payload = NULL;
	size_t len = 0, used = 0, done = 0;
	enum status st = ST_OK;
	bool is_fine = true;

	while (is_fine && s->question == NULL && done < in->len && !has_enough(s)) {
		st = netstring_parse(in->data + done, in->len - done, EVENT_REQUEST_MAX,
		    &payload, &len, &used);
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
	struct session *s = xcalloc(1, sizeof(*s));

	s->door = arg;
	s->stream = stream;
	return s;
}

static void
on_close(void *arg)
{
	struct session *s = arg;

	if (s->question != NULL) {
		question_cancel(s->question);
		stop_waiting(s);
	}
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
}
