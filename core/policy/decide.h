/*
 * The decision.  SPDX-License-Identifier: ISC
 *
 * Pure: reads no clock and no network; same facts, same settings and same now, same answer.  The table of DANE
 * and MTA-STS together is conformance.md, section 13.
 */
#ifndef HOPSEAL_POLICY_DECIDE_H
#define HOPSEAL_POLICY_DECIDE_H

#include <stdbool.h>
#include <time.h>

#include "policy/facts.h"
#include "policy/override.h"
#include "policy/tlsa_usable.h"
#include "wire/answer.h"

/* DANE for hosts found through an insecure MX lookup (RFC 7672, 2.2.1; conformance DANE-MX-03). */
enum insecure_mx { INSECURE_MX_DANE, INSECURE_MX_MAY, INSECURE_MX_OFF };

/* Host with usable TLSA and STS enforce: DANE alone, or both (conformance MIX-02). */
enum mix { MIX_DANE, MIX_BOTH };

/* A host whose certificate only DANE accepts, for an MTA that has none (wire/opensmtpd.h). */
enum dane_only { DANE_ONLY_DEFER, DANE_ONLY_ENCRYPT };

struct settings {
	enum insecure_mx insecure_mx;
	enum mix mix;
	enum dane_only dane_only;
	struct tlsa_digests digests;
	bool is_dane_off; /* the resolver does not validate: nothing can be secure */
};

struct facts {
	const struct next_hop *next_hop;
	const struct route *route;       /* NULL: DNS has not answered in time */
	const struct sts_facts *sts;     /* NULL: nothing is known */
	const struct override *override; /* in force; NULL: none */
};

/*
 * Fill *out for these facts at this time.  out borrows from facts; answer_clear() frees what it owns.
 */
void decide(const struct facts *facts, const struct settings *settings, time_t now,
    struct answer *out);

#endif
