/*
 * What every lookup has at hand.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_LOOKUP_LOOKUP_H
#define HOPSEAL_LOOKUP_LOOKUP_H

#include <stdint.h>

#include "lookup/engine.h"

#define ROUTE_TTL_MAX 3600 /* seconds that DNS facts are kept at most (DNS-10) */
#define ERROR_TTL     30   /* and those about a failed lookup */

struct lookup {
	struct engine_options options;
	struct dns *dns;
	struct https *https;
	/* For one address family, when the other has answered (find_addresses.h); 0: FAMILY_WAIT_MS. */
	int family_wait_ms;
	uint64_t dns_queries, fetches, fetch_failures;
};

#endif
