/* SPDX-License-Identifier: ISC */
#include "cli/overrides.h"

#include "cli/json.h"
#include "cli/table.h"
#include "cli/when.h"

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
	for (i = 0; i < count; i++) {
		const struct json_object *o = json_item(object, "overrides", i);
		struct strbuf ends = STRBUF_INIT;

		when_add(&ends, json_number(o, "expires_epoch"));
		table_add(&table, TERM_BOLD, "%s", json_text(o, "pattern"));
		table_add(&table, TERM_WARN, "%s", json_text(o, "action"));
		table_add(&table, json_flag(o, "is_expired") ? TERM_DIM : TERM_PLAIN,
		    "%s", strbuf_str(&ends));
		table_add(&table, TERM_PLAIN, "%s", json_text(o, "reason"));
		strbuf_clear(&ends);
	}
	table_print(&table, 0);
}
