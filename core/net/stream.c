/* SPDX-License-Identifier: ISC */
#include "net/stream.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/endpoint.h"
#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/listen_socket.h"
#include "net/loop.h"

#define READ_MAX        (64 * 1024)
#define OUT_KEEP        1024  /* memory an idle stream keeps for its next reply */
#define ACCEPT_MAX      64    /* in one go, so that a burst does not stop the others */
#define STREAMS_USUAL   20000 /* stream_max of 0 */
#define STARVED_WAIT_MS 200   /* until the next try when there are no descriptors */
#define STALL_MS        30000 /* a peer that reads nothing for so long is dropped */

struct listener {
	struct listen_socket socket;
	struct stream_handler handler;
	void *arg;
	struct loop_io *io;
	struct loop_timer *retry;
	struct list streams;
	unsigned count, max;
	bool is_starved; /* of descriptors or kernel memory; retry runs */
	bool has_failed; /* told since the last success */
	bool is_full;    /* told since the number of streams was last below half */
};

struct stream {
	struct list link;
	struct listener *listener;
	void *session;
	int fd;
	struct loop_io *io;
	struct loop_timer *stall; /* made when a peer first fails to read */
	struct strbuf rest;       /* input that was not consumed */
	struct strbuf out;
	bool is_paused;
	bool is_resuming;         /* on_resume is deferred */
	bool is_closing;          /* when out has left */
	bool is_dead;             /* bury is deferred */
	struct ucred credentials; /* of the peer */
	char peer[ENDPOINT_TEXT_MAX];
};

/* What is read goes through this; a stream keeps only what its handler leaves. */
static struct strbuf input;

static loop_fn bury;

/* Nothing happens on it any more; what is left is done from the loop. */
static void
drop(struct stream *s)
{
	if (s->is_dead)
		return;
	s->is_dead = true;
	loop_io_free(s->io);
	s->io = NULL;
	loop_defer(bury, s);
}

/* --- output ------------------------------------------------------------------- */

static void
on_stall(void *arg)
{
	struct stream *s = arg;

	log_info("stream: peer=\"%s\" unread-bytes=%zu waited-ms=%d action=close",
	    s->peer, s->out.len, STALL_MS);
	drop(s);
}

static void
watch_stall(struct stream *s)
{
	if (s->out.len > 0) {
		if (s->stall == NULL)
			s->stall = loop_timer_new(on_stall, s);
		loop_timer_set(s->stall, STALL_MS);
	} else if (s->stall != NULL) {
		loop_timer_stop(s->stall);
	}
}

/* One write.  False: the peer is gone. */
static bool
send_some(struct stream *s)
{
	ssize_t n;

	if (s->out.len == 0)
		return true;
	n = send(s->fd, s->out.data, s->out.len, MSG_NOSIGNAL);
	if (n == -1)
		return errno == EAGAIN || errno == EINTR;
	if ((size_t)n < s->out.len)
		strbuf_consume(&s->out, (size_t)n);
	else if (s->out.cap > OUT_KEEP)
		strbuf_clear(&s->out);
	else
		strbuf_reset(&s->out);
	return true;
}

void
stream_flush(struct stream *s)
{
	if (s->is_dead)
		return;
	if (!send_some(s) || s->out.len > STREAM_OUT_MAX ||
	    (s->out.len == 0 && s->is_closing)) {
		drop(s);
		return;
	}
	/* Who does not read is not read from.  A pause shows only when more input comes. */
	loop_io_want(s->io, s->out.len > 0 ? LOOP_WRITE : LOOP_READ);
	watch_stall(s);
}

struct strbuf *
stream_out(struct stream *s)
{
	return &s->out;
}

void
stream_close(struct stream *s)
{
	s->is_closing = true;
	stream_flush(s);
}

/* --- input -------------------------------------------------------------------- */

