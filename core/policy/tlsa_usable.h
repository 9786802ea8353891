/*
 * Which TLSA records count.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_POLICY_TLSA_USABLE_H
#define HOPSEAL_POLICY_TLSA_USABLE_H

#include <stdbool.h>

#include "wire/tlsa.h"

/*
 * Whether one record can be used in SMTP (RFC 6698, 4.1; RFC 7671, 9; RFC 7672, 3.1): usage 2 or 3, selector 0 or 1, matching 0, 1
 * or 2, digest of the right length, and for matching 0 data that parses as what the selector says.
 * *why_not (may be NULL) becomes a static string, "" when usable.
 */
bool tlsa_is_usable(const struct tlsa *record, const char **why_not);

/*
 * Parse the full certificates and keys of a new set once and keep in it what came of that, so that no decision
 * has to: each costs as much as a thousand decisions.  Only TLSA_FULL_MAX of a set are looked at here and by
 * tlsa_select(): more only serve to keep us busy.
 */
#define TLSA_FULL_MAX 8
void tlsa_set_check(struct tlsa_set *set);

/* Digests from preferred to least, as in the configuration; the default is SHA2-512 before SHA2-256. */
struct tlsa_digests {
	enum tlsa_matching order[2];
	size_t count;
};

extern const struct tlsa_digests tlsa_digests_default;

/*
 * The usable records after digest agility (RFC 7671, section 9): unusable ones are dropped
 * first, and full ones beyond TLSA_FULL_MAX; then, for every usage and selector, full records stay and of the
 * digests only the most preferred present.
 *
 * Returns a new set with its own memory, freed with free(); NULL when no record is usable.
 */
MUST_CHECK struct tlsa_set *tlsa_select(
    const struct tlsa_set *set, const struct tlsa_digests *digests);

#endif
