/* SPDX-License-Identifier: ISC */
#include "cli/status_line.h"

#include "cli/json.h"

void
status_line_add(
    struct table *table, const char *name, enum term_style style, struct strbuf *text)
{
	table_add(table, TERM_DIM, "%s", name);
	table_add(table, style, "%s", strbuf_str(text));
	strbuf_clear(text);
}

long long
status_number(const struct json_object *object, const char *name)
{
	return (long long)json_number(object, name);
}