static void
keep_rest(struct stream *s, struct strbuf *in)
{
	if (in == &s->rest) {
		if (in->len == 0)
			strbuf_clear(in);
	} else if (in->len > 0) {
		strbuf_add(&s->rest, in->data, in->len);
	}
}

static void
offer(struct stream *s, struct strbuf *in)
{
	const struct stream_handler *handler = &s->listener->handler;

	if (!handler->on_input(s, in, s->session))
		s->is_closing = true;
	keep_rest(s, in);
	if (s->rest.len > handler->in_max && !s->is_dead) {
		log_info("stream: peer=\"%s\" input-bytes=%zu limit=%zu action=close",
		    s->peer, s->rest.len, handler->in_max);
		drop(s);
	}
	stream_flush(s);
}

static bool
may_offer(const struct stream *s)
{
	return !s->is_dead && !s->is_paused && !s->is_closing && s->out.len == 0;
}

static void
take_input(struct stream *s, size_t len)
{
	input.len = len;
	input.data[len] = '\0';
	if (s->rest.len == 0) {
		offer(s, &input);
		return;
	}
	strbuf_add(&s->rest, input.data, len);
	offer(s, &s->rest);
}

static void
on_readable(struct stream *s)
{
	ssize_t n;

	if (s->is_paused) {
		loop_io_want(s->io, 0); /* it keeps until stream_resume() */
		return;
	}
	n = recv(s->fd, input.data, READ_MAX, 0);
	if (n > 0)
		take_input(s, (size_t)n);
	else if (n == 0)
		stream_close(s); /* perhaps only half closed: it may still read */
	else if (errno != EAGAIN && errno != EINTR)
		drop(s);
}

static void
on_writable(struct stream *s)
{
	stream_flush(s);
	if (s->rest.len > 0 && may_offer(s))
		offer(s, &s->rest); /* requests that came while it did not read */
}

static void
on_ready(int fd UNUSED, int events, void *arg)
{
	if (events == LOOP_READ)
		on_readable(arg);
	else
		on_writable(arg);
}

void
stream_pause(struct stream *s)
{
	s->is_paused = true;
}

static void
on_resume(void *arg)
{
	struct stream *s = arg;

	s->is_resuming = false;
	if (!may_offer(s))
		return;
	loop_io_want(s->io, LOOP_READ);
	if (s->rest.len > 0)
		offer(s, &s->rest);
}

void
stream_resume(struct stream *s)
{
	s->is_paused = false;
	if (s->is_resuming)
		return;
	s->is_resuming = true;
	loop_defer(on_resume, s);
}

/* --- a stream's life ---------------------------------------------------------- */

static void
identify(struct stream *s, const struct sockaddr_storage *sa)
{
	socklen_t len = sizeof(s->credentials);
	struct endpoint e;

	s->credentials = (struct ucred){ .uid = STREAM_NO_USER };
	if (endpoint_from_sockaddr((const struct sockaddr *)sa, &e)) {
		endpoint_text(&e, s->peer);
		return;
	}
	getsockopt(s->fd, SOL_SOCKET, SO_PEERCRED, &s->credentials, &len);
	snprintf(s->peer, sizeof(s->peer), "pid %ld", (long)s->credentials.pid);
}

static void
welcome(struct listener *listener, int fd, const struct sockaddr_storage *sa)
{
	struct stream *s = xcalloc(1, sizeof(*s));

	s->listener = listener;
	s->fd = fd;
	identify(s, sa);
	s->io = loop_io_new(fd, LOOP_READ, on_ready, s);
	list_append(&listener->streams, &s->link);
	listener->count++;
	s->session = listener->handler.on_open(s, listener->arg);
}

static void
watch_for_peers(struct listener *listener)
{
	bool has_room = listener->count < listener->max;

	if (listener->io == NULL)
		return;
	if (listener->count <= listener->max / 2)
		listener->is_full = false;
	loop_io_want(listener->io, has_room && !listener->is_starved ? LOOP_READ : 0);
}

