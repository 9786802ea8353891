/*
 * Which TLSA records of a set a chain matches, one by one.  SPDX-License-Identifier: ISC
 *
 * For people: whether a sender is content is said by dane_verify() alone.
 */
#ifndef HOPSEAL_POLICY_TLSA_MATCH_H
#define HOPSEAL_POLICY_TLSA_MATCH_H

#include <stdbool.h>

#include "policy/dane_names.h"
#include "policy/dane_verify.h"
#include "policy/tlsa_usable.h"

#define TLSA_MATCHES_MAX                                                               \
	16 /* records that are looked at: more only serve to keep us busy */

struct tlsa_match {
	const char
	    *why_not;     /* it cannot be used, or is left out; "" neither.  Static */
	bool is_left_out; /* nobody has looked */
	bool is_passed_over;          /* there is a better digest (RFC 7671, 9) */
	struct chain_verdict verdict; /* if it stood alone; of a usable one only */
};

/*
 * Fill one for each record of set; names are those that a certificate under usage 2 may have.  Each takes a verification:
 * after the first TLSA_MATCHES_MAX records, or max verifications, the others are left out.
 *
 * Returns how many verifications there were.
 */
size_t tlsa_match_each(const struct tlsa_set *set, const struct chain *chain,
    const struct dane_names *names, time_t now, size_t max, struct tlsa_match *out);

/*
 * The records of the same usage, selector and matching type as a usable record i: does one of them match?  They must
 * (RFC 7671, 8), because no sender need look at the others.  One that was left out may.
 */
bool tlsa_match_kind(
    const struct tlsa_set *set, const struct tlsa_match *matches, size_t i);

#endif
