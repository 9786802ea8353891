/*
 * One DNS question to the validating resolver.  SPDX-License-Identifier: ISC
 *
 * Sends AD=1, CD=0 (RFC 6840, 5.7; RFC 4035, 4.9.2) with EDNS, falls back to TCP, and hands over the parsed
 * reply.  Aliases that leave the message are followed by lookup/resolve.h, not here.
 */
#ifndef HOPSEAL_NET_DNS_H
#define HOPSEAL_NET_DNS_H

#include <stdbool.h>

#include "base/domain.h"
#include "base/status.h"
#include "wire/dns_message.h"

#define DNS_SERVERS_MAX 4

struct dns_options {
	/* "ADDRESS", "ADDRESS:PORT", "[V6]:PORT", separated by commas; NULL or "": the name servers of
	 * /etc/resolv.conf. */
	const char *servers;
	/* The path to these servers cannot be forged, though they are not on loopback
	 * (RFC 7672, 2.1.1; conformance DNS-04). */
	bool is_trusted;
	int try_ms; /* one try; 0: 2000 */
};

struct dns;

/* ST_OK, ST_SYNTAX (a server is no address), ST_IO (resolv.conf unreadable or without servers), ST_LIBRARY. */
MUST_CHECK enum status dns_open(
    const struct dns_options *options, struct dns **out, struct why *why);

/* Cancels what is outstanding: no callback runs any more. */
void dns_close(struct dns *dns);

/*
 * Whether the AD bit of this resolver may be believed: all servers on loopback, or marked
 * trusted.  When not, every reply is handed over with is_secure false.
 */
bool dns_is_trusted(const struct dns *dns);

/* The servers as text, "127.0.0.1:53,[::1]:53"; owned by dns. */
const char *dns_servers(const struct dns *dns);

/* reply lives until the function returns; copy what is to be kept, or take records by
 * moving the struct and zeroing the original. */
typedef void dns_done_fn(struct dns_reply *reply, void *arg);

struct dns_query;

/*
 * Ask one question.  done runs exactly once, never before dns_ask() has returned, at most
 * deadline_ms later; no answer in time is DNS_ERROR "timeout".  name is copied.
 */
struct dns_query *dns_ask(struct dns *dns, const struct domain *name,
    enum dns_type type, int deadline_ms, dns_done_fn *done, void *arg);

/* How a question is put. */
enum dns_flag {
	DNS_SIGNATURES = 1 << 0, /* DO: send those too (RFC 4035, 3.2.1) */
	DNS_UNCHECKED =
	    1 << 1, /* CD: send what does not validate, too (RFC 4035, 3.2.2) */
	DNS_DIRECT = 1 << 2, /* RD=0: what an authoritative server itself has */
};

/* The same with flags of enum dns_flag.  What is UNCHECKED is never secure. */
struct dns_query *dns_ask_with(struct dns *dns, unsigned flags,
    const struct domain *name, enum dns_type type, int deadline_ms, dns_done_fn *done,
    void *arg);

/* done will not run.  Only before it has; NULL is fine. */
void dns_cancel(struct dns_query *query);

#endif
