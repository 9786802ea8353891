/*
 * A client's side of one SMTP connection: commands out, replies in, TLS from some point on.  SPDX-License-Identifier: ISC
 *
 * Never waits and calls nobody: the owner watches link.fd for smtp_link_wants(), and does the next step when it is ready.
 */
#ifndef HOPSEAL_NET_SMTP_LINK_H
#define HOPSEAL_NET_SMTP_LINK_H

#include <stdbool.h>

#include "base/domain.h"
#include "base/endpoint.h"
#include "base/status.h"
#include "base/strbuf.h"
#include "net/tls_client.h"
#include "wire/smtp_reply.h"

struct smtp_link {
	int fd;                 /* -1: none */
	int error;              /* errno of a connection that failed */
	struct tls_client *tls; /* NULL: in the clear */
	bool is_shaking_hands;
	int shake_wants;    /* LOOP_READ or LOOP_WRITE */
	enum tls_keys keys; /* the owner's wish, before the handshake */
	struct strbuf in, out;
	size_t sent;             /* of out */
	struct smtp_reply reply; /* at the beginning of in */
};

/* Start connecting; the socket is writable when that has ended.  ST_OK or ST_IO.  link holds no connection before. */
MUST_CHECK enum status smtp_link_open(
    struct smtp_link *link, const struct endpoint *server, struct why *why);

/* How it has ended: ST_OK or ST_IO. */
MUST_CHECK enum status smtp_link_connected(struct smtp_link *link, struct why *why);

/* With goodbye to TLS, as far as that goes without waiting.  A link without connection is fine. */
void smtp_link_close(struct smtp_link *link);

/* LOOP_READ, and LOOP_WRITE while something is to be sent. */
int smtp_link_wants(const struct smtp_link *link);

/* Put text behind what is to be sent; what the server said before is forgotten. */
void smtp_link_say(struct smtp_link *link, const char *fmt, ...) PRINTF_LIKE(2, 3);

void smtp_link_send(struct smtp_link *link, const void *bytes, size_t len);

/* Say QUIT if that goes without waiting; nobody needs the reply. */
void smtp_link_quit(struct smtp_link *link);

/*
 * Send what goes now, and read what is there.
 *
 * Returns ST_OK: link->reply is complete, its text is link->in; ST_MORE; ST_IO: the server is gone; ST_SYNTAX: no SMTP; or
 * ST_TOO_BIG: an endless reply.  What the server has said goes before a fault in sending: it may be the reason.
 */
MUST_CHECK enum status smtp_link_talk(struct smtp_link *link, struct why *why);

/* Whether the server has said more than its reply, which it may not before TLS (RFC 3207, section 4.2). */
bool smtp_link_has_more(const struct smtp_link *link);

/* The handshake, begun by the first call.  ST_OK: up, the server's words from before are forgotten; ST_MORE; or ST_IO. */
MUST_CHECK enum status smtp_link_shake_hands(
    struct smtp_link *link, const struct domain *sni, struct why *why);

#endif
