/*
 * Every name server of a zone, asked itself.  SPDX-License-Identifier: ISC
 *
 * A resolver shows the answer of one of them.  Whether a new record is everywhere only they can say (RFC 7671, 8.1).
 */
#ifndef HOPSEAL_AUDIT_ZONE_SERVERS_H
#define HOPSEAL_AUDIT_ZONE_SERVERS_H

#include "audit/options.h"
#include "base/address.h"
#include "wire/dns_message.h"

#define ZONE_SERVERS_MAX 64 /* addresses; the rest is left out, and said so */

enum zone_word {
	ZONE_SPEAKS,   /* it has the zone; serial and reply are its own */
	ZONE_LAME,     /* it answers, but not for this zone: see detail */
	ZONE_SILENT,   /* no answer in time */
	ZONE_NO_ROUTE, /* this machine has no way to such an address */
	ZONE_NAMELESS, /* the name server's name has no address, or those of a family are not known: see detail */
	ZONE_LEFT_OUT, /* more than ZONE_SERVERS_MAX */
};

struct zone_server {
	struct domain name; /* as in the NS record */
	bool has_address;
	struct address address;
	enum zone_word word;
	char detail[64]; /* "" when it SPEAKS */
	uint32_t serial;
	struct dns_reply reply; /* of the RRset */
};

/* "ns1.example.org 192.0.2.53" */
#define ZONE_SERVER_TEXT_MAX (DOMAIN_MAX + 1 + ADDRESS_TEXT_MAX)
const char *zone_server_text(
    const struct zone_server *server, char buf[ZONE_SERVER_TEXT_MAX]);

struct zone_servers_request {
	const struct dns_reply *ns; /* the NS records */
	unsigned
	    flags; /* of net/dns.h, for what the resolver is asked: their addresses */
	const struct domain *apex, *owner; /* of the RRset, no alias */
	enum dns_type type;
};

void zone_servers_free(struct zone_server *servers, size_t count);

struct zone_servers_ask;

/* servers are the receiver's, freed with zone_servers_free(). */
typedef void zone_servers_done_fn(struct zone_server *servers, size_t count, void *arg);

/* Ask all of them, side by side.  done runs exactly once, never before this returns.  request is copied. */
struct zone_servers_ask *zone_servers_start(const struct audit_options *options,
    const struct zone_servers_request *request, zone_servers_done_fn *done, void *arg);
void zone_servers_cancel(
    struct zone_servers_ask *ask); /* NULL is fine; only before done */

#endif
