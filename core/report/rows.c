/* SPDX-License-Identifier: ISC */
#include "report/rows.h"

#include "base/list.h"
#include "base/mem.h"

void
rows_init(struct rows *t, size_t row_bytes)
{
	*t = (struct rows){ .row_bytes = row_bytes };
	map_init(&t->map, 0);
}

void
rows_clear(struct rows *t)
{
	struct row *row;

	while ((row = t->rows) != NULL) {
		t->rows = row->next;
		free(row);
	}
	map_clear(&t->map);
}

static bool
is_row(const struct map_link *link, const void *key)
{
	const struct row *row = LIST_ITEM(link, struct row, link);
	const struct strbuf *k = key;

	return row->key_len == k->len && memcmp(row->key, k->data, k->len) == 0;
}

static struct row *
find(const struct rows *t, const struct strbuf *key, uint64_t hash)
{
	struct map_link *link = map_find(&t->map, hash, is_row, key);

	return link != NULL ? LIST_ITEM(link, struct row, link) : NULL;
}

void *
rows_find(const struct rows *t, const struct strbuf *key)
{
	return find(t, key, map_hash(&t->map, key->data, key->len));
}

void *
rows_get(struct rows *t, const struct strbuf *key)
{
	uint64_t hash = map_hash(&t->map, key->data, key->len);
	struct row *row = find(t, key, hash);
	char *copy;

	if (row != NULL)
		return row;
	row = xcalloc(1, t->row_bytes + key->len);
	copy = (char *)row + t->row_bytes;
	memcpy(copy, key->data, key->len);
	row->key = copy;
	row->key_len = key->len;
	row->next = t->rows;
	t->rows = row;
	t->count++;
	t->bytes += t->row_bytes + key->len;
	map_add(&t->map, &row->link, hash);
	return row;
}

void
key_begin(struct strbuf *key, const void *number, size_t len)
{
	strbuf_reset(key);
	strbuf_add(key, number, len);
}

void
key_add(struct strbuf *key, const char *text)
{
	strbuf_add(key, text, strlen(text) + 1);
}

const char *
key_next(const char **at)
{
	const char *text = *at;

	*at += strlen(text) + 1;
	return text;
}
