/*
 * Addresses that policy fetches and report posts must not reach.  SPDX-License-Identifier: ISC
 *
 * A domain's owner chooses the host; without this he could point us at the operator's own
 * machines (conformance STS-FETCH-14).
 */
#ifndef HOPSEAL_NET_GUARD_H
#define HOPSEAL_NET_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"

/* Ranges that the operator opened; borrowed. */
struct guard {
	const struct address_range *allowed;
	size_t count;
};

/*
 * Whether a connection to this address is allowed: not loopback, link-local, multicast,
 * private, unspecified, shared (RFC 6598), for benchmarks or protocols, nor an IPv6 form that embeds IPv4 (mapped,
 * compatible, NAT64, 6to4, Teredo), unless a range of the guard holds it.
 */
bool guard_allows(const struct guard *guard, const struct address *address);

/* Whether it leads to an IPv4 address by way of this network's own NAT64, as DNS64 makes them (RFC 6147). */
bool guard_is_nat64(const struct address *address);

#endif
