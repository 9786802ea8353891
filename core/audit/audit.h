/*
 * A whole domain, as senders find it: mail, DNS, DANE, MTA-STS, reports.  SPDX-License-Identifier: ISC
 *
 *   audit_start -> MX set -> each host and its zone -.
 *               -> zone of the domain                 -> remarks of each part (X_audit), and of
 *               -> MTA-STS, TLS-RPT, DKIM -----------'   all of them together (mix_audit)
 *
 * All of it side by side: it takes no longer than the slowest host.  Nothing is cached and no MX host's address is guarded:
 * people say whom to look at.
 */
#ifndef HOPSEAL_AUDIT_AUDIT_H
#define HOPSEAL_AUDIT_AUDIT_H

#include "audit/dkim_view.h"
#include "audit/host_audit.h"
#include "audit/mx_view.h"
#include "audit/options.h"
#include "audit/rua_view.h"
#include "audit/sts_view.h"
#include "audit/zone_view.h"
#include "lookup/engine.h"

#define AUDIT_LOOKS_MAX 128 /* addresses that are looked at, of all hosts together */
#define AUDIT_ZONES_MAX 16  /* hosts whose zones are looked at */
#define AUDIT_SERVERS_MAX                                                              \
	256 /* addresses of name servers that are asked, of all these zones together */

/* One MX host, in the order of mx->route. */
struct audit_host {
	struct host_view *view;  /* NULL: the MX record names no host */
	struct host_audit audit; /* its remarks have gone to those of the whole */
	enum sts_mode
	    sts; /* of the policy that names it; STS_NONE: none does.  One that senders do not get is still
			    * to be tested. */
	uint32_t ttl_s; /* of its TLSA records, from their name servers; 0: not known */
	struct zone_view *zone; /* of its TLSA records; NULL: not looked at */
};

struct audit {
	struct domain domain;
	time_t now;
	size_t judged_zones, judged; /* of hosts */
	size_t passes; /* that are left for the others (audit/host_audit.h) */
	enum resolver_state resolver; /* while this was looked at */
	struct remarks
	    remarks; /* about "mx1.example.org 192.0.2.1", "_mta-sts.example.org", ... */
	struct mx_view *mx;
	size_t count; /* as many as mx->route has hosts */
	struct audit_host *hosts;
	struct zone_view *zone; /* of the MX records */
	struct sts_view *sts;
	struct rua_view *rua;
	struct dkim_view *dkim; /* NULL: none was asked for */
};

void audit_free(struct audit *audit); /* NULL is fine */

/* Descriptors of one audit: connections to MX hosts and policy hosts, and name servers by UDP and TCP. */
#define AUDIT_FILES_MAX                                                                \
	(AUDIT_LOOKS_MAX + HOST_ADDRESSES_MAX +                                        \
	    2 * (ZONE_SERVERS_MAX + AUDIT_SERVERS_MAX))

struct audit_ask;

/* audit is the receiver's, freed with audit_free(). */
typedef void audit_done_fn(struct audit *audit, void *arg);

/* Look.  done runs exactly once, never before this returns.  domain is copied, options too (audit/options.h). */
struct audit_ask *audit_start(const struct audit_options *options,
    const struct domain *domain, audit_done_fn *done, void *arg);
void audit_cancel(struct audit_ask *ask); /* NULL is fine; only before done */

/* Whether it means anything when the resolver calls an answer insecure. */
bool audit_believes(const struct audit *audit);

/* The policy that any sender gets; NULL: none.  What sts_view_policy() has besides is published, and does not work. */
const struct sts_policy *audit_policy(const struct audit *audit);

/*
 * Judge what was seen: fill now, hosts[].audit and remarks.  Pure.  A step is one zone or one address, and says false when there is none
 * left; audit_start() makes each in a turn of its own, because certificates take their time and others wait for the loop.
 */
void audit_judge_begin(struct audit *audit, time_t now);
bool audit_judge_next(struct audit *audit, const struct trust_store *trust);
void audit_judge_end(struct audit *audit);

#endif
