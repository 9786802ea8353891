/* SPDX-License-Identifier: ISC */
#include "show/table.h"

#include <assert.h>
#include <stdarg.h>

#include "base/mem.h"

#define GAP 2 /* blanks between columns */

static void
add_cell(struct table *table, enum term_style style, char *text)
{
	if (table->count == table->cap) {
		table->cap = table->cap == 0 ? 64 : table->cap * 2;
		table->cells =
		    xreallocarray(table->cells, table->cap, sizeof(table->cells[0]));
	}
	table->cells[table->count].style = style;
	table->cells[table->count++].text = text;
}

void
table_init(struct table *table, size_t columns, const char *const *heads)
{
	size_t i;

	assert(columns > 0 && columns <= TABLE_COLUMNS_MAX);
	memset(table, 0, sizeof(*table));
	table->columns = columns;
	for (i = 0; heads != NULL && i < columns; i++)
		add_cell(table, TERM_DIM, xstrdup(heads[i]));
}

void
table_add(struct table *table, enum term_style style, const char *fmt, ...)
{
	struct strbuf text = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&text, fmt, ap);
	va_end(ap);
	add_cell(table, style, strbuf_take(&text));
}

static void
measure(const struct table *table, size_t widths[TABLE_COLUMNS_MAX])
{
	size_t i;

	memset(widths, 0, TABLE_COLUMNS_MAX * sizeof(widths[0]));
	for (i = 0; i < table->count; i++) {
		size_t n = term_columns(table->cells[i].text);

		if (n > widths[i % table->columns])
			widths[i % table->columns] = n;
	}
}

void
table_print(struct table *table, size_t indent)
{
	size_t widths[TABLE_COLUMNS_MAX], i, at = indent;

	assert(table->count % table->columns == 0);
	measure(table, widths);
	for (i = 0; i < table->count; i++) {
		const struct table_cell *cell = &table->cells[i];
		size_t column = i % table->columns;

		if (column == 0) {
			term_indent(indent);
			at = indent;
		}
		if (column + 1 == table->columns) {
			term_wrap(cell->style, cell->text, at);
		} else {
			term_put(cell->style, cell->text, widths[column] + GAP);
			at += widths[column] + GAP;
		}
		free(cell->text);
	}
	free(table->cells);
	memset(table, 0, sizeof(*table));
}
