/*
 * Making a listening socket.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_NET_LISTEN_SOCKET_H
#define HOPSEAL_NET_LISTEN_SOCKET_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/status.h"
#include "net/stream.h"

struct listen_socket {
	int fd; /* listening, does not block, closed on exec */
	bool is_unix;
	char *where;      /* as configured, or what an inherited socket is bound to */
	char *path;       /* what close removes; NULL when we made none */
	struct stat made; /* path, as we made it */
};

/*
 * Make the socket of options->where, or take over options->fd.
 *
 * A unix socket gets its owner and mode before it listens, and nobody else may
 * connect until then.  *out is written only when ST_OK is returned.  Return values
 * as of stream_listen().
 */
MUST_CHECK enum status listen_socket_open(
    const struct listen_options *options, struct listen_socket *out, struct why *why);

/* "unix:" and a path, or "inet:" and an address with its port. */
#define LISTEN_WHERE_MAX 128

/* Write where a socket is bound; "unknown" if that cannot be said.  Returns buf. */
const char *listen_socket_where(int fd, char buf[LISTEN_WHERE_MAX]);

/* Close; remove the path unless another process has put its own socket there. */
void listen_socket_close(struct listen_socket *socket);

#endif
