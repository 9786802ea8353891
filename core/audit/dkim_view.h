/*
 * The DKIM key of a selector, as published (RFC 6376, section 3.6).  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_AUDIT_DKIM_VIEW_H
#define HOPSEAL_AUDIT_DKIM_VIEW_H

#include "audit/options.h"
#include "audit/txt_view.h"

struct dkim_view {
	struct domain domain;
	struct txt_view record; /* at SELECTOR._domainkey.DOMAIN */
};

void dkim_view_free(struct dkim_view *view); /* NULL is fine */

struct dkim_view_ask;

/* view is the receiver's, freed with dkim_view_free(). */
typedef void dkim_view_done_fn(struct dkim_view *view, void *arg);

/* Look.  selector: labels that domain_parse() takes, lower case.  done as in audit/sts_view.h. */
struct dkim_view_ask *dkim_view_start(const struct audit_options *options,
    const struct domain *domain, const struct domain *selector, dkim_view_done_fn *done,
    void *arg);
void dkim_view_cancel(struct dkim_view_ask *ask); /* NULL is fine; only before done */

#endif
