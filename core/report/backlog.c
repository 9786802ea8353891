/* SPDX-License-Identifier: ISC */
#include "report/backlog.h"

#include "base/mem.h"

struct kept {
	struct list node;
	struct journal_entry entry;
	char bytes[];
};

#define KEPT(n) LIST_ITEM(n, struct kept, node)

static size_t
size_of(const struct journal_entry *entry)
{
	return sizeof(struct kept) + entry->len;
}

void
backlog_init(struct backlog *b)
{
	*b = (struct backlog){ .count = 0 };
	list_init(&b->items);
}

void
backlog_clear(struct backlog *b)
{
	backlog_drop(b, b->count);
}

static void
put_one(struct backlog *b, const struct journal_entry *entry)
{
	struct kept *k = xmalloc(size_of(entry));

	list_init(&k->node);
	k->entry = *entry;
	k->entry.bytes = k->bytes;
	if (entry->len > 0)
		memcpy(k->bytes, entry->bytes, entry->len);
	list_append(&b->items, &k->node);
	b->count++;
	b->bytes += size_of(entry);
}

bool
backlog_put(struct backlog *b, const struct journal_entry *entries, size_t count)
{
	size_t i, bytes = b->bytes;

	for (i = 0; i < count; i++)
		bytes += size_of(&entries[i]);
	if (bytes > BACKLOG_BYTES_MAX)
		return false;
	for (i = 0; i < count; i++)
		put_one(b, &entries[i]);
	return true;
}

size_t
backlog_look(const struct backlog *b, struct journal_entry *entries, size_t max)
{
	const struct list *node;
	size_t n = 0;

	for (node = b->items.next; node != &b->items && n < max; node = node->next)
		entries[n++] = KEPT(node)->entry;
	return n;
}

void
backlog_drop(struct backlog *b, size_t count)
{
	struct kept *k;

	for (; count > 0; count--) {
		k = KEPT(b->items.next);
		b->bytes -= size_of(&k->entry);
		b->count--;
		list_remove(&k->node);
		free(k);
	}
}
