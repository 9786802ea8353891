/*
 * What is wrong with a host that takes mail.  SPDX-License-Identifier: ISC
 *
 * Pure: what was seen, what is expected of the host, and the time in; what is wrong, and what each address matches, out.
 */
#ifndef HOPSEAL_AUDIT_HOST_AUDIT_H
#define HOPSEAL_AUDIT_HOST_AUDIT_H

#include "audit/host_view.h"
#include "policy/cert_facts.h"
#include "policy/remark.h"
#include "policy/tlsa_match.h"

#define EXPIRY_WARN_S (14 * 86400) /* certificates that end sooner are remarked on */

/* Passes over a chain, to read or to verify it, that are made for a domain: who shows more only wants to keep us busy. */
#define AUDIT_PASSES_MAX 256

struct host_audit_input {
	const struct host_view *view;
	const struct dane_names
	    *names; /* for usage 2; NULL: the TLSA base domain alone */
	bool
	    wants_dane; /* a host without it is broken: somebody has asked for just that */
	uint32_t
	    ttl_s; /* of the TLSA records, from their name servers; 0: the resolver's */
	enum sts_mode sts; /* of the policy that names the host; STS_NONE: none does */
	const struct trust_store
	    *trust;     /* for such a policy; NULL: WebPKI is not judged */
	size_t *passes; /* that are left, of AUDIT_PASSES_MAX; NULL: all of them */
	time_t now;
};

struct host_audit_address {
	bool has_cert;
	struct cert_facts cert; /* of the leaf */
	bool is_left_out;       /* there were no passes left for the rest of this */
	bool has_old_digest;    /* a signature that libraries refuse */
	bool has_verdict;       /* there was a chain, and a usable record */
	struct chain_verdict verdict;
	struct tlsa_match *matches; /* for each record; NULL without chain or records */
	bool has_webpki;            /* there was a chain, a policy, and anchors */
	struct chain_verdict webpki; /* RFC 8461, 4.2 */
};

/* Remarks are about "192.0.2.1", or "192.0.2.1, RSA 2048", or "" the host. */
struct host_audit {
	struct remarks remarks;
	size_t count, judged;
	struct host_audit_address *addresses; /* in the order of view->seen */
};

/* *out is cleared with host_audit_clear(). */
void host_audit(const struct host_audit_input *input, struct host_audit *out);

/*
 * The same in steps, for those who have something else to do in between: begin, then next until it says false.  Each step
 * judges one address; input->passes is not NULL.  Equal chains are verified once.
 */
void host_audit_begin(const struct host_audit_input *input, struct host_audit *out);
bool host_audit_next(const struct host_audit_input *input, struct host_audit *out);

void host_audit_clear(struct host_audit *audit);

#endif
