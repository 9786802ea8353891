/* SPDX-License-Identifier: ISC */
#include "net/datagram.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "net/listen_socket.h"
#include "net/loop.h"

#define QUEUE_PATH "/proc/sys/net/unix/max_dgram_qlen"

/* What most datagrams fit into; a longer one is read alone, into all of the room. */
#define SLOT_BYTES ((size_t)4096)

/* Batches of one turn: others have business in the loop, too. */
#define BATCHES_MAX 16

struct datagram_door {
	struct listen_socket socket;
	datagram_fn *fn;
	datagram_taken_fn *taken;
	void *arg;
	struct loop_io *io;
	char room[DATAGRAM_BATCH_MAX * SLOT_BYTES];
};

_Static_assert(DATAGRAM_BATCH_MAX *SLOT_BYTES >= DATAGRAM_BYTES_MAX, "one fits alone");

/* --- looking -------------------------------------------------------------------------- */

/* The kernel remembers how far was looked (SO_PEEK_OFF); -1: looks are always at the first. */
static void
look_from(const struct datagram_door *d, int offset)
{
	setsockopt(
	    d->socket.fd, SOL_SOCKET, SO_PEEK_OFF, &offset, (socklen_t)sizeof(offset));
}

/*
 * How much of the first datagram there is room for; -1: there is none.  This one call sees an empty datagram that was
 * looked at before, which the kernel else passes over.
 */
static ssize_t
look_at_first(struct datagram_door *d)
{
	look_from(d, -1);
	return recv(d->socket.fd, d->room, DATAGRAM_BYTES_MAX,
	    MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
}

/* Look at many without taking any.  How many fit, each into its slot. */
static size_t
look_at_many(struct datagram_door *d, struct datagram batch[DATAGRAM_BATCH_MAX])
{
	struct mmsghdr messages[DATAGRAM_BATCH_MAX] = { 0 };
	struct iovec slots[DATAGRAM_BATCH_MAX];
	size_t i, count = 0;
	int n;

	for (i = 0; i < DATAGRAM_BATCH_MAX; i++) {
		slots[i] = (struct iovec){ d->room + i * SLOT_BYTES, SLOT_BYTES };
		messages[i].msg_hdr.msg_iov = &slots[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	look_from(d, 0);
	n = recvmmsg(
	    d->socket.fd, messages, DATAGRAM_BATCH_MAX, MSG_PEEK | MSG_DONTWAIT, NULL);
	for (i = 0; n > 0 && i < (size_t)n; i++) {
		if ((messages[i].msg_hdr.msg_flags & MSG_TRUNC) != 0)
			break; /* where the next look would begin inside it */
		if (messages[i].msg_len > 0)
			batch[count++] = (struct datagram){ d->room + i * SLOT_BYTES,
				messages[i].msg_len };
	}
	return count;
}

/* --- taking ------------------------------------------------------------------------------- */

/* Take out the first ones; how many of them had bytes.  False: there is none. */
static bool
take_some(const struct datagram_door *d, size_t count, size_t *full)
{
	struct mmsghdr messages[DATAGRAM_BATCH_MAX] = { 0 };
	int i, n;

	/* Without room for their bytes, which are dropped; MSG_TRUNC tells their lengths all the same. */
	n = recvmmsg(
	    d->socket.fd, messages, (unsigned)count, MSG_TRUNC | MSG_DONTWAIT, NULL);
	for (i = 0, *full = 0; i < n; i++)
		*full += messages[i].msg_len > 0;
	return n > 0;
}

/* Empty ones are not among those that were counted. */
static void
take(const struct datagram_door *d, size_t count)
{
	size_t full;

	for (; count > 0 && take_some(d, count, &full); count -= full)
		continue;
}

/* --- a batch ------------------------------------------------------------------------------- */

/* False: there is nothing more now, or nobody to take it. */
static bool
hand_over(struct datagram_door *d)
{
	struct datagram batch[DATAGRAM_BATCH_MAX];
	ssize_t first = look_at_first(d);
	size_t count = 1, full;

	if (first < 0)
		return false;
	if (first == 0)
		return take_some(d, 1, &full);
	if ((size_t)first > SLOT_BYTES)
		batch[0] = (struct datagram){ d->room,
			(size_t)first < DATAGRAM_BYTES_MAX ? (size_t)first
							   : DATAGRAM_BYTES_MAX };
	else
		count = look_at_many(d, batch);
	if (!d->fn(batch, count, d->arg)) {
		loop_io_want(d->io, 0);
		return false;
	}
	take(d, count);
	d->taken(d->arg);
	return true;
}

static void
on_ready(int fd UNUSED, int events UNUSED, void *arg)
{
	int i;

	for (i = 0; i < BATCHES_MAX && hand_over(arg); i++)
		continue;
}

/* --- open and close --------------------------------------------------------------------------- */

static long
queue_length(void)
{
	char text[24] = "";
	int fd = open(QUEUE_PATH, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd == -1 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd != -1)
		close(fd);
	return n > 0 ? strtol(text, NULL, 10) : 0;
}

/* A socket keeps the length that holds when it is made; who sends does not wait, and loses what does not fit. */
static void
lengthen_queue(void)
{
	char text[24];
	int fd, n = snprintf(text, sizeof(text), "%d\n", DATAGRAM_QUEUE);
	bool is_done;

	if (queue_length() >= DATAGRAM_QUEUE)
		return;
	fd = open(QUEUE_PATH, O_WRONLY | O_CLOEXEC);
	is_done = fd != -1 && write(fd, text, (size_t)n) == n;
	if (fd != -1)
		close(fd);
	if (!is_done)
		log_warn(
		    "datagram: net.unix.max_dgram_qlen=%ld wanted=%d "
		    "effect=\"events are lost when many come at once\" "
		    "remedy=\"sysctl -w net.unix.max_dgram_qlen=%d, then restart\"",
		    queue_length(), DATAGRAM_QUEUE, DATAGRAM_QUEUE);
}

enum status
datagram_open(const struct listen_options *options, datagram_fn *fn,
    datagram_taken_fn *taken, void *arg, struct datagram_door **out, struct why *why)
{
	struct listen_options ours = *options;
	struct datagram_door *d;
	enum status st;

	ours.is_datagram = true;
	if (ours.fd < 0)
		lengthen_queue();
	d = xcalloc(1, sizeof(*d));
	st = listen_socket_open(&ours, &d->socket, why);
	if (st != ST_OK) {
		free(d);
		return st;
	}
	d->fn = fn;
	d->taken = taken;
	d->arg = arg;
	d->io = loop_io_new(d->socket.fd, LOOP_READ, on_ready, d);
	*out = d;
	return ST_OK;
}

void
datagram_resume(struct datagram_door *door)
{
	loop_io_want(door->io, LOOP_READ);
}

const char *
datagram_where(const struct datagram_door *door)
{
	return door->socket.where;
}

void
datagram_close(struct datagram_door *door)
{
	if (door == NULL)
		return;
	loop_io_free(door->io);
	listen_socket_close(&door->socket);
	free(door);
}
