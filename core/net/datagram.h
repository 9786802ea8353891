/*
 * A datagram socket that loses nothing.  SPDX-License-Identifier: ISC
 *
 * Datagrams are looked at in batches and taken out of the socket only when the reader says that they are safe: one that
 * is killed in between finds them there again.
 */
#ifndef HOPSEAL_NET_DATAGRAM_H
#define HOPSEAL_NET_DATAGRAM_H

#include <stddef.h>

#include "base/status.h"
#include "net/stream.h"

#define DATAGRAM_BYTES_MAX (256 * 1024)
#define DATAGRAM_BATCH_MAX 64

struct datagram {
	const char *bytes; /* borrowed for the call */
	size_t len;
};

/*
 * A batch, oldest first.  Returns true when all of it is safe: it is taken out of the socket.  False: it stays, and is
 * offered again with datagram_resume().
 */
typedef bool datagram_fn(const struct datagram *batch, size_t count, void *arg);

/* Called after a batch was taken out. */
typedef void datagram_taken_fn(void *arg);

struct datagram_door;

/*
 * Bind, or take over options->fd.  Of options: where ("unix:/path" only), owner, mode, fd.  A path that a live process serves
 * is refused (ST_BUSY), a stale one replaced.  net.unix.max_dgram_qlen is raised to DATAGRAM_QUEUE before the socket is
 * made, where we may; else a line at level warn names the command.
 *
 * Returns as stream_listen().
 */
#define DATAGRAM_QUEUE 512
MUST_CHECK enum status datagram_open(const struct listen_options *options,
    datagram_fn *fn, datagram_taken_fn *taken, void *arg, struct datagram_door **out,
    struct why *why);
void datagram_resume(struct datagram_door *door);
const char *datagram_where(const struct datagram_door *door);
void datagram_close(
    struct datagram_door *door); /* removes the path if we made it; NULL is fine */

#endif
