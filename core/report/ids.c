/* SPDX-License-Identifier: ISC */
#include "report/ids.h"

#include <assert.h>

#include "base/list.h"
#include "base/mem.h"

struct seen {
	struct map_link link; /* its hash is the first half */
	uint64_t second;
	unsigned generation;
};

struct fingerprint {
	uint64_t first, second;
};

static struct seen *
seen_of(const struct map_link *link)
{
	return LIST_ITEM(link, struct seen, link);
}

static struct fingerprint
fingerprint(const struct ids *ids, enum event_source source, const char *id)
{
	size_t len = strlen(id);
	uint8_t bytes[2 + EVENT_ID_MAX] = { 1, (uint8_t)source };
	struct fingerprint f;

	assert(len <= EVENT_ID_MAX);
	memcpy(bytes + 2, id, len);
	f.first = map_hash(&ids->map, bytes, 2 + len);
	bytes[0] = 2; /* another message, the same key */
	f.second = map_hash(&ids->map, bytes, 2 + len);
	return f;
}

static bool
is_seen(const struct map_link *link, const void *key)
{
	return seen_of(link)->second == *(const uint64_t *)key;
}

static bool
is_there(const struct ids *ids, const struct fingerprint *f)
{
	return map_find(&ids->map, f->first, is_seen, &f->second) != NULL;
}

void
ids_init(struct ids *ids)
{
	ids->generation = 1;
	map_init(&ids->map, 0);
}

bool
ids_has(const struct ids *ids, enum event_source source, const char *id)
{
	struct fingerprint f = fingerprint(ids, source, id);

	return id[0] != '\0' && is_there(ids, &f);
}

void
ids_add(struct ids *ids, enum event_source source, const char *id)
{
	struct fingerprint f = fingerprint(ids, source, id);
	struct seen *s;

	if (id[0] == '\0' || is_there(ids, &f))
		return;
	s = xcalloc(1, sizeof(*s));
	s->second = f.second;
	s->generation = ids->generation;
	map_add(&ids->map, &s->link, f.first);
}

/* --- generations ----------------------------------------------------------------------- */

static void
drop_old(struct map_link *link, void *arg)
{
	struct ids *ids = arg;

	if (seen_of(link)->generation + 1 >= ids->generation)
		return;
	map_remove(&ids->map, link);
	free(seen_of(link));
}

void
ids_turn(struct ids *ids)
{
	size_t cursor = 0;

	ids->generation++;
	map_walk(&ids->map, &cursor, ids->map.slot_count, drop_old, ids);
}

void
ids_clear(struct ids *ids)
{
	ids_turn(ids);
	ids_turn(ids);
	map_clear(&ids->map);
}
