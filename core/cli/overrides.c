/* SPDX-License-Identifier: ISC */
#include "cli/overrides.h"

#include "cli/json.h"
#include "show/table.h"
#include "show/when.h"

static void
add_override(struct table *table, const struct json_object *override)
{
	bool is_expired = json_flag(override, "is_expired");
	struct strbuf ends = STRBUF_INIT;

	when_add_date(&ends, json_number(override, "expires_epoch"));
	table_add(table, TERM_BOLD, "%s", json_text(override, "pattern"));
	table_add(table, TERM_WARN, "%s", json_text(override, "action"));
	table_add(table, is_expired ? TERM_DIM : TERM_PLAIN, "%s",
	    is_expired ? "has ended" : strbuf_str(&ends));
	table_add(table, TERM_PLAIN, "%s", json_text(override, "reason"));
	strbuf_clear(&ends);
}

void
overrides_print(const struct json_object *object)
{
	static const char *const heads[] = { "exception for", "action", "ends",
		"reason" };
	size_t i, count = json_count(object, "overrides");
	struct table table;

	if (count == 0)
		return;
	table_init(&table, COUNT_OF(heads), heads);
	for (i = 0; i < count; i++)
		add_override(&table, json_item(object, "overrides", i));
	table_print(&table, 0);
}
