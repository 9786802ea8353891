/*
 * A certificate chain against TLSA records (RFC 7671, 7672; evaluated by OpenSSL).  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_POLICY_DANE_VERIFY_H
#define HOPSEAL_POLICY_DANE_VERIFY_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/domain.h"
#include "base/status.h"
#include "wire/chain.h"
#include "wire/tlsa.h"

#define CHAIN_OUTCOMES(X)                                                              \
	X(CHAIN_MATCHED, "matched")                                                    \
	X(CHAIN_NO_MATCH, "no TLSA record matches")                                    \
	X(CHAIN_EXPIRED, "certificate expired")                                        \
	X(CHAIN_NOT_YET_VALID, "certificate not yet valid")                            \
	X(CHAIN_NAME_MISMATCH, "certificate is for another name")                      \
	X(CHAIN_NOT_TRUSTED, "chain not trusted")                                      \
	X(CHAIN_INVALID, "chain cannot be read")                                       \
	X(CHAIN_UNTRIED, "the TLS library has failed")

enum chain_outcome {
#define X(name, text) name,
	CHAIN_OUTCOMES(X)
#undef X
};

const char *chain_outcome_text(enum chain_outcome outcome);

struct chain_verdict {
	enum chain_outcome outcome;
	int depth; /* CHAIN_MATCHED by DANE: 0 leaf, else the TA's place */
	struct tlsa
	    matched;     /* CHAIN_MATCHED by DANE: usage, selector, matching; no data */
	char detail[80]; /* OpenSSL's words, "" when matched */
};

/*
 * Verify by DANE.  usable comes from tlsa_select() and is not empty; names from dane_names_find(), the first being the TLSA
 * base domain, count at least 1; now is UTC.  DANE-EE ignores names, dates and chain; DANE-TA
 * wants the TA in the chain (or in DNS), dates, and one of the names (RFC 7672, 3.1, 3.2).
 */
void dane_verify(const struct chain *chain, const struct tlsa_set *usable,
    const struct domain *const *names, size_t name_count, time_t now,
    struct chain_verdict *out);

/*
 * Verify by WebPKI for MTA-STS (RFC 8461, 4.2): trusted by ca_file, valid at now, dNSName matching host; the
 * Common Name and partial wildcards never count (conformance NAME-08).
 */
struct trust_store;
MUST_CHECK enum status trust_store_open(
    const char *ca_file, struct trust_store **out, struct why *why);
void trust_store_close(struct trust_store *store);
struct chain_memo *trust_store_memo(const struct trust_store *store);
void pkix_verify(const struct chain *chain, const struct trust_store *store,
    const struct domain *host, time_t now, struct chain_verdict *out);

#endif
