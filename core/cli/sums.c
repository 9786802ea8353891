/* SPDX-License-Identifier: ISC */
#include "cli/sums.h"

#include "base/list.h"
#include "base/mem.h"
#include "base/strbuf.h"

#define FIRST_ROOM 16

void
sums_init(struct sums *sums)
{
	*sums = (struct sums){ .rows = NULL };
	map_init(&sums->map, 0);
}

void
sums_clear(struct sums *sums)
{
	size_t i;

	for (i = 0; i < sums->count; i++) {
		free(sums->rows[i]->key);
		free(sums->rows[i]);
	}
	free(sums->rows);
	map_clear(&sums->map);
}

static bool
is_row(const struct map_link *link, const void *key)
{
	const struct sum *row = LIST_ITEM(link, struct sum, link);
	const struct strbuf *wanted = key;

	return row->key_len == wanted->len &&
	       memcmp(row->key, wanted->data, wanted->len) == 0;
}

static struct sum *
add(struct sums *sums, const struct strbuf *key, uint64_t hash)
{
	struct sum *row = xcalloc(1, sizeof(*row));
	const char *field;
	size_t i;

	if (sums->count == sums->room) {
		sums->room = sums->room > 0 ? 2 * sums->room : FIRST_ROOM;
		sums->rows =
		    xreallocarray(sums->rows, sums->room, sizeof(sums->rows[0]));
	}
	sums->rows[sums->count++] = row;
	row->key = xmemdup(key->data, key->len);
	row->key_len = key->len;
	for (i = 0, field = row->key; i < SUM_FIELDS; field += strlen(field) + 1)
		row->fields[i++] = field;
	map_add(&sums->map, &row->link, hash);
	return row;
}

struct sum *
sums_at(struct sums *sums, const char *const fields[SUM_FIELDS])
{
	struct strbuf key = STRBUF_INIT;
	struct map_link *link;
	struct sum *row;
	uint64_t hash;
	size_t i;

	for (i = 0; i < SUM_FIELDS; i++) {
		strbuf_adds(&key, fields[i] != NULL ? fields[i] : "");
		strbuf_addc(&key, '\0');
	}
	hash = map_hash(&sums->map, key.data, key.len);
	link = map_find(&sums->map, hash, is_row, &key);
	row = link != NULL ? LIST_ITEM(link, struct sum, link) : add(sums, &key, hash);
	strbuf_clear(&key);
	return row;
}

static int
compare(const void *one, const void *other)
{
	const struct sum *a = *(struct sum *const *)one;
	const struct sum *b = *(struct sum *const *)other;
	size_t i;
	int order = (a->failures < b->failures) - (a->failures > b->failures);

	if (order == 0)
		order = (a->successes < b->successes) - (a->successes > b->successes);
	for (i = 0; i < SUM_FIELDS && order == 0; i++)
		order = strcmp(a->fields[i], b->fields[i]);
	return order;
}

void
sums_sort(struct sums *sums)
{
	if (sums->count > 1)
		qsort(sums->rows, sums->count, sizeof(sums->rows[0]), compare);
}
