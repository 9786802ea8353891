/*
 * hopseal report list, resend: what we have sent.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "cli/ask.h"
#include "cli/destinations.h"
#include "cli/json.h"
#include "cli/operand.h"
#include "show/term.h"

/* --- list ------------------------------------------------------------------------------------ */

static void
print_report(const struct json_object *report, struct destination_sums *sums)
{
	term_put(TERM_BOLD, json_text(report, "domain"), 0);
	printf("  %s  sessions: %lld successful, %lld failed\n",
	    json_text(report, "day"), (long long)json_number(report, "successes"),
	    (long long)json_number(report, "failures"));
	term_indent(2);
	term_put(TERM_DIM, json_text(report, "id"), 0);
	putchar('\n');
	destinations_print(report, sums);
	putchar('\n');
}

static void
print_list(const struct json_object *answer)
{
	size_t i, count = json_count(answer, "reports");
	struct destination_sums sums = { 0 };

	if (count == 0) {
		printf(
		    "no such report was made; \"hopseal status\" tells when the next "
		    "ones are\n");
		return;
	}
	for (i = 0; i < count; i++)
		print_report(json_item(answer, "reports", i), &sums);
	printf(
	    "%zu report%s to %zu destination%s: %zu sent, %zu waiting, %zu given up\n",
	    count, count == 1 ? "" : "s", sums.sent + sums.waiting + sums.given_up,
	    sums.sent + sums.waiting + sums.given_up == 1 ? "" : "s", sums.sent,
	    sums.waiting, sums.given_up);
}

/* DOMAIN, or "-" for any. */
static bool
add_domain(struct strbuf *request, const char *text)
{
	return strcmp(text, "-") == 0 ? operand_add_word(request, text)
				      : operand_add_domain(request, text);
}

static bool
add_operands(struct strbuf *request, const struct args *args)
{
	strbuf_adds(request, "report list");
	return (args->count < 1 || add_domain(request, args->words[0])) &&
	       (args->count < 2 || operand_add_day(request, args->words[1]));
}

enum exit_code
report_list_command(const struct args *args)
{
	struct strbuf request = STRBUF_INIT;
	struct json_object *answer = NULL;
	enum exit_code code = EXIT_USAGE;

	if (add_operands(&request, args))
		code = ask(args, request.data, &answer);
	strbuf_clear(&request);
	if (code != EXIT_YES)
		return code;
	if (args->as_json)
		json_print(answer);
	else
		print_list(answer);
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
