/*
 * A domain's MTA-STS as published, for its operator.  SPDX-License-Identifier: ISC
 *
 * A sender stops at the first fault.  A person wants all of them: the record is looked at, and, whatever it says, the policy is
 * fetched from every address of the policy host at once, its certificate good or not.  Nothing is cached; what the guard of
 * options.https keeps a sender from is not looked at either, and said so.
 */
#ifndef HOPSEAL_AUDIT_STS_VIEW_H
#define HOPSEAL_AUDIT_STS_VIEW_H

#include "audit/options.h"
#include "audit/txt_view.h"
#include "net/https.h"
#include "policy/cert_facts.h"
#include "policy/facts.h"

/* What one address of the policy host shows. */
struct sts_look {
	struct address address;
	enum https_outcome outcome; /* a fault of the certificate is apart */
	bool is_unroutable;         /* HTTPS_CONNECT for want of a way from here */
	char *detail;               /* as in struct https_answer */
	int http_status;
	char *media_type, *location; /* "" none */
	size_t body_bytes;           /* of what was read */
	char *cert_fault;            /* in OpenSSL's words; NULL: valid, or none seen */
	bool has_cert;
	struct cert_facts cert;    /* of the leaf */
	char *cert_names;          /* "a.example, *.b.example"; "" none */
	struct sts_policy *policy; /* NULL without HTTPS_OK, or invalid */
	struct why policy_fault;   /* invalid: "line 3: ..." */
};

struct sts_view {
	struct domain domain, host; /* host: mta-sts.DOMAIN; len 0: too long */
	struct txt_view record;
	enum sts_record_outcome outcome; /* of record, unless is_error */
	struct sts_record found;         /* STS_RECORD_FOUND */
	struct why record_why;           /* as of sts_record_select() */
	bool is_host_error;              /* no address, because the lookup failed */
	char host_detail[64]; /* also of one family, beside addresses of the other */
	bool is_host_alias;
	struct domain host_owner; /* where its addresses are; len 0 without any */
	size_t count;
	struct sts_look *looks; /* one for each address, IPv4 first */
};

/* The look whose policy senders use: the first without any fault; NULL: there is none. */
const struct sts_look *sts_view_good_look(const struct sts_view *view);

/* Whether there are addresses, and none that can be looked at from here: others may have a way, or find others. */
bool sts_view_is_blind(const struct sts_view *view);

/* What the domain says, as far as it can be read, be the certificate good or not; NULL: nothing. */
const struct sts_policy *sts_view_policy(const struct sts_view *view);

void sts_view_free(struct sts_view *view); /* NULL is fine */

struct sts_view_ask;

/* view is the receiver's, freed with sts_view_free(). */
typedef void sts_view_done_fn(struct sts_view *view, void *arg);

/* Look.  done runs exactly once, never before this returns.  options and domain are copied, but for what they point to. */
struct sts_view_ask *sts_view_start(const struct audit_options *options,
    const struct domain *domain, sts_view_done_fn *done, void *arg);
void sts_view_cancel(struct sts_view_ask *ask); /* NULL is fine; only before done */

#endif
