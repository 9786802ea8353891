/* SPDX-License-Identifier: ISC */
#include "report/leftover.h"

#include <stdbool.h>

#include "base/mem.h"

static void
drop_first(struct leftover *l)
{
	free((void *)l->items[0].bytes);
	l->count--;
	memmove(l->items, l->items + 1, l->count * sizeof(l->items[0]));
}

void
leftover_add(struct leftover *l, const void *bytes, size_t len)
{
	if (l->count == DATAGRAM_BATCH_MAX)
		drop_first(l);
	l->items[l->count++] = (struct datagram){ xmemdup(bytes, len), len };
}

void
leftover_clear(struct leftover *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		free((void *)l->items[i].bytes);
	l->count = 0;
}

static bool
is_same(const struct datagram *a, const struct datagram *b)
{
	return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

/* Whether the end of leftover, n long, is what the batch begins with. */
static bool
begins_with(const struct leftover *l, size_t n, const struct datagram *batch)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!is_same(&l->items[l->count - n + i], &batch[i]))
			return false;
	return true;
}

size_t
leftover_match(const struct leftover *l, const struct datagram *batch, size_t count)
{
	size_t n = l->count < count ? l->count : count;

	while (!begins_with(l, n, batch))
		n--;
	return n;
}
