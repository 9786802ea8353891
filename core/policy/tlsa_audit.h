/*
 * A host with TLSA records, as senders find it.  SPDX-License-Identifier: ISC
 *
 * Pure: what DNS said, what a look at every address showed, and the time in; what is wrong, and what each address matches,
 * out.
 */
#ifndef HOPSEAL_POLICY_TLSA_AUDIT_H
#define HOPSEAL_POLICY_TLSA_AUDIT_H

#include "policy/cert_facts.h"
#include "policy/judge.h"
#include "policy/remark.h"
#include "policy/tlsa_match.h"

#define EXPIRY_WARN_S (14 * 86400) /* certificates that end sooner are remarked on */

struct tlsa_audit_input {
	const struct host_facts *host;
	bool is_resolver_trusted; /* dns_is_trusted() */
	uint32_t ttl_s;           /* of the TLSA records; 0: not known */
	size_t count;
	const struct evidence *seen; /* at each address, as lookup/survey.h has it */
	time_t now;
};

struct tlsa_audit_address {
	bool has_cert;
	struct cert_facts cert; /* of the leaf */
	bool has_verdict;       /* there was a chain, and a usable record */
	struct chain_verdict verdict;
	struct tlsa_match *matches; /* for each record; NULL without chain or records */
};

struct tlsa_audit {
	struct remarks remarks;
	size_t count;
	struct tlsa_audit_address *addresses; /* in the order of seen */
};

/* *out is cleared with tlsa_audit_clear(). */
void tlsa_audit(const struct tlsa_audit_input *input, struct tlsa_audit *out);
void tlsa_audit_clear(struct tlsa_audit *audit);

#endif
