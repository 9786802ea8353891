/* SPDX-License-Identifier: ISC */
#include "store/queue.h"

#define CHANGE(node) LIST_ITEM(node, struct change, place)

void
queue_init(struct queue *q)
{
	*q = (struct queue){ .count = 0 };
	list_init(&q->changes);
	list_init(&q->may_be_lost);
	map_init(&q->by_row, 0);
}

void
queue_clear(struct queue *q)
{
	batch_clear(&q->changes);
	map_clear(&q->by_row);
}

void
batch_clear(struct list *batch)
{
	struct change *c;

	while (!list_is_empty(batch)) {
		c = CHANGE(batch->next);
		list_remove(&c->place);
		free(c);
	}
}

static uint64_t
hash_of(const struct queue *q, const struct change *c)
{
	return map_hash(&q->by_row, c->domain.text, c->domain.len);
}

static bool
is_row_of(const struct map_link *link, const void *key)
{
	return change_is_same_row(LIST_ITEM(link, struct change, link), key);
}

/* The change that waits for the same row; NULL: none, or every one counts. */
static struct change *
find_row(const struct queue *q, const struct change *c)
{
	struct map_link *link = NULL;

	if (change_may_be_lost(c))
		link = map_find(&q->by_row, hash_of(q, c), is_row_of, c);
	return link != NULL ? LIST_ITEM(link, struct change, link) : NULL;
}

/* Add a change to what waits, as the youngest or as the oldest; of a row that has none waiting. */
static void
add(struct queue *q, struct change *c, bool as_oldest)
{
	list_append(as_oldest ? q->changes.next : &q->changes, &c->place);
	if (change_may_be_lost(c)) {
		list_append(
		    as_oldest ? q->may_be_lost.next : &q->may_be_lost, &c->lost_place);
		map_add(&q->by_row, &c->link, hash_of(q, c));
	}
	q->count++;
	q->bytes += c->bytes;
}

static void
take_out(struct queue *q, struct change *c)
{
	list_remove(&c->place);
	if (change_may_be_lost(c)) {
		list_remove(&c->lost_place);
		map_remove(&q->by_row, &c->link);
	}
	q->count--;
	q->bytes -= c->bytes;
}

static void
give_up_oldest(struct queue *q)
{
	struct change *c;

	while ((q->count > STORE_QUEUE_MAX || q->bytes > STORE_QUEUE_BYTES_MAX) &&
	       !list_is_empty(&q->may_be_lost)) {
		c = LIST_ITEM(q->may_be_lost.next, struct change, lost_place);
		take_out(q, c);
		free(c);
		q->dropped++;
	}
}

void
queue_put(struct queue *q, struct change *c)
{
	struct change *old = find_row(q, c);

	if (old != NULL) {
		take_out(q, old);
		free(old);
	}
	add(q, c, false);
	give_up_oldest(q);
}

size_t
queue_take(struct queue *q, size_t max, struct list *batch)
{
	struct change *c;
	size_t n;

	list_init(batch);
	for (n = 0; n < max && q->count > 0; n++) {
		c = CHANGE(q->changes.next);
		take_out(q, c);
		list_append(batch, &c->place);
	}
	return n;
}

struct change *
queue_take_merge(struct queue *q)
{
	struct list *node;

	for (node = q->changes.next; node != &q->changes; node = node->next)
		if (CHANGE(node)->kind == CHANGE_MERGE) {
			take_out(q, CHANGE(node));
			return CHANGE(node);
		}
	return NULL;
}

void
queue_put_back(struct queue *q, struct list *batch)
{
	struct change *c;

	/* From the youngest on, each to the front, so that their order stays. */
	while (!list_is_empty(batch)) {
		c = CHANGE(batch->prev);
		list_remove(&c->place);
		if (find_row(q, c) != NULL)
			free(c);
		else
			add(q, c, true);
	}
	give_up_oldest(q);
}
