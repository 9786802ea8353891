/* SPDX-License-Identifier: ISC */
#include "daemon/door_metrics.h"

#include "base/mem.h"
#include "control/metrics.h"

#define REQUEST_MAX 8192
#define PATH        "/metrics"

struct session {
	struct door_metrics *door;
	struct stream *stream;
};

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
	free(arg);
}

static void
reply(struct session *s, const char *status, const char *body, size_t len)
{
	struct strbuf *out = stream_out(s->stream);

	strbuf_addf(out,
	    "HTTP/1.1 %s\r\n"
	    "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
	    "Content-Length: %zu\r\n"
	    "Connection: close\r\n\r\n",
	    status, len);
	strbuf_add(out, body, len);
}

static void
refuse(struct session *s, const char *status, const char *body)
{
	reply(s, status, body, strlen(body));
}

/* The request line is all that counts: "GET /metrics HTTP/1.1", perhaps with a query. */
static void
answer(struct session *s, const char *request)
{
	struct strbuf body = STRBUF_INIT;
	size_t len = strlen("GET " PATH);

	if (strncmp(request, "GET ", 4) != 0) {
		refuse(s, "405 Method Not Allowed", "only GET\n");
		return;
	}
	if (strncmp(request, "GET " PATH, len) != 0 ||
	    strchr(" ?", request[len]) == NULL) {
		refuse(s, "404 Not Found", "there is only " PATH "\n");
		return;
	}
	metrics_add(s->door->service, &body);
	reply(s, "200 OK", strbuf_str(&body), body.len);
	strbuf_clear(&body);
}

static bool
on_input(struct stream *stream UNUSED, struct strbuf *in, void *arg)
{
	const char *end = strstr(strbuf_str(in), "\r\n\r\n");

	if (end == NULL)
		return memchr(in->data, '\0', in->len) == NULL;
	answer(arg, strbuf_str(in));
	strbuf_consume(in, in->len);
	return false;
}

const struct stream_handler door_metrics_handler = {
	.on_open = on_open,
	.on_input = on_input,
	.on_close = on_close,
	.in_max = REQUEST_MAX,
};
