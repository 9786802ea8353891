/*
 * Hosts at their addresses, and what was seen there.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_LOOKUP_SPOTS_H
#define HOPSEAL_LOOKUP_SPOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "base/map.h"
#include "lookup/probe.h"
#include "lookup/sighting.h"

struct look;

struct spot {
	struct map_link link;
	struct list by_use;
	struct probe_target target;
	struct sighting *seen; /* NULL: none, or the host could not be reached */
	struct look *look;     /* under way; a spot with one is never evicted */
	int64_t seen_until_ms,
	    paused_until_ms; /* of the loop's clock, which does not jump */
};

/*
 * The spot used longest ago stands first in by_use.  One with more than SPOT_BYTES_USUAL counts for several: servers may
 * send a long chain.
 */
#define SPOT_BYTES_USUAL 8192
struct spots {
	struct map map;
	struct list by_use;
	size_t max, bytes;
};

void spots_init(struct spots *spots, size_t max);
void spots_clear(struct spots *spots); /* none is being looked at */

/* NULL when there is none. */
struct spot *spots_find(const struct spots *spots, const struct probe_target *target);

/* Add one that is not in it; evicts others when there are too many. */
struct spot *spots_add(struct spots *spots, const struct probe_target *target);

/* The spot was used now. */
void spots_touch(struct spots *spots, struct spot *spot);

/* Keep what was seen last, taking over the caller's hold; NULL: nothing.  May evict others. */
void spots_put(struct spots *spots, struct spot *spot, struct sighting *seen);

/* Another number at once. */
void spots_resize(struct spots *spots, size_t max);

/* The name that the server is asked for. */
const struct domain *spot_sni(const struct spot *spot);

/* Whether what was seen is still believed. */
bool spot_is_fresh(const struct spot *spot, int64_t now_ms);

#endif
