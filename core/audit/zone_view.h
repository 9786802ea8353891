/*
 * The zone of a name, for its operator.  SPDX-License-Identifier: ISC
 *
 * One RRset through the validating resolver, then the zone that it stands in: where the zone begins, whether it is signed,
 * its SOA, and what each of its name servers says itself when it is asked directly, at every address.
 */
#ifndef HOPSEAL_AUDIT_ZONE_VIEW_H
#define HOPSEAL_AUDIT_ZONE_VIEW_H

#include "audit/options.h"
#include "audit/zone_servers.h"

/* RFC 4035, section 4.3. */
enum zone_security {
	ZONE_UNKNOWN, /* no SOA, or the resolver cannot be trusted: see detail */
	ZONE_BOGUS, /* SERVFAIL for SOA or RRset, also a while later, and yet an answer when nothing is to be checked */
	ZONE_INSECURE, /* not signed, as its parent proves */
	ZONE_SECURE,
};

struct zone_view {
	struct domain name; /* that was asked for */
	enum dns_type type;
	enum zone_security security;
	char detail[64]; /* of UNKNOWN: why; of BOGUS: the resolver's word */
	/* The RRset at name, through the resolver, aliases followed: owner is their end, signature the one that ends first.
	 * DNS_ERROR says nothing about the zone. */
	struct dns_reply reply;
	struct domain apex; /* of the zone that owner is in; len 0: not found */
	bool has_soa;
	struct dns_signature soa_signature; /* whoever believes it */
	struct dns_soa soa;
	uint32_t soa_ttl_s;
	char servers_detail[64]; /* why there are none: the lookup of NS; "" */
	size_t count;
	struct zone_server *servers; /* each address of each name server */
};

void zone_view_free(struct zone_view *view); /* NULL is fine */

struct zone_view_ask;

/* view is the receiver's, freed with zone_view_free(). */
typedef void zone_view_done_fn(struct zone_view *view, void *arg);

/*
 * Look at the RRset of this name and type, and at its zone.  done runs exactly once, never before this returns.  options as
 * audit/options.h says; name is copied.
 */
struct zone_view_ask *zone_view_start(const struct audit_options *options,
    const struct domain *name, enum dns_type type, zone_view_done_fn *done, void *arg);
void zone_view_cancel(struct zone_view_ask *ask); /* NULL is fine; only before done */

#endif
