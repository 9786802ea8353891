/* SPDX-License-Identifier: ISC */
#include "client/exchange.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <unistd.h>

#include "client/place.h"
#include "wire/netstring.h"

#define FRAME_MAX        24 /* a netstring's length, colon and comma */
#define CHUNK            4096
#define BACKLOG_PAUSE_MS 10

/* One exchange: all that its steps share. */
struct exchange {
	const char *where;
	int64_t deadline; /* monotonic, ms */
	int fd;
	struct place place;
	char *in; /* what has come, in_len of cap bytes */
	size_t in_len, cap;
	struct why *why;
};

/* An adapter's process has no loop of ours: the deadline is measured here. */
static int64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static enum status
fault(const struct exchange *x, enum status rc, const char *text)
{
	why_set(x->why, "%s: %s", x->where, text);
	return rc;
}

static enum status
fault_errno(const struct exchange *x)
{
	/* Safe beside other threads: for errors that exist the texts are constants. */
	return fault(x, ST_IO, strerror(errno));
}

/* Wait for the socket, but no longer than the deadline; other people's signals do not count. */
static enum status
wait_for(const struct exchange *x, short events)
{
	struct pollfd p = { .fd = x->fd, .events = events };

	for (;;) {
		int64_t left = x->deadline - now_ms();
		int n;

		if (left <= 0)
			return fault(x, ST_TIMEOUT, "no reply in time");
		n = poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left);
		if (n > 0)
			return ST_OK;
		if (n == -1 && errno != EINTR)
			return fault_errno(x);
	}
}

/* How an asynchronous connect ended. */
static enum status
connect_finish(const struct exchange *x)
{
	int error = 0;
	socklen_t len = sizeof(error);
	enum status rc = wait_for(x, POLLOUT);

	if (rc != ST_OK)
		return rc;
	if (getsockopt(x->fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		return fault_errno(x);
	errno = error;
	return error == 0 ? ST_OK : fault_errno(x);
}

static enum status
connect_start(struct exchange *x)
{
	x->fd = socket(
	    x->place.sa.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (x->fd == -1)
		return fault_errno(x);
	while (connect(x->fd, &x->place.sa, x->place.len) == -1) {
		if (errno == EINPROGRESS || errno == EINTR)
			return connect_finish(x);
		if (errno != EAGAIN)
			return fault_errno(x);
		/* A unix socket whose backlog is full cannot be waited for with poll(). */
		if (now_ms() >= x->deadline)
			return fault(x, ST_TIMEOUT, "too busy to take a connection");
		poll(NULL, 0, BACKLOG_PAUSE_MS);
	}
	return ST_OK;
}

static enum status
send_all(const struct exchange *x, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = send(x->fd, bytes, len, MSG_NOSIGNAL);
		enum status rc;

		if (n >= 0) {
			bytes += n;
			len -= (size_t)n;
			continue;
		}
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return fault_errno(x);
		rc = wait_for(x, POLLOUT);
		if (rc != ST_OK)
			return rc;
	}
	return ST_OK;
}

static enum status
grow(struct exchange *x, size_t most)
{
	size_t cap = x->cap == 0 ? CHUNK : x->cap * 2;
	char *p;

	if (x->in_len < x->cap)
		return ST_OK;
	if (x->cap == most)
		return fault(x, ST_TOO_BIG, "reply too big");
	if (cap > most)
		cap = most;
	p = realloc(x->in, cap);
	if (p == NULL)
		return fault(x, ST_NOMEM, status_text(ST_NOMEM));
	x->in = p;
	x->cap = cap;
	return ST_OK;
}

/* At least one more byte. */
static enum status
receive_some(struct exchange *x)
{
	for (;;) {
		ssize_t n = recv(x->fd, x->in + x->in_len, x->cap - x->in_len, 0);
		enum status rc;

		if (n > 0) {
			x->in_len += (size_t)n;
			return ST_OK;
		}
		if (n == 0)
			return fault(x, ST_IO,
			    x->in_len == 0
				? "connection closed without a reply"
				: "connection closed in the middle of a reply");
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return fault_errno(x);
		rc = wait_for(x, POLLIN);
		if (rc != ST_OK)
			return rc;
	}
}

/* Read until the netstring is whole; payload points into x->in. */
static enum status
receive(struct exchange *x, size_t reply_max, const char **payload, size_t *len)
{
	size_t used;
	enum status rc;

	for (;;) {
		rc = grow(x, reply_max + FRAME_MAX);
		if (rc == ST_OK)
			rc = receive_some(x);
		if (rc != ST_OK)
			return rc;
		rc = netstring_parse(x->in, x->in_len, reply_max, payload, len, &used);
		if (rc == ST_OK)
			return ST_OK;
		if (rc == ST_TOO_BIG)
			return fault(x, rc, "reply too big");
		if (rc != ST_MORE)
			return fault(x, rc, "reply is not a netstring");
	}
}

enum status
exchange_run(const char *where, const char *request, size_t len, int deadline_ms,
    size_t reply_max, char **reply, size_t *reply_len, struct why *why)
{
	struct exchange x = {
		.where = where, .deadline = now_ms() + deadline_ms, .fd = -1, .why = why
	};
	const char *payload, *bad;
	enum status rc;

	*reply = NULL;
	*reply_len = 0;
	if (place_parse(where, &x.place, &bad) != ST_OK)
		return fault(&x, ST_SYNTAX, bad);
	rc = connect_start(&x);
	if (rc == ST_OK)
		rc = send_all(&x, request, len);
	if (rc == ST_OK)
		rc = receive(&x, reply_max, &payload, reply_len);
	if (rc == ST_OK) {
		/* The comma behind the payload gives its place to the NUL. */
		memmove(x.in, payload, *reply_len);
		x.in[*reply_len] = '\0';
		*reply = x.in;
		x.in = NULL;
	}
	free(x.in);
	if (x.fd != -1)
		close(x.fd);
	return rc;
}
