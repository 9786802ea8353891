/* SPDX-License-Identifier: ISC */
#include "base/map.h"

#include <sys/random.h>

#include "base/mem.h"

#define SLOTS_MIN 64

void
map_init(struct map *map, size_t expected)
{
	*map = (struct map){ .slot_count = SLOTS_MIN };
	while (map->slot_count < expected)
		map->slot_count *= 2;
	map->slots = xcalloc(map->slot_count, sizeof(*map->slots));
	/* Before the kernel's pool is ready this waits; it never fails for 16 bytes. */
	if (getrandom(map->key, sizeof(map->key), 0) != (ssize_t)sizeof(map->key))
		abort();
}

void
map_clear(struct map *map)
{
	free(map->slots);
	*map = (struct map){ 0 };
}

static uint64_t
rotate(uint64_t x, int bits)
{
	return (x << bits) | (x >> (64 - bits));
}

static void
sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

/* SipHash-1-3 (Aumasson, Bernstein). */
uint64_t
map_hash(const struct map *map, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	uint64_t word, v[4] = { map->key[0] ^ 0x736f6d6570736575,
		map->key[1] ^ 0x646f72616e646f6d, map->key[0] ^ 0x6c7967656e657261,
		map->key[1] ^ 0x7465646279746573 };
	size_t left = len;

	for (; left >= 8; p += 8, left -= 8) {
		memcpy(&word, p, 8);
		v[3] ^= word;
		sip_round(v);
		v[0] ^= word;
	}
	word = 0;
	memcpy(&word, p, left);
	word |= (uint64_t)len << 56;
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
	v[2] ^= 0xff;
	sip_round(v);
	sip_round(v);
	sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

static struct map_link **
slot_of(const struct map *map, uint64_t hash)
{
	return &map->slots[hash & (map->slot_count - 1)];
}

struct map_link *
map_find(const struct map *map, uint64_t hash, map_is_fn *is, const void *key)
{
	struct map_link *link;

	for (link = *slot_of(map, hash); link != NULL; link = link->next)
		if (link->hash == hash && is(link, key))
			return link;
	return NULL;
}

static void
insert(struct map *map, struct map_link *link)
{
	struct map_link **slot = slot_of(map, link->hash);

	link->next = *slot;
	*slot = link;
}

static void
grow(struct map *map)
{
	struct map_link **old = map->slots, *link, *next;
	size_t i, old_count = map->slot_count;

	map->slot_count *= 2;
	map->slots = xcalloc(map->slot_count, sizeof(*map->slots));
	for (i = 0; i < old_count; i++)
		for (link = old[i]; link != NULL; link = next) {
			next = link->next;
			insert(map, link);
		}
	free(old);
}

void
map_add(struct map *map, struct map_link *link, uint64_t hash)
{
	if (map->count >= map->slot_count)
		grow(map);
	link->hash = hash;
	insert(map, link);
	map->count++;
}

void
map_remove(struct map *map, struct map_link *link)
{
	struct map_link **p = slot_of(map, link->hash);

	while (*p != link)
		p = &(*p)->next;
	*p = link->next;
	map->count--;
}

void
map_walk(struct map *map, size_t *cursor, size_t slots, map_each_fn *fn, void *arg)
{
	struct map_link *link, *next;

	for (; slots > 0; slots--) {
		*cursor &= map->slot_count - 1;
		for (link = map->slots[(*cursor)++]; link != NULL; link = next) {
			next = link->next;
			fn(link, arg);
		}
	}
}
