/*
 * The TXT records at one name, as its operator would see them with dig(1).  SPDX-License-Identifier: ISC
 *
 * What MTA-STS, TLS-RPT and DKIM publish is TXT; which record counts is for them to say.
 */
#ifndef HOPSEAL_AUDIT_TXT_VIEW_H
#define HOPSEAL_AUDIT_TXT_VIEW_H

#include <stdbool.h>

#include "lookup/lookup.h"
#include "wire/dns_message.h"
#include "wire/txt.h"

struct txt_view {
	struct domain
	    name; /* that was asked for; len 0: none could be so long, nothing is there */
	bool is_error;       /* the lookup failed; detail says how */
	char detail[64];     /* "" without */
	bool is_alias;       /* the records stand at owner */
	struct domain owner; /* the end of the aliases; without any, name */
	bool is_secure;
	uint32_t ttl_s; /* as the resolver has it: at most the published one */
	size_t count;
	struct txt *texts; /* of each record, its strings joined; in reply's memory */
	struct dns_reply reply;
};

void txt_view_clear(struct txt_view *view);

struct txt_ask;

typedef void txt_ask_done_fn(void *arg);

/*
 * Look up TXT at LABELS.DOMAIN, and fill *out, which stays where it is until done, as in net/dns.h.  labels as the prefix of
 * domain_join().
 */
struct txt_ask *txt_ask_start(struct lookup *lookup, const char *labels,
    const struct domain *domain, struct txt_view *out, txt_ask_done_fn *done,
    void *arg);
void txt_ask_cancel(struct txt_ask *ask); /* NULL is fine; *out holds nothing then */

#endif
