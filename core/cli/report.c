/*
 * hopseal report list, resend: what we have sent.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "cli/ask.h"
#include "cli/json.h"
#include "cli/operand.h"
#include "cli/table.h"
#include "cli/when.h"

/* --- list ------------------------------------------------------------------------------------ */

static const struct {
	const char *state;
	enum term_style style;
} state_styles[] = {
	{ "sent", TERM_GOOD },
	{ "waiting", TERM_WARN },
	{ "given-up", TERM_BAD },
};

static enum term_style
style_of(const char *state)
{
	size_t i;

	for (i = 0; i < COUNT_OF(state_styles); i++)
		if (strcmp(state, state_styles[i].state) == 0)
			return state_styles[i].style;
	return TERM_PLAIN;
}

/* "sent 2026-11-22 01:14 UTC (2 h ago)", "waiting, next ...: 503 Service Unavailable" */
static void
add_state(struct table *table, const struct json_object *destination)
{
	const char *state = json_text(destination, "state");
	const char *detail = json_text(destination, "detail");
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "%s ", state);
	if (strcmp(state, "waiting") == 0) {
		strbuf_adds(&text, "for ");
		when_add(&text, json_number(destination, "next_epoch"));
	} else {
		when_add(&text, json_number(destination, "last_epoch"));
	}
	if (detail[0] != '\0' && strcmp(state, "sent") != 0)
		strbuf_addf(&text, ": %s", detail);
	table_add(table, style_of(state), "%s", strbuf_str(&text));
	strbuf_clear(&text);
}

static void
print_destinations(const struct json_object *report)
{
	size_t i, count = json_count(report, "destinations");
	struct table table;

	table_init(&table, 2, NULL);
	for (i = 0; i < count; i++) {
		const struct json_object *d = json_item(report, "destinations", i);

		table_add(&table, TERM_PLAIN, "%s", json_text(d, "uri"));
		add_state(&table, d);
	}
	table_print(&table, 4);
}

static void
print_report(const struct json_object *report)
{
	term_put(TERM_BOLD, json_text(report, "domain"), 0);
	printf("  %s  %lld sessions, %lld failed\n", json_text(report, "day"),
	    (long long)(json_number(report, "successes") +
			json_number(report, "failures")),
	    (long long)json_number(report, "failures"));
	term_indent(2);
	term_put(TERM_DIM, json_text(report, "id"), 0);
	putchar('\n');
	print_destinations(report);
}

static bool
add_operands(struct strbuf *request, const struct args *args)
{
	strbuf_adds(request, "report list");
	return (args->count < 1 || operand_add_domain(request, args->words[0])) &&
	       (args->count < 2 || operand_add_word(request, args->words[1]));
}

enum exit_code
report_list_command(const struct args *args)
{
	struct strbuf request = STRBUF_INIT;
	struct json_object *answer = NULL;
	enum exit_code code = EXIT_USAGE;
	size_t i;

	if (add_operands(&request, args))
		code = ask(args, request.data, &answer);
	strbuf_clear(&request);
	if (code != EXIT_YES)
		return code;
	if (args->as_json)
		json_print(answer);
	for (i = 0; !args->as_json && i < json_count(answer, "reports"); i++)
		print_report(json_item(answer, "reports", i));
	json_object_put(answer);
	return EXIT_YES;
}

/* --- resend ------------------------------------------------------------------------------------ */

enum exit_code
report_resend_command(const struct args *args)
{
	struct strbuf request = STRBUF_INIT;
	struct json_object *answer = NULL;
	enum exit_code code = EXIT_USAGE;

	strbuf_adds(&request, "report resend");
	if (operand_add_word(&request, args->words[0]))
		code = ask(args, request.data, &answer);
	strbuf_clear(&request);
	if (code == EXIT_YES && args->as_json)
		json_print(answer);
	else if (code == EXIT_YES)
		printf("%s: %s\n", json_text(answer, "id"), json_text(answer, "done"));
	json_object_put(answer);
	return code;
}
