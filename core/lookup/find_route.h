/*
 * The way to a next-hop: its MX hosts and what DNSSEC and DANE say of each.
 * SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_LOOKUP_FIND_ROUTE_H
#define HOPSEAL_LOOKUP_FIND_ROUTE_H

#include "lookup/lookup.h"
#include "policy/facts.h"
#include "wire/dns_message.h"

/*
 * The names of an MX answer as the hosts of a route: by preference, without repeated ones and "0 ." (RFC 7505), at most
 * MX_HOSTS_MAX.  A target that is no host name is ADDRESS_INVALID.  Held once.
 */
struct route *route_of_mx(const struct dns_reply *reply);

struct find_route;

/* route is held once for the receiver, who releases it; expires is set. */
typedef void find_route_done_fn(struct route *route, void *arg);

/* next_hop is copied; trace may be NULL.  done as in net/dns.h. */
struct find_route *find_route_start(struct lookup *lookup,
    const struct next_hop *next_hop, struct trace *trace, find_route_done_fn *done,
    void *arg);

void find_route_cancel(struct find_route *find);

#endif
