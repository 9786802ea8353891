/*
 * The yardstick: a socketmap server whose answer costs nothing.  SPDX-License-Identifier: ISC
 *
 *   echo SOCKET REPLY
 *
 * Raw epoll, one thread, no allocation after accept(), every request answered with the same reply.  What it reaches is what this machine can do; what a real server loses
 * against it is the price of its work.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "wire/netstring.h"

#define REQUEST_MAX 1024
#define EVENTS_MAX  256

struct connection {
	int fd;
	size_t len;
	char in[REQUEST_MAX];
};

static struct strbuf reply;
static int ep;

static NORETURN void
die(const char *what)
{
	fprintf(stderr, "echo: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int
listen_at(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
	if (fd == -1 || bind(fd, (struct sockaddr *)&un, sizeof(un)) == -1 ||
	    listen(fd, SOMAXCONN) == -1)
		die(path);
	return fd;
}

static void
watch(int fd, struct connection *c)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };

	if (epoll_ctl(ep, EPOLL_CTL_ADD, fd, &event) == -1)
		die("epoll_ctl");
}

static void
accept_one(int listener)
{
	struct connection *c;
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd == -1)
		return;
	c = xmalloc(sizeof(*c));
	c->fd = fd;
	c->len = 0;
	watch(fd, c);
}

static void
drop(struct connection *c)
{
	close(c->fd);
	free(c);
}

/* Whether the connection goes on.  The asker waits for each reply, so there is at most one request, and room for
 * the reply. */
static bool
serve(struct connection *c)
{
	const char *payload;
	size_t payload_len, used;
	enum status st;
	ssize_t n = read(c->fd, c->in + c->len, sizeof(c->in) - c->len);

	if (n <= 0)
		return n == -1 && errno == EAGAIN;
	c->len += (size_t)n;
	st = netstring_parse(
	    c->in, c->len, sizeof(c->in), &payload, &payload_len, &used);
	if (st == ST_MORE)
		return c->len < sizeof(c->in);
	c->len = 0;
	return st == ST_OK && write(c->fd, reply.data, reply.len) == (ssize_t)reply.len;
}

int
main(int argc, char **argv)
{
	struct epoll_event events[EVENTS_MAX];
	int i, n, listener;

	if (argc != 3) {
		fprintf(stderr, "usage: echo SOCKET REPLY\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	netstring_add(&reply, argv[2], strlen(argv[2]));
	ep = epoll_create1(EPOLL_CLOEXEC);
	listener = listen_at(argv[1]);
	watch(listener, NULL);
	for (;;) {
		n = epoll_wait(ep, events, EVENTS_MAX, -1);
		for (i = 0; i < n; i++) {
			if (events[i].data.ptr == NULL)
				accept_one(listener);
			else if (!serve(events[i].data.ptr))
				drop(events[i].data.ptr);
		}
	}
}
