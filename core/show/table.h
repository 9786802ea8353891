/*
 * Columns on the terminal.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_SHOW_TABLE_H
#define HOPSEAL_SHOW_TABLE_H

#include <stddef.h>

#include "base/attr.h"
#include "show/term.h"

#define TABLE_COLUMNS_MAX 8

struct table_cell {
	enum term_style style;
	char *text;
};

/*
 * Filled row by row, cell by cell, left to right.  Columns are as wide as their widest cell; the last one is
 * wrapped.
 */
struct table {
	size_t columns, count, cap; /* of cells */
	struct table_cell *cells;
};

/* heads: one for each column; NULL: no headline */
void table_init(struct table *table, size_t columns, const char *const *heads);
void table_add(struct table *table, enum term_style style, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* Print, every line behind so many blanks, and free everything. */
void table_print(struct table *table, size_t indent);

#endif
