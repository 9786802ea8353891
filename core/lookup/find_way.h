/*
 * Where a report's destination can be reached.  SPDX-License-Identifier: ISC
 *
 * Not for mail in general: report mail is delivered whatever DANE and MTA-STS say (RFC 8460, section 3), so nothing here
 * is a policy.
 */
#ifndef HOPSEAL_LOOKUP_FIND_WAY_H
#define HOPSEAL_LOOKUP_FIND_WAY_H

#include "base/address.h"
#include "lookup/engine.h"

#define WAY_HOSTS_MAX 8

enum way_kind {
	WAY_HOST, /* addresses of the name itself */
	WAY_MAIL, /* of its MX hosts, or of the name itself where it has none (RFC 5321, 5.1) */
};

struct way_host {
	struct domain name;
	struct address *addresses; /* IPv6 and IPv4 as they came, IPv4 first */
	size_t address_count;      /* at least 1 */
};

struct way_answer {
	size_t count;                 /* 0: detail says why */
	const struct way_host *hosts; /* by preference */
	/* It is of no use to try again soon: null MX, no such name, no address, and no lookup has failed. */
	bool is_permanent;
	const char *detail; /* never NULL */
};

struct find_way;

/* answer lives until the function returns. */
typedef void find_way_done_fn(const struct way_answer *answer, void *arg);

/* done as in net/dns.h, also across engine_reconfigure().  name is copied. */
struct find_way *find_way_start(struct engine *engine, const struct domain *name,
    enum way_kind kind, find_way_done_fn *done, void *arg);
void find_way_cancel(struct find_way *find); /* NULL is fine */

#endif
