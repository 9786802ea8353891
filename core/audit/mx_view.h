/*
 * Where mail for a domain goes, as published.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_AUDIT_MX_VIEW_H
#define HOPSEAL_AUDIT_MX_VIEW_H

#include "audit/options.h"
#include "policy/facts.h"

struct mx_view {
	struct domain domain;
	struct route *
	    route; /* the hosts by preference, by name only; the domain itself without MX */
	size_t repeated; /* records that name a host again */
	size_t own_tlsa; /* records at _25._tcp.DOMAIN, which may be no MX host */
};

void mx_view_free(struct mx_view *view); /* NULL is fine */

struct mx_view_ask;

/* view is the receiver's, freed with mx_view_free(). */
typedef void mx_view_done_fn(struct mx_view *view, void *arg);

/* Look.  done runs exactly once, never before this returns.  domain is copied, options too (audit/options.h). */
struct mx_view_ask *mx_view_start(const struct audit_options *options,
    const struct domain *domain, mx_view_done_fn *done, void *arg);
void mx_view_cancel(struct mx_view_ask *ask); /* NULL is fine; only before done */

#endif