static void
bury(void *arg)
{
	struct stream *s = arg;
	struct listener *listener = s->listener;

	s->is_dead = true; /* whatever on_close does with it */
	listener->handler.on_close(s->session);
	if (s->is_resuming)
		loop_deferred_cancel(on_resume, s);
	list_remove(&s->link);
	listener->count--;
	loop_io_free(s->io);
	loop_timer_free(s->stall);
	close(s->fd);
	strbuf_clear(&s->rest);
	strbuf_clear(&s->out);
	free(s);
	watch_for_peers(listener);
}

const char *
stream_peer(const struct stream *s)
{
	return s->peer;
}

pid_t
stream_peer_pid(const struct stream *s)
{
	return s->credentials.pid;
}

uid_t
stream_peer_user(const struct stream *s)
{
	return s->credentials.uid;
}

/* --- accepting ---------------------------------------------------------------- */

static void
on_retry(void *arg)
{
	struct listener *listener = arg;

	listener->is_starved = false;
	watch_for_peers(listener);
}

/* The waiting peer stays in the backlog; without the pause the loop would spin on it. */
static void
starve(struct listener *listener)
{
	if (!listener->has_failed)
		log_warn("listener: where=%s accept=failed reason=\"%s\" retry-ms=%d",
		    listener->socket.where, strerror(errno), STARVED_WAIT_MS);
	listener->has_failed = listener->is_starved = true;
	loop_timer_set(listener->retry, STARVED_WAIT_MS);
}

/* False: nobody waits any more, or none can be taken now. */
static bool
accept_one(struct listener *listener)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t len = sizeof(sa);
	int fd = accept4(listener->socket.fd, (struct sockaddr *)&sa, &len,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd != -1) {
		listener->has_failed = false;
		welcome(listener, fd, &sa);
		return true;
	}
	if (errno == EAGAIN)
		return false;
	if (errno == EINTR || errno == ECONNABORTED || errno == EPROTO)
		return true;
	starve(listener);
	return false;
}

static void
on_peers(int fd UNUSED, int events UNUSED, void *arg)
{
	struct listener *listener = arg;
	int i;

	for (i = 0; i < ACCEPT_MAX && listener->count < listener->max; i++)
		if (!accept_one(listener))
			break;
	if (listener->count == listener->max && !listener->is_full) {
		log_warn("listener: where=%s connections=%u action=wait",
		    listener->socket.where, listener->count);
		listener->is_full = true;
	}
	watch_for_peers(listener);
}

enum status
stream_listen(const struct listen_options *options,
    const struct stream_handler *handler, void *arg, struct listener **out,
    struct why *why)
{
	struct listener *listener = xcalloc(1, sizeof(*listener));
	enum status rc = listen_socket_open(options, &listener->socket, why);

	if (rc != ST_OK) {
		free(listener);
		return rc;
	}
	strbuf_reserve(&input, READ_MAX);
	listener->handler = *handler;
	listener->arg = arg;
	listener->max = options->stream_max > 0 ? options->stream_max : STREAMS_USUAL;
	list_init(&listener->streams);
	listener->retry = loop_timer_new(on_retry, listener);
	listener->io = loop_io_new(listener->socket.fd, LOOP_READ, on_peers, listener);
	*out = listener;
	return ST_OK;
}

void
listener_stop(struct listener *listener)
{
	if (listener->io == NULL)
		return;
	loop_io_free(listener->io);
	listener->io = NULL;
	loop_timer_stop(listener->retry);
	listen_socket_close(&listener->socket);
}

void
listener_close(struct listener *listener)
{
	struct stream *s;

	while (!list_is_empty(&listener->streams)) {
		s = LIST_ITEM(listener->streams.next, struct stream, link);
		if (s->is_dead)
			loop_deferred_cancel(bury, s);
		bury(s);
	}
	listener_stop(listener);
	loop_timer_free(listener->retry);
	free(listener);
}

const char *
listener_where(const struct listener *listener)
{
	return listener->socket.where;
}
