/*
 * Questions to one name server, through c-ares.  SPDX-License-Identifier: ISC
 *
 * c-ares would choose among several servers without telling which it was; one channel for each
 * leaves that choice to net/dns.c.
 */
#ifndef HOPSEAL_NET_DNS_SERVER_H
#define HOPSEAL_NET_DNS_SERVER_H

#include <stdbool.h>

#include "base/domain.h"
#include "base/endpoint.h"
#include "base/status.h"
#include "wire/dns_message.h"

struct dns_server;

/* try_ms: how long c-ares waits before it sends again.  ST_OK or ST_LIBRARY. */
MUST_CHECK enum status dns_server_open(const struct endpoint *address, int try_ms,
    struct dns_server **out, struct why *why);

/* All attempts must be done or forgotten.  NULL is fine. */
void dns_server_close(struct dns_server *server);

/*
 * The result; reply is the function's, to keep or clear.  was_heard: the server sent it, whatever it
 * says; else nothing came and reply is DNS_ERROR.
 */
typedef void dns_attempt_fn(struct dns_reply *reply, bool was_heard, void *arg);

struct dns_attempt;

/*
 * Ask, with flags of net/dns.h.  fn runs exactly once, never before this returns and never from inside c-ares, so that it
 * may call anything; it may take longer than the caller wants to wait.  name is copied.
 */
struct dns_attempt *dns_server_ask(struct dns_server *server, unsigned flags,
    const struct domain *name, enum dns_type type, dns_attempt_fn *fn, void *arg);

/* fn will not run.  Only before it has; NULL is fine. */
void dns_attempt_forget(struct dns_attempt *attempt);

#endif
