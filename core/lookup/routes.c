/* SPDX-License-Identifier: ISC */
#include "lookup/routes.h"

#include "base/mem.h"

void
routes_init(struct routes *routes, size_t max)
{
	*routes = (struct routes){ .max = max > 0 ? max : 1 };
	map_init(&routes->map, 0);
	list_init(&routes->by_use);
}

static void
entry_free(struct routes *routes, struct route_entry *entry)
{
	map_remove(&routes->map, &entry->link);
	list_remove(&entry->by_use);
	route_release(entry->route);
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

static void
evict(struct routes *routes)
{
	struct list *node;

	for (node = routes->by_use.next; node != &routes->by_use; node = node->next) {
		struct route_entry *entry = LIST_ITEM(node, struct route_entry, by_use);

		if (entry->operation != NULL)
			continue;
		routes->evicted++;
		entry_free(routes, entry);
		return;
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
	if (routes->map.count >= routes->max)
		evict(routes);
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
route_entry_fresh(const struct route_entry *entry, time_t now)
{
	const struct route *route = entry->route;

	/* A clock that went back must not keep DNS facts alive (STS-CACHE-10's idea). */
	if (route == NULL || now >= route->expires || now < route->found)
		return NULL;
	return entry->route;
}

void
route_entry_put(struct route_entry *entry, struct route *route)
{
	route_release(entry->route);
	entry->route = route;
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
			route_entry_put(entry, NULL);
		else
			entry_free(routes, entry);
	}
	return found;
}
