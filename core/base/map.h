/*
 * Hash maps inside the structs they hold.  SPDX-License-Identifier: ISC
 *
 * Keys are chosen by strangers, so the hash is SipHash under a random key: nobody can
 * make many names meet in one slot.
 */
#ifndef HOPSEAL_BASE_MAP_H
#define HOPSEAL_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* Goes into the struct that is held; LIST_ITEM (base/list.h) leads back to it. */
struct map_link {
	struct map_link *next;
	uint64_t hash;
};

struct map {
	struct map_link **slots;
	size_t slot_count, count;
	uint64_t key[2];
};

/* Room for about expected entries without growing; it grows by itself. */
void map_init(struct map *map, size_t expected);

/* Free the slots; the entries belong to the caller. */
void map_clear(struct map *map);

uint64_t map_hash(const struct map *map, const void *bytes, size_t len);

/* Whether this entry is the one with the key. */
typedef bool map_is_fn(const struct map_link *link, const void *key);

/* NULL when there is none. */
struct map_link *map_find(
    const struct map *map, uint64_t hash, map_is_fn *is, const void *key);

/* Add an entry that is not in it. */
void map_add(struct map *map, struct map_link *link, uint64_t hash);

/* Remove an entry that is in it. */
void map_remove(struct map *map, struct map_link *link);

/*
 * Walk: fn for every entry of the next slots slots from *cursor, which wraps around at the end.
 * fn may remove and free the entry it was given, and no other.
 */
typedef void map_each_fn(struct map_link *link, void *arg);
void map_walk(
    struct map *map, size_t *cursor, size_t slots, map_each_fn *fn, void *arg);

#endif
