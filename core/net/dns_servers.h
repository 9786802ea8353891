/*
 * Which name servers to ask.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_NET_DNS_SERVERS_H
#define HOPSEAL_NET_DNS_SERVERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/endpoint.h"
#include "base/status.h"
#include "base/strbuf.h"
#include "net/dns.h"

struct dns_servers {
	struct endpoint list[DNS_SERVERS_MAX];
	size_t count; /* at least 1 once filled */
};

/*
 * Parse dns_options.servers: addresses, each with a port or without, separated by commas.
 * Returns ST_OK, or ST_SYNTAX (no address, or more than DNS_SERVERS_MAX).
 */
MUST_CHECK enum status dns_servers_parse(
    const char *text, struct dns_servers *out, struct why *why);

/*
 * Take the first DNS_SERVERS_MAX "nameserver" lines of a resolv.conf(5).  Link-local addresses with a scope
 * are passed over.  Returns ST_OK, or ST_IO (unreadable, or no such line).
 */
MUST_CHECK enum status dns_servers_read(
    const char *path, struct dns_servers *out, struct why *why);

/* Whether all of them are on loopback (127.0.0.0/8, ::1). */
bool dns_servers_are_local(const struct dns_servers *servers);

/* Append "127.0.0.1:53,[::1]:53". */
void dns_servers_add_text(const struct dns_servers *servers, struct strbuf *out);

#endif
