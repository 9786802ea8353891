/* SPDX-License-Identifier: ISC */
#include "lookup/routes.h"

#include "base/mem.h"
#include "lookup/lookup.h"

/* A route is looked up ahead in the last tenth of its life, if that is worth it. */
#define AHEAD_LIFE_MIN_MS 30000

void
routes_init(struct routes *routes, size_t max)
{
	*routes = (struct routes){ .max = max > 0 ? max : 1 };
	map_init(&routes->map, 0);
	list_init(&routes->by_use);
}

static size_t
host_bytes(const struct host_facts *host)
{
	size_t i, bytes = sizeof(*host) + host->address_count * sizeof(struct address);

	if (host->canonical != NULL)
		bytes += sizeof(*host->canonical);
	if (host->tlsa == NULL)
		return bytes;
	bytes += sizeof(*host->base) + host->tlsa->count * sizeof(struct tlsa);
	for (i = 0; i < host->tlsa->count; i++)
		bytes += host->tlsa->records[i].len;
	return bytes;
}

static uint32_t
route_bytes(const struct route *route)
{
	size_t i, bytes = 0;

	if (route == NULL)
		return 0;
	for (i = 0; i < route->host_count; i++)
		bytes += host_bytes(&route->hosts[i]);
	return (uint32_t)(sizeof(*route) + bytes);
}

static void
put(struct routes *routes, struct route_entry *entry, struct route *route)
{
	routes->bytes -= entry->bytes;
	route_release(entry->route);
	entry->route = route;
	entry->bytes = route_bytes(route);
	routes->bytes += entry->bytes;
}

static void
entry_free(struct routes *routes, struct route_entry *entry)
{
	put(routes, entry, NULL);
	map_remove(&routes->map, &entry->link);
	list_remove(&entry->by_use);
	free(entry);
}

void
routes_clear(struct routes *routes)
{
	while (!list_is_empty(&routes->by_use))
		entry_free(
		    routes, LIST_ITEM(routes->by_use.next, struct route_entry, by_use));
	map_clear(&routes->map);
}

static uint64_t
hash_of(const struct routes *routes, const struct next_hop *n)
{
	uint64_t hash = map_hash(&routes->map, n->domain.text, n->domain.len);

	return hash ^ ((uint64_t)n->port << 1 | n->is_host) * 0x9e3779b97f4a7c15;
}

static bool
is_for(const struct map_link *link, const void *key)
{
	const struct route_entry *entry =
	    LIST_ITEM(link, const struct route_entry, link);
	const struct next_hop *n = key;

	return entry->port == n->port && entry->is_host == n->is_host &&
	       strcmp(entry->name, n->domain.text) == 0;
}

struct route_entry *
routes_find(const struct routes *routes, const struct next_hop *n)
{
	struct map_link *link = map_find(&routes->map, hash_of(routes, n), is_for, n);

	return link != NULL ? LIST_ITEM(link, struct route_entry, link) : NULL;
}

static bool
is_full(const struct routes *routes, size_t more)
{
	return routes->map.count + more > routes->max ||
	       routes->bytes > routes->max * ROUTE_BYTES_USUAL;
}

/* For so many more entries. */
static void
make_room(struct routes *routes, size_t more)
{
	struct list *node = routes->by_use.next, *next;

	for (; is_full(routes, more) && node != &routes->by_use; node = next) {
		struct route_entry *entry = LIST_ITEM(node, struct route_entry, by_use);

		next = node->next;
		if (entry->operation != NULL)
			continue;
		routes->evicted++;
		entry_free(routes, entry);
	}
}

struct route_entry *
routes_get(struct routes *routes, const struct next_hop *n)
{
	struct route_entry *entry = routes_find(routes, n);

	if (entry != NULL) {
		routes_touch(routes, entry);
		return entry;
	}
	make_room(routes, 1);
	entry = xmalloc(sizeof(*entry) + n->domain.len + 1u);
	*entry = (struct route_entry){ .port = n->port, .is_host = n->is_host };
	memcpy(entry->name, n->domain.text, n->domain.len + 1u);
	list_append(&routes->by_use, &entry->by_use);
	map_add(&routes->map, &entry->link, hash_of(routes, n));
	return entry;
}

void
routes_touch(struct routes *routes, struct route_entry *entry)
{
	list_remove(&entry->by_use);
	list_append(&routes->by_use, &entry->by_use);
}

struct route *
route_entry_fresh(const struct route_entry *entry, int64_t now_ms)
{
	return now_ms < entry->until_ms ? entry->route : NULL;
}

bool
route_entry_is_due(const struct route_entry *entry, int64_t now_ms)
{
	return now_ms >= entry->ahead_ms && entry->operation == NULL;
}

bool
route_entry_is_young(const struct route_entry *entry, int64_t now_ms)
{
	return entry->route != NULL && now_ms - entry->found_ms < ROUTE_YOUNG_MS;
}

static bool
has_failed(const struct host_facts *host)
{
	return host->address_outcome == ADDRESS_ERROR ||
	       host->tlsa_outcome == TLSA_ERROR ||
	       host->tlsa_outcome == TLSA_ALIAS_ERROR;
}

static bool
is_failure(const struct route *route)
{
	size_t i;

	for (i = 0; i < route->host_count; i++)
		if (has_failed(&route->hosts[i]))
			return true;
	return route->outcome == MX_ERROR;
}

void
routes_take(struct routes *routes, struct route_entry *entry, struct route *route,
    int64_t now_ms)
{
	int64_t life_ms = (int64_t)(route->expires - route->found) * 1000;

	entry->found_ms = now_ms;
	if (is_failure(route) && route_entry_fresh(entry, now_ms) != NULL) {
		entry->ahead_ms = now_ms + ERROR_TTL * 1000;
		route_release(route);
		return;
	}
	put(routes, entry, route);
	entry->until_ms = now_ms + life_ms;
	entry->ahead_ms =
	    entry->until_ms - (life_ms < AHEAD_LIFE_MIN_MS ? 0 : life_ms / 10);
	make_room(routes, 0);
}

void
routes_forget(struct routes *routes)
{
	struct list *node;

	for (node = routes->by_use.next; node != &routes->by_use; node = node->next)
		put(routes, LIST_ITEM(node, struct route_entry, by_use), NULL);
}

bool
routes_drop(struct routes *routes, const struct domain *domain)
{
	struct list *node, *next;
	bool found = false;

	for (node = routes->by_use.next; node != &routes->by_use; node = next) {
		struct route_entry *entry = LIST_ITEM(node, struct route_entry, by_use);

		next = node->next;
		if (strcmp(entry->name, domain->text) != 0)
			continue;
		found = true;
		if (entry->operation != NULL)
			put(routes, entry, NULL);
		else
			entry_free(routes, entry);
	}
	return found;
}
