/*
 * hopseal status --inbound: which TLS others use with us.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "base/number.h"
#include "cli/ask.h"
#include "cli/json.h"
#include "cli/operand.h"
#include "control/control.h"
#include "show/complain.h"
#include "show/table.h"

static const char *
or_dash(const char *text)
{
	return text[0] != '\0' ? text : "-";
}

static void
add_row(struct table *table, const struct json_object *row)
{
	const char *client = json_text(row, "client");
	const char *version = json_text(row, "version");

	table_add(table, TERM_PLAIN, "%s", json_text(row, "day"));
	table_add(table, TERM_BOLD, "%s", client[0] != '\0' ? client : "(unknown)");
	table_add(table, version[0] != '\0' ? TERM_PLAIN : TERM_BAD, "%s",
	    version[0] != '\0' ? version : "none");
	table_add(table, TERM_PLAIN, "%s", or_dash(json_text(row, "cipher")));
	table_add(table, TERM_PLAIN, "%s", json_text(row, "verified"));
	table_add(table, TERM_PLAIN, "%lld", (long long)json_number(row, "sessions"));
}

static void
print_rows(const struct json_object *answer)
{
	static const char *const heads[] = { "day", "client", "TLS", "cipher",
		"certificate", "sessions" };
	size_t i, count = json_count(answer, "inbound");
	long long more = (long long)json_number(answer, "count") - (long long)count;
	struct table table;

	table_init(&table, COUNT_OF(heads), heads);
	for (i = 0; i < count; i++)
		add_row(&table, json_item(answer, "inbound", i));
	table_print(&table, 0);
	if (more > 0)
		printf("and %lld more; ask for fewer days\n", more);
}

/* What it would mean to turn them away. */
static void
print_sums(const struct json_object *answer)
{
	long long plain = (long long)json_number(answer, "without_tls");

	printf("\n%lld sessions since %s: requiring TLS would turn away %lld, "
	       "requiring TLS 1.2 would turn away %lld\n",
	    (long long)json_number(answer, "sessions"), json_text(answer, "since"),
	    plain, plain + (long long)json_number(answer, "below_tls_1_2"));
}

static void
print(const struct json_object *answer)
{
	if (json_count(answer, "inbound") == 0) {
		printf("nobody has told of a session of others with us since %s\n",
		    json_text(answer, "since"));
		return;
	}
	print_rows(answer);
	print_sums(answer);
}

static bool
add_days(struct strbuf *request, const char *text)
{
	uint64_t days;

	if (number_parse(text, strlen(text), CONTROL_DAYS_MAX, &days) == ST_OK &&
	    days > 0)
		return operand_add_word(request, text);
	complain("\"%s\" is no number of days from 1 to %d", text, CONTROL_DAYS_MAX);
	return false;
}

enum exit_code
inbound_command(const struct args *args)
{
	struct strbuf request = STRBUF_INIT;
	struct json_object *answer = NULL;
	enum exit_code code = EXIT_USAGE;

	strbuf_adds(&request, "inbound");
	if (args->count == 0 || add_days(&request, args->words[0]))
		code = ask(args, request.data, &answer);
	strbuf_clear(&request);
	if (code == EXIT_YES && args->as_json)
		json_print(answer);
	else if (code == EXIT_YES)
		print(answer);
	json_object_put(answer);
	return code;
}
