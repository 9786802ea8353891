/* SPDX-License-Identifier: ISC */
#include "daemon/door_control.h"

#include "base/log.h"
#include "base/mem.h"
#include "control/control.h"
#include "wire/netstring.h"

struct session {
	struct door_control *door;
	struct stream *stream;
	struct control_request *request; /* NULL: none under way */
};

static void
on_done(bool is_ok, const char *text, size_t len, void *arg)
{
	struct session *s = arg;
	struct strbuf *out = stream_out(s->stream);

	s->request = NULL;
	netstring_begin(out, strlen("OK ") + len);
	strbuf_adds(out, is_ok ? "OK " : "NO ");
	strbuf_add(out, text, len);
	netstring_end(out);
	stream_flush(s->stream);
	stream_resume(s->stream);
}

/* One request at a time; the next one waits in the buffer. */
static bool
on_input(struct stream *stream, struct strbuf *in, void *arg)
{
	struct session *s = arg;
	const char *payload;
	size_t len, used;
	enum status st;

	if (s->request != NULL)
		return true;
	st = netstring_parse(
	    in->data, in->len, CONTROL_REQUEST_MAX, &payload, &len, &used);
	if (st == ST_MORE)
		return true;
	if (st != ST_OK) {
		log_warn("control: peer=\"%s\" fault=\"%s\" action=close",
		    stream_peer(stream), status_text(st));
		return false;
	}
	log_debug("control: peer=\"%s\" bytes=%zu", stream_peer(stream), len);
	stream_pause(stream);
	s->request = control_run(
	    s->door->service, payload, len, s->door->deadline_ms, on_done, s);
	strbuf_consume(in, used);
	return true;
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

	control_cancel(s->request);
	free(s);
}

const struct stream_handler door_control_handler = {
	.on_open = on_open,
	.on_input = on_input,
	.on_close = on_close,
	.in_max = CONTROL_REQUEST_MAX + 64 * 1024,
};
