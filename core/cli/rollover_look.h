/*
 * The host of a rollover: where its TLSA records stand, what its name servers say, what it shows.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_ROLLOVER_LOOK_H
#define HOPSEAL_CLI_ROLLOVER_LOOK_H

#include "audit/host_view.h"
#include "audit/zone_view.h"
#include "cli/command.h"
#include "wire/next_hop.h"

/* All borrowed. */
struct rollover_seen {
	const struct next_hop *host;
	const struct domain *base;    /* of TLSA (RFC 7672, 2.2.2) */
	const struct zone_view *zone; /* of the TLSA records */
	const struct host_view *shown;
};

/* What was seen lives until the function returns. */
typedef enum exit_code rollover_look_fn(const struct rollover_seen *seen, void *arg);

/*
 * Look at this host, at so many of its addresses (HOST_ADDRESSES_MAX: all), with the resolver and the deadlines of the
 * configuration, and call fn.
 *
 * Returns what fn did, or EXIT_FAILED (no configuration, no resolver), complained about.
 */
enum exit_code rollover_look(const struct args *args, const struct next_hop *host,
    size_t address_max, rollover_look_fn *fn, void *arg);

#endif
