/* SPDX-License-Identifier: ISC */
#include "cli/policy.h"

#include "cli/json.h"
#include "policy/facts.h"
#include "show/table.h"
#include "show/when.h"

const char *
policy_mode(const struct json_object *policy)
{
	return json_has(policy, "mode") ? json_text(policy, "mode") : "-";
}

bool
policy_has_failed(const struct json_object *policy)
{
	const char *attempt = json_text(policy, "attempt");

	return strcmp(attempt, sts_attempt_word(STS_ATTEMPT_OK)) != 0 &&
	       strcmp(attempt, sts_attempt_word(STS_ATTEMPT_NONE)) != 0;
}

static void
add_time(struct table *table, const char *name, int64_t epoch)
{
	struct strbuf text = STRBUF_INIT;

	when_add(&text, epoch);
	table_add(table, TERM_DIM, "%s", name);
	table_add(table, TERM_PLAIN, "%s", strbuf_str(&text));
	strbuf_clear(&text);
}

static void
add_text(struct table *table, const char *name, const char *text)
{
	if (text[0] == '\0')
		return;
	table_add(table, TERM_DIM, "%s", name);
	table_add(table, TERM_PLAIN, "%s", text);
}

static void
add_attempt(struct table *table, const struct json_object *policy)
{
	long long failures = (long long)json_number(policy, "refresh_failures");

	add_time(table, "last fetch", json_number(policy, "attempted_epoch"));
	table_add(table, TERM_DIM, "%s", "its outcome");
	table_add(table, policy_has_failed(policy) ? TERM_BAD : TERM_GOOD, "%s%s%s",
	    json_text(policy, "attempt"),
	    json_text(policy, "detail")[0] != '\0' ? ": " : "",
	    json_text(policy, "detail"));
	if (failures > 0) {
		table_add(table, TERM_DIM, "%s", "failed");
		table_add(table, TERM_BAD, "%lld times in a row", failures);
	}
	if (json_flag(policy, "is_refreshing"))
		add_text(table, "now", "being fetched");
}

static void
add_lines(struct table *table, const struct json_object *policy)
{
	size_t i;

	for (i = 0; i < json_count(policy, "lines"); i++) {
		table_add(table, TERM_DIM, "%s", i == 0 ? "as published" : "");
		table_add(table, TERM_PLAIN, "%s", json_string_at(policy, "lines", i));
	}
}

void
policy_print(const struct json_object *policy)
{
	struct table table;

	term_put(TERM_BOLD, json_text(policy, "domain"), 0);
	printf(": %s\n", json_has(policy, "mode") ? policy_mode(policy) : "no policy");
	table_init(&table, 2, NULL);
	if (json_has(policy, "mode")) {
		add_time(&table, "fetched", json_number(policy, "fetched_epoch"));
		add_time(&table, "ends", json_number(policy, "expires_epoch"));
	}
	add_time(&table, "last used", json_number(policy, "used_epoch"));
	add_text(&table, "record", json_text(policy, "record"));
	add_text(&table, "id", json_text(policy, "id"));
	add_attempt(&table, policy);
	add_lines(&table, policy);
	table_print(&table, 2);
}
