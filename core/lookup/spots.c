/* SPDX-License-Identifier: ISC */
#include "lookup/spots.h"

#include "base/mem.h"

void
spots_init(struct spots *spots, size_t max)
{
	*spots = (struct spots){ .max = max };
	map_init(&spots->map, 0);
	list_init(&spots->by_use);
}

static void
put(struct spots *spots, struct spot *spot, struct sighting *seen)
{
	if (spot->seen != NULL)
		spots->bytes -= sighting_bytes(spot->seen);
	sighting_release(spot->seen);
	spot->seen = seen;
	if (seen != NULL)
		spots->bytes += sighting_bytes(seen);
}

static void
spot_free(struct spots *spots, struct spot *spot)
{
	put(spots, spot, NULL);
	map_remove(&spots->map, &spot->link);
	list_remove(&spot->by_use);
	free(spot);
}

void
spots_clear(struct spots *spots)
{
	while (!list_is_empty(&spots->by_use))
		spot_free(spots, LIST_ITEM(spots->by_use.next, struct spot, by_use));
	map_clear(&spots->map);
}

/* --- finding ---------------------------------------------------------------------------- */

static const struct domain *
sni_of(const struct probe_target *t)
{
	return t->sni.len > 0 ? &t->sni : &t->host;
}

static uint64_t
hash_of(const struct map *map, const struct probe_target *t)
{
	const uint64_t odd = 0x9e3779b97f4a7c15;
	const struct domain *sni = sni_of(t);
	uint64_t hash = map_hash(map, t->host.text, t->host.len);

	hash = hash * odd + map_hash(map, sni->text, sni->len);
	hash = hash * odd + map_hash(map, t->address.bytes, t->address.is_v6 ? 16 : 4);
	return hash * odd + t->port;
}

static bool
is_for(const struct map_link *link, const void *key)
{
	const struct probe_target *ours = &LIST_ITEM(link, struct spot, link)->target;
	const struct probe_target *t = key;

	return ours->port == t->port && address_equal(&ours->address, &t->address) &&
	       domain_equal(&ours->host, &t->host) &&
	       domain_equal(sni_of(ours), sni_of(t));
}

struct spot *
spots_find(const struct spots *spots, const struct probe_target *t)
{
	struct map_link *link =
	    map_find(&spots->map, hash_of(&spots->map, t), is_for, t);

	return link != NULL ? LIST_ITEM(link, struct spot, link) : NULL;
}

/* --- keeping ---------------------------------------------------------------------------- */

static bool
is_full(const struct spots *spots, size_t more)
{
	return spots->map.count + more > spots->max ||
	       spots->bytes > spots->max * SPOT_BYTES_USUAL;
}

/* For so many more. */
static void
make_room(struct spots *spots, size_t more)
{
	struct list *node = spots->by_use.next, *next;

	for (; is_full(spots, more) && node != &spots->by_use; node = next) {
		struct spot *spot = LIST_ITEM(node, struct spot, by_use);

		next = node->next;
		if (spot->look == NULL)
			spot_free(spots, spot);
	}
}

struct spot *
spots_add(struct spots *spots, const struct probe_target *target)
{
	struct spot *spot = xcalloc(1, sizeof(*spot));

	make_room(spots, 1);
	spot->target = *target;
	list_append(&spots->by_use, &spot->by_use);
	map_add(&spots->map, &spot->link, hash_of(&spots->map, target));
	return spot;
}

void
spots_touch(struct spots *spots, struct spot *spot)
{
	list_remove(&spot->by_use);
	list_append(&spots->by_use, &spot->by_use);
}

void
spots_put(struct spots *spots, struct spot *spot, struct sighting *seen)
{
	put(spots, spot, seen);
	make_room(spots, 0);
}

void
spots_resize(struct spots *spots, size_t max)
{
	spots->max = max;
	make_room(spots, 0);
}

/* --- one of them ------------------------------------------------------------------------ */

const struct domain *
spot_sni(const struct spot *spot)
{
	return sni_of(&spot->target);
}

bool
spot_is_fresh(const struct spot *spot, int64_t now_ms)
{
	return spot->seen != NULL && now_ms < spot->seen_until_ms;
}
