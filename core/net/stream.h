/*
 * Listening sockets and the byte streams they accept.  SPDX-License-Identifier: ISC
 *
 * Built for requests and replies: what was read is offered once per readiness, all replies to it leave in one
 * write.  A peer that does not read its replies is not read from either.
 */
#ifndef HOPSEAL_NET_STREAM_H
#define HOPSEAL_NET_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/status.h"
#include "base/strbuf.h"

/* Bytes that wait for a peer before it is dropped. */
#define STREAM_OUT_MAX (4 * 1024 * 1024)

struct stream;

/* How a door reacts.  arg of the listener is passed to on_open, what on_open returns to the others. */
struct stream_handler {
	void *(*on_open)(struct stream *stream, void *arg);
	/*
	 * Bytes are there: read, consume with strbuf_consume() or leave them for later.
	 * Returning false closes the stream after what is written has left.
	 */
	bool (*on_input)(struct stream *stream, struct strbuf *in, void *session);
	/* The stream is gone, for whatever reason; session's last call. */
	void (*on_close)(void *session);
	size_t in_max; /* a peer with more unconsumed bytes than this is dropped */
};

struct listener;

struct listen_options {
	const char *where; /* "unix:/path" or "inet:ADDRESS:PORT", "inet:[V6]:PORT" */
	const char *owner; /* "user", "user:group", ":group" or NULL; unix only */
	mode_t mode;       /* unix only; 0: 0666 */
	int fd;            /* an already listening or bound socket (systemd), or -1 */
	/* A socket for datagrams (net/datagram.h), unix only; else for streams. */
	bool is_datagram;
	/* Connections at once, more wait in the backlog; 0: 20000. */
	unsigned stream_max;
};

/*
 * Listen.  A unix path that a live process serves is refused (ST_BUSY); a stale one is replaced; the parent
 * folder must exist.  handler and arg are kept.
 *
 * Returns ST_OK, ST_SYNTAX (where), ST_UNKNOWN (owner), ST_BUSY or ST_IO.
 */
MUST_CHECK enum status stream_listen(const struct listen_options *options,
    const struct stream_handler *handler, void *arg, struct listener **out,
    struct why *why);

/*
 * Stop accepting and close what was accepted: every session's on_close runs before this returns, so it is not
 * for a handler's own functions.  A unix path we made is removed.
 */
void listener_close(struct listener *listener);

/*
 * Accept no more and let go of the address; what was accepted goes on until
 * listener_close().  listener_where() is not to be asked any more.
 */
void listener_stop(struct listener *listener);

/* As given in where, or the address of an inherited socket. */
const char *listener_where(const struct listener *listener);

/* Where replies are put; stream_flush() sends.  Inside on_input the flush happens by itself. */
struct strbuf *stream_out(struct stream *stream);
void stream_flush(struct stream *stream);

/* No more input is offered until stream_resume(): a question is being answered elsewhere.
 * stream_resume() offers what is already there in the next turn. */
void stream_pause(struct stream *stream);
void stream_resume(struct stream *stream);

/* Close after what is written has left; on_close runs later, from the loop. */
void stream_close(struct stream *stream);

/* "pid 4711" or "192.0.2.1:4711", for logs. */
const char *stream_peer(const struct stream *stream);

/* The peer's process, from its credentials; 0 over TCP. */
pid_t stream_peer_pid(const struct stream *stream);

/* And its user; STREAM_NO_USER over TCP. */
#define STREAM_NO_USER ((uid_t)-1)
uid_t stream_peer_user(const struct stream *stream);

#endif
