/*
 * Routes in memory: DNS facts, for as long as their TTLs allow.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_LOOKUP_ROUTES_H
#define HOPSEAL_LOOKUP_ROUTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "base/map.h"
#include "policy/facts.h"

struct operation;

struct route_entry {
	struct map_link link;
	struct list by_use;
	struct route *route;         /* NULL until found; may have expired */
	struct operation *operation; /* under way; an entry with one is never evicted */
	/* Of the loop's clock, which does not jump: route may be used before the one, and is worth looking up
	 * again from the other on. */
	int64_t until_ms, ahead_ms;
	int64_t found_ms; /* the last lookup ended, with whatever; of the same clock */
	uint32_t bytes;   /* of route */
	uint16_t port;
	bool is_host;
	char name[]; /* of the next-hop's domain */
};

/*
 * The entry used longest ago stands first in by_use.  One with more than ROUTE_BYTES_USUAL counts for several: sixty
 * hosts and their TLSA records may be a megabyte.
 */
#define ROUTE_BYTES_USUAL 4096
struct routes {
	struct map map;
	struct list by_use;
	size_t max, bytes;
	uint64_t evicted;
};

void routes_init(struct routes *routes, size_t max);
void routes_clear(struct routes *routes);

/* NULL when there is none. */
struct route_entry *routes_find(
    const struct routes *routes, const struct next_hop *next_hop);

/* The entry, made if need be; marks it as used and evicts others when there are too many. */
struct route_entry *routes_get(struct routes *routes, const struct next_hop *next_hop);

/* The entry was used now. */
void routes_touch(struct routes *routes, struct route_entry *entry);

/* The route if it may still be used, else NULL. */
struct route *route_entry_fresh(const struct route_entry *entry, int64_t now_ms);

/* Whether one in use should be looked up again before it ends, so that whoever asks often never waits. */
bool route_entry_is_due(const struct route_entry *entry, int64_t now_ms);

/* Whether it was looked up so short a time ago that doing so again is asked too much. */
#define ROUTE_YOUNG_MS 30000
bool route_entry_is_young(const struct route_entry *entry, int64_t now_ms);

/* Put a route found now, taking over the caller's hold; one that failed takes nothing away from what still holds. */
void routes_take(struct routes *routes, struct route_entry *entry, struct route *route,
    int64_t now_ms);

/* Forget all routes, not their entries. */
void routes_forget(struct routes *routes);

/* Forget every route to this domain, whatever the port; true if there was one. */
bool routes_drop(struct routes *routes, const struct domain *domain);

#endif
