/*
 * One look at an SMTP server: banner, EHLO, STARTTLS, its chain, QUIT.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_NET_SMTP_PROBE_H
#define HOPSEAL_NET_SMTP_PROBE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"
#include "base/domain.h"
#include "net/tls_client.h"
#include "wire/tls_event.h"

struct smtp_probe_request {
	struct address address;
	unsigned port; /* 25 */
	const struct domain *sni;
	const char *helo;   /* our name; "": the machine's */
	int deadline_ms;    /* for everything */
	enum tls_keys keys; /* TLS_KEYS_ANY: what the server likes best */
};

struct smtp_probe_answer {
	/* UNKNOWN: not reached, or gone before STARTTLS was clear (connect, banner, 421, timeout there). */
	enum event_tls tls;
	bool is_unroutable; /* UNKNOWN, since this machine has no way there */
	/* What the server or OpenSSL said: printable ASCII, at most REASON_CODE_MAX; "" with UP. */
	const char *detail;
	const char *helo;             /* first word of the EHLO reply, cleaned; "" */
	const char *version, *cipher; /* UP only; else "" */
	const struct chain
	    *chain; /* UP only: as sent, leaf first, nothing verified; else NULL */
};

typedef void smtp_probe_done_fn(const struct smtp_probe_answer *answer, void *arg);

struct smtp_probe;

/*
 * Look.  Any certificate is taken, TLS 1.0 and later at OpenSSL's security level 0, as Postfix takes them for
 * opportunistic TLS.  done runs exactly once, never before this returns, at most deadline_ms later.  Text that came with
 * the reply to STARTTLS in one packet is FAILED (RFC 3207, 4.2); a server that does not know EHLO has NOT_OFFERED.  The
 * request is copied.
 */
struct smtp_probe *smtp_probe_start(
    const struct smtp_probe_request *request, smtp_probe_done_fn *done, void *arg);
void smtp_probe_cancel(struct smtp_probe *probe); /* NULL is fine */

#endif
