/*
 * One host, looked at from all sides for its operator.  SPDX-License-Identifier: ISC
 *
 * Its addresses, its TLSA records, and then all of its addresses at once, by STARTTLS.  Nothing is cached, and no address is
 * guarded: people say whom to look at.
 */
#ifndef HOPSEAL_AUDIT_HOST_VIEW_H
#define HOPSEAL_AUDIT_HOST_VIEW_H

#include <stdbool.h>

#include "audit/options.h"
#include "policy/judge.h"

struct host_view {
	const struct host_facts *host; /* as a sender finds them */
	bool is_resolver_trusted;
	uint32_t ttl_s; /* of the TLSA records; 0 without any, and not known */
	size_t
	    ignored_tlsa; /* records that stand there, but not secure, so that senders do not see them */
	size_t left_out; /* addresses that were not looked at */
	size_t count;
	/* At each address, one behind the other where a server has two certificates, EC and RSA; reason also where it
	 * was not reached. */
	struct evidence *seen;
	/* What the others point into. */
	struct route *route;
	struct host_spot *spots;
};

void host_view_free(struct host_view *view); /* NULL is fine */

struct host_view_request {
	struct domain host;
	uint16_t port;
	size_t address_max; /* HOST_ADDRESSES_MAX at most: all */
};

struct host_view_ask;

/* view is the receiver's, freed with host_view_free(). */
typedef void host_view_done_fn(struct host_view *view, void *arg);

/* Look.  done runs exactly once, never before this returns.  request is copied, options too (audit/options.h). */
struct host_view_ask *host_view_start(const struct audit_options *options,
    const struct host_view_request *request, host_view_done_fn *done, void *arg);
void host_view_cancel(struct host_view_ask *ask); /* NULL is fine; only before done */

#endif
