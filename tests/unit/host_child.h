/*
 * What serves a test: a child process on a loopback address.  SPDX-License-Identifier: ISC
 *
 * It takes one connection after the other, until the test stops it or is no more.
 */
#ifndef HOPSEAL_TESTS_UNIT_HOST_CHILD_H
#define HOPSEAL_TESTS_UNIT_HOST_CHILD_H

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/endpoint.h"
#include "certs.h"

struct host_child {
	pid_t pid;
	struct endpoint endpoint; /* where it listens */
	int listener;
	int report; /* the test's end of a pipe; in the child, the other one */
};

/* In the child, with each connection in turn. */
typedef void host_child_serve_fn(const void *host, int fd);

/*
 * A listening socket, and where it listens.  port 0: one that is free.
 *
 * Returns -1 when the address cannot be had.
 */
static inline int
host_child_listen(
    const char *address, uint16_t port, int backlog, struct endpoint *endpoint)
{
	struct sockaddr_storage sa;
	const int one = 1;
	socklen_t len;
	int fd;

	*endpoint = (struct endpoint){ .port = port };
	cert_must(address_parse(address, strlen(address), &endpoint->address) == ST_OK);
	len = endpoint_to_sockaddr(endpoint, &sa);
	fd = socket(sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&sa, len) == -1) {
		close(fd);
		return -1;
	}
	cert_must(listen(fd, backlog) == 0 &&
		  getsockname(fd, (struct sockaddr *)&sa, &len) == 0 &&
		  endpoint_from_sockaddr((struct sockaddr *)&sa, endpoint));
	return fd;
}

/* The child's life. */
static inline void
host_child_live(
    const struct host_child *child, host_child_serve_fn *serve, const void *host)
{
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_IGN);
	while ((fd = accept(child->listener, NULL, NULL)) != -1) {
		serve(host, fd);
		shutdown(fd, SHUT_WR);
		while (read(fd, &(char){ 0 }, 1) >
		       0) /* or a reset destroys what was sent */
			continue;
		close(fd);
	}
	_exit(1);
}

/* False: the address cannot be had.  host outlives the child, or is a part of what does. */
static inline bool
host_child_start(struct host_child *child, const char *address, uint16_t port,
    host_child_serve_fn *serve, const void *host)
{
	int fds[2];

	child->listener = host_child_listen(address, port, 16, &child->endpoint);
	if (child->listener == -1)
		return false;
	cert_must(pipe2(fds, O_CLOEXEC) == 0);
	child->pid = fork();
	cert_must(child->pid != -1);
	if (child->pid == 0) {
		child->report = fds[1];
		host_child_live(child, serve, host);
	}
	close(fds[1]);
	child->report = fds[0];
	return true;
}

/* In the child: tell the test. */
static inline void
host_child_report(const struct host_child *child, const void *bytes, size_t len)
{
	if (write(child->report, bytes, len) != (ssize_t)len)
		_exit(1);
}

static inline void
host_child_stop(struct host_child *child)
{
	kill(child->pid, SIGKILL);
	waitpid(child->pid, NULL, 0);
	close(child->listener);
	close(child->report);
}

#endif
