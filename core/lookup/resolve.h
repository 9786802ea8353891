/*
 * One name and type, to the end of its aliases.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_LOOKUP_RESOLVE_H
#define HOPSEAL_LOOKUP_RESOLVE_H

#include "lookup/lookup.h"
#include "wire/dns_message.h"

#define ALIASES_MAX 8 /* links of one chain (DNS-07) */

struct resolve;

/*
 * reply is that of the last name: owner is the end of the chain, aliases and ttl_s cover all of it, is_secure holds
 * only when every link was secure (RFC 7672, 2.1.3); never DNS_ALIAS.  It may be taken by moving the struct and
 * zeroing the original.
 */
typedef void resolve_done_fn(struct dns_reply *reply, void *arg);

/* rule says in the trace why this is asked; trace may be NULL.  done as in net/dns.h. */
struct resolve *resolve_start(struct lookup *lookup, const struct domain *name,
    enum dns_type type, struct trace *trace, const char *rule, resolve_done_fn *done,
    void *arg);

void resolve_cancel(struct resolve *resolve);

#endif
