/*
 * One MX host: addresses, TLSA base domain, TLSA records.  SPDX-License-Identifier: ISC
 *
 * The order is that of RFC 7672, section 2.2.2: addresses first, TLSA only when they are secure.
 */
#ifndef HOPSEAL_LOOKUP_FIND_HOST_H
#define HOPSEAL_LOOKUP_FIND_HOST_H

#include <stdint.h>

#include "lookup/lookup.h"
#include "policy/facts.h"

struct find_host;

/* *out is filled; ttl_s is the least of all records used. */
typedef void find_host_done_fn(uint32_t ttl_s, void *arg);

/*
 * Complete the facts of *out, whose name and preference are set and which stays where it is
 * until done.  port is that of the TLSA records.  done as in net/dns.h.
 */
struct find_host *find_host_start(struct lookup *lookup, uint16_t port,
    struct host_facts *out, struct trace *trace, find_host_done_fn *done, void *arg);

void find_host_cancel(struct find_host *find);

/* End it, without done: what has not been answered is an error. */
void find_host_give_up(struct find_host *find);

#endif
