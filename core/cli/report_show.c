/*
 * hopseal report show, preview: one report of ours.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "cli/ask.h"
#include "cli/destinations.h"
#include "cli/json.h"
#include "cli/operand.h"
#include "cli/report_summary.h"
#include "show/complain.h"
#include "show/term.h"

static enum exit_code
print_tables(const struct json_object *report)
{
	/* json-c prints into the object that it prints. */
	const char *text = json_object_to_json_string_ext(
	    (struct json_object *)report, JSON_C_TO_STRING_NOSLASHESCAPE);
	struct report_summary summary;
	struct tls_report parsed;
	struct why why;

	if (tls_report_read(text, strlen(text), &parsed, &why) != ST_OK) {
		complain("the report cannot be read: %s", why.text);
		return EXIT_FAILED;
	}
	report_summary_init(&summary);
	report_summary_add(&summary, &parsed);
	report_summary_print(&summary);
	report_summary_clear(&summary);
	tls_report_clear(&parsed);
	return EXIT_YES;
}

static void
print_sent(const struct json_object *report)
{
	struct destination_sums sums = { 0 };

	printf("  %s  %s\n  %s, %lld bytes\n", json_text(report, "day"),
	    json_text(report, "id"), json_text(report, "file"),
	    (long long)json_number(report, "bytes"));
	destinations_print(report, &sums);
}

static void
print_preview(const struct json_object *preview)
{
	printf("  %s  as it would be made now\n", json_text(preview, "day"));
	if (json_flag(preview, "is_on"))
		printf("  %s, %lld bytes\n", json_text(preview, "file"),
		    (long long)json_number(preview, "bytes"));
	else
		printf("  but none is: contact of section [report] is not set in "
		       "hopseal.conf\n");
}

static enum exit_code
print(const struct json_object *answer)
{
	term_put(TERM_BOLD, json_text(answer, "domain"), 0);
	if (json_has(answer, "id"))
		print_sent(answer);
	else
		print_preview(answer);
	putchar('\n');
	return print_tables(json_member(answer, "report"));
}

static enum exit_code
show(const struct args *args, const char *request)
{
	struct json_object *answer = NULL;
	enum exit_code code = ask(args, request, &answer);

	if (code == EXIT_YES && args->as_json)
		json_print(answer);
	else if (code == EXIT_YES)
		code = print(answer);
	json_object_put(answer);
	return code;
}

enum exit_code
report_show_command(const struct args *args)
{
	struct strbuf request = STRBUF_INIT;
	enum exit_code code = EXIT_USAGE;

	strbuf_adds(&request, "report show");
	if (operand_add_word(&request, args->words[0]))
		code = show(args, request.data);
	strbuf_clear(&request);
	return code;
}

enum exit_code
report_preview_command(const struct args *args)
{
	struct strbuf request = STRBUF_INIT;
	enum exit_code code = EXIT_USAGE;

	strbuf_adds(&request, "report preview");
	if (operand_add_domain(&request, args->words[0]) &&
	    (args->count < 2 || operand_add_day(&request, args->words[1])))
		code = show(args, request.data);
	strbuf_clear(&request);
	return code;
}
