/*
 * Rows that are found by their content.  SPDX-License-Identifier: ISC
 *
 * A key is a number or two and then texts, each with its NUL; a row keeps its key, and its texts may be borrowed from there.
 */
#ifndef HOPSEAL_REPORT_ROWS_H
#define HOPSEAL_REPORT_ROWS_H

#include <stddef.h>

#include "base/map.h"
#include "base/strbuf.h"

/* What every row begins with. */
struct row {
	struct map_link link;
	struct row *next; /* in the table, the youngest first */
	size_t key_len;
	const char *key;
};

struct rows {
	struct map map;
	size_t row_bytes, count;
	size_t bytes; /* of all rows and their keys */
	struct row *rows;
};

/* row_bytes: size of a struct that begins with a struct row. */
void rows_init(struct rows *table, size_t row_bytes);
void rows_clear(struct rows *table);

/* NULL: there is none. */
void *rows_find(const struct rows *table, const struct strbuf *key);

/* The row of this key, made if there is none: all zero behind its head. */
void *rows_get(struct rows *table, const struct strbuf *key);

/* Begin a key anew, add a text to it; and read its texts: *at moves from one to the next. */
void key_begin(struct strbuf *key, const void *number, size_t len);
void key_add(struct strbuf *key, const char *text);
const char *key_next(const char **at);

#endif
