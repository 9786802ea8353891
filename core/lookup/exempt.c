/* SPDX-License-Identifier: ISC */
#include "lookup/exempt.h"

#include "base/mem.h"
#include "wire/sendmail_call.h"

struct note {
	struct map_link link;
	struct list by_age;
	time_t until;
	char id[QUEUE_ID_MAX + 1];
};

static bool
is_for(const struct map_link *link, const void *id)
{
	return strcmp(LIST_ITEM(link, struct note, link)->id, id) == 0;
}

static struct note *
find(const struct exempt *e, const char *id)
{
	struct map_link *link =
	    map_find(&e->map, map_hash(&e->map, id, strlen(id)), is_for, id);

	return link != NULL ? LIST_ITEM(link, struct note, link) : NULL;
}

static void
forget_oldest(struct exempt *e)
{
	struct note *n = LIST_ITEM(e->by_age.next, struct note, by_age);

	map_remove(&e->map, &n->link);
	list_remove(&n->by_age);
	free(n);
}

static struct note *
add(struct exempt *e, const char *id)
{
	struct note *n = xcalloc(1, sizeof(*n));

	if (e->map.count >= EXEMPT_MAX)
		forget_oldest(e);
	memcpy(n->id, id, strlen(id) + 1);
	list_init(&n->by_age);
	map_add(&e->map, &n->link, map_hash(&e->map, id, strlen(id)));
	return n;
}

void
exempt_note(struct exempt *e, const char *id, time_t now)
{
	struct note *n;

	if (!e->has_any) {
		map_init(&e->map, 0);
		list_init(&e->by_age);
		e->has_any = true;
	}
	n = find(e, id);
	if (n == NULL)
		n = add(e, id);
	n->until = now + EXEMPT_S;
	list_remove(&n->by_age);
	list_append(&e->by_age, &n->by_age);
}

bool
exempt_has(const struct exempt *e, const char *id, time_t now)
{
	const struct note *n = e->has_any ? find(e, id) : NULL;

	return n != NULL && now < n->until;
}

void
exempt_clear(struct exempt *e)
{
	if (!e->has_any)
		return;
	while (!list_is_empty(&e->by_age))
		forget_oldest(e);
	map_clear(&e->map);
	e->has_any = false;
}
