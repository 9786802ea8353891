/*
 * Reference names for DANE-TA(2) (RFC 7672, section 3.2.2).  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_POLICY_DANE_NAMES_H
#define HOPSEAL_POLICY_DANE_NAMES_H

#include <stddef.h>

#include "policy/facts.h"

#define DANE_NAMES_MAX 3

struct dane_names {
	size_t count;
	const struct domain
	    *names[DANE_NAMES_MAX]; /* borrowed; the first is the base domain = SNI */
};

/*
 * The names that the leaf's certificate may have, fixed before it is seen (RFC 6125, 6.2.1): the TLSA base domain; with a
 * secure MX also the original next-hop and, when it differs, the expanded one; without MX also the original
 * next-hop; with an insecure MX only the MX host's own name, when an alias makes the base another one.
 * host must have TLSA_FOUND.
 */
void dane_names_find(const struct next_hop *next_hop, const struct route *route,
    const struct host_facts *host, struct dane_names *out);

#endif
