/* SPDX-License-Identifier: ISC */
#include "client/flow.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client/frame.h"
#include "wire/netstring.h"

#define BACKLOG_PAUSE_MS 10

static void
finish(struct flow *f, enum client_outcome outcome, const char *text)
{
	if (f->fd != -1)
		close(f->fd);
	f->fd = -1;
	free(f->request);
	f->request = NULL;
	f->state = FLOW_DONE;
	f->outcome = outcome;
	f->text = text;
}

static void
fail(struct flow *f, const char *text)
{
	finish(f, CLIENT_DOWN, text);
}

/* --- steps: true when there is more to do at once ---------------------------------------- */

/* A unix socket whose backlog is full cannot be waited for with poll(). */
static bool
call(struct flow *f, int64_t now_ms)
{
	if (connect(f->fd, &f->place->sa, f->place->len) == 0 || errno == EINPROGRESS ||
	    errno == EINTR) {
		f->state = FLOW_SENDING;
		return true;
	}
	if (errno == EAGAIN)
		f->again_ms = now_ms + BACKLOG_PAUSE_MS;
	else
		fail(f, strerror(errno));
	return false;
}

/* A connection that did not come about is told by the first octet, too. */
static bool
send_more(struct flow *f)
{
	ssize_t n =
	    send(f->fd, f->request + f->sent, f->request_len - f->sent, MSG_NOSIGNAL);

	if (n == -1) {
		if (errno != EAGAIN && errno != EINTR)
			fail(f, strerror(errno));
		return f->state == FLOW_SENDING && errno == EINTR;
	}
	f->sent += (size_t)n;
	if (f->sent == f->request_len)
		f->state = FLOW_READING;
	return true;
}

static void
make_line(char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			text[i] = '?';
}

static void
read_reply(struct flow *f, char *payload, size_t len)
{
	struct socketmap_reply reply;

	if (socketmap_reply_parse(payload, len, &reply) != ST_OK) {
		fail(f, "reply starts with no word of the protocol");
		return;
	}
	payload[len] = '\0'; /* in place of the comma */
	make_line(payload, len);
	finish(f, frame_outcome(reply.code), payload + (reply.text - payload));
}

static bool
receive_more(struct flow *f)
{
	const char *payload;
	size_t len, used;
	enum status rc;
	ssize_t n =
	    recv(f->fd, f->reply + f->reply_len, FLOW_FRAMED_MAX - f->reply_len, 0);

	if (n == -1) {
		if (errno != EAGAIN && errno != EINTR)
			fail(f, strerror(errno));
		return f->state == FLOW_READING && errno == EINTR;
	}
	f->reply_len += (size_t)n;
	rc = netstring_parse(
	    f->reply, f->reply_len, FLOW_TEXT_MAX, &payload, &len, &used);
	if (rc == ST_OK)
		read_reply(f, f->reply + (payload - f->reply), len);
	else if (rc != ST_MORE)
		fail(
		    f, rc == ST_TOO_BIG ? "reply too big" : "reply is not a netstring");
	else if (n == 0)
		fail(f, "connection closed without a reply");
	return f->state == FLOW_READING;
}

static bool
step(struct flow *f, int64_t now_ms)
{
	switch (f->state) {
	case FLOW_CALLING:
		return call(f, now_ms);
	case FLOW_SENDING:
		return send_more(f);
	case FLOW_READING:
		return receive_more(f);
	case FLOW_IDLE:
	case FLOW_DONE:
		break;
	}
	return false;
}

bool
flow_step(struct flow *f, int64_t now_ms)
{
	while (step(f, now_ms))
		;
	if (f->state != FLOW_IDLE && f->state != FLOW_DONE && now_ms >= f->deadline_ms)
		fail(f, "no reply in time");
	return f->state == FLOW_DONE;
}

/* --- the whole ----------------------------------------------------------------------------- */

void
flow_start(struct flow *f, const struct place *place, const char *map, const char *key,
    int64_t now_ms, int wait_ms)
{
	f->state = FLOW_CALLING;
	f->place = place;
	f->deadline_ms = now_ms + wait_ms;
	f->again_ms = now_ms;
	f->sent = f->reply_len = 0;
	f->fd = -1;
	f->request = frame_make(map, key, &f->request_len);
	if (f->request == NULL) {
		fail(f, status_text(ST_NOMEM));
		return;
	}
	f->fd =
	    socket(place->sa.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (f->fd == -1)
		fail(f, strerror(errno));
}

struct pollfd
flow_poll(const struct flow *f)
{
	struct pollfd p = { .fd = -1 };

	if (f->state == FLOW_SENDING || f->state == FLOW_READING) {
		p.fd = f->fd;
		p.events = f->state == FLOW_SENDING ? POLLOUT : POLLIN;
	}
	return p;
}

int64_t
flow_due_ms(const struct flow *f)
{
	switch (f->state) {
	case FLOW_IDLE:
		return INT64_MAX;
	case FLOW_CALLING:
		return f->again_ms < f->deadline_ms ? f->again_ms : f->deadline_ms;
	case FLOW_SENDING:
	case FLOW_READING:
		return f->deadline_ms;
	case FLOW_DONE:
		break;
	}
	return INT64_MIN;
}

void
flow_clear(struct flow *f)
{
	if (f->state != FLOW_IDLE)
		finish(f, CLIENT_DOWN, "");
	f->state = FLOW_IDLE;
}
