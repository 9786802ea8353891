/*
 * hopseal status --inbound: which TLS others use with us.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "cli/ask.h"
#include "cli/complain.h"
#include "cli/json.h"
#include "cli/operand.h"
#include "cli/table.h"

static void
add_row(struct table *table, const struct json_object *row)
{
	const char *client = json_text(row, "client");
	const char *version = json_text(row, "version");

	table_add(table, TERM_PLAIN, "%s", json_text(row, "day"));
	table_add(table, TERM_BOLD, "%s", client[0] != '\0' ? client : "(unknown)");
	table_add(table, version[0] != '\0' ? TERM_PLAIN : TERM_BAD, "%s",
	    version[0] != '\0' ? version : "none");
	table_add(table, TERM_PLAIN, "%s", json_text(row, "cipher"));
	table_add(table, TERM_PLAIN, "%s", json_text(row, "verified"));
	table_add(table, TERM_PLAIN, "%lld", (long long)json_number(row, "sessions"));
}

static void
print(const struct json_object *answer)
{
	static const char *const heads[] = { "day", "client", "TLS", "cipher",
		"certificate", "sessions" };
	size_t i, count = json_count(answer, "inbound");
	struct table table;

	if (count == 0) {
		printf("no inbound session was told to hopseald\n");
		return;
	}
	table_init(&table, COUNT_OF(heads), heads);
	for (i = 0; i < count; i++)
		add_row(&table, json_item(answer, "inbound", i));
	table_print(&table, 0);
}

enum exit_code
inbound_command(const struct args *args)
{
	struct strbuf request = STRBUF_INIT;
	struct json_object *answer = NULL;
	enum exit_code code = EXIT_USAGE;

	strbuf_adds(&request, "inbound");
	if (args->count == 0 || operand_add_word(&request, args->words[0]))
		code = ask(args, request.data, &answer);
	strbuf_clear(&request);
	if (code != EXIT_YES)
		return code;
	if (args->as_json)
		json_print(answer);
	else
		print(answer);
	json_object_put(answer);
	return EXIT_YES;
}
