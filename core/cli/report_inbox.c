/*
 * hopseal report inbox: what others have reported to us.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "cli/ask.h"
#include "cli/json.h"
#include "cli/operand.h"
#include "cli/report_html.h"
#include "cli/report_summary.h"
#include "show/complain.h"
#include "show/table.h"
#include "show/when.h"

#define DETAILS_SHOWN 50 /* rows on a terminal; JSON has more */

static const char *
or_dash(const char *text)
{
	return text[0] != '\0' ? text : "-";
}

static void
add_count(struct table *table, enum term_style style, const struct json_object *o,
    const char *name)
{
	table_add(table, style, "%lld", (long long)json_number(o, name));
}

static void
add_failures(struct table *table, const struct json_object *o)
{
	add_count(table, json_number(o, "failures") > 0 ? TERM_BAD : TERM_GOOD, o,
	    "failures");
}

/* --- sums ------------------------------------------------------------------------------------- */

/* In all tables the last column is the one that may be long: it is wrapped. */
static void
print_senders(const struct json_object *answer)
{
	static const char *const heads[] = { "reports", "latest", "successful",
		"failed", "mail from", "from" };
	size_t i, count = json_count(answer, "senders");
	struct table table;

	table_init(&table, COUNT_OF(heads), heads);
	for (i = 0; i < count; i++) {
		const struct json_object *o = json_item(answer, "senders", i);

		add_count(&table, TERM_PLAIN, o, "reports");
		table_add(&table, TERM_PLAIN, "%s", json_text(o, "latest"));
		add_count(&table, TERM_PLAIN, o, "successes");
		add_failures(&table, o);
		table_add(&table, TERM_PLAIN, "%s", or_dash(json_text(o, "submitter")));
		table_add(
		    &table, TERM_BOLD, "%s", or_dash(json_text(o, "organization")));
	}
	table_print(&table, 2);
}

static void
print_policies(const struct json_object *answer)
{
	static const char *const heads[] = { "policy domain", "type", "successful",
		"failed" };
	size_t i, count = json_count(answer, "policies");
	struct table table;

	table_init(&table, COUNT_OF(heads), heads);
	for (i = 0; i < count; i++) {
		const struct json_object *o = json_item(answer, "policies", i);

		table_add(&table, TERM_PLAIN, "%s", or_dash(json_text(o, "domain")));
		table_add(&table, TERM_PLAIN, "%s", or_dash(json_text(o, "type")));
		add_count(&table, TERM_PLAIN, o, "successes");
		add_failures(&table, o);
	}
	putchar('\n');
	table_print(&table, 2);
}

/* "certificate-expired (code), sts, Google Inc." */
static void
add_detail(struct table *table, const struct json_object *o)
{
	const char *code = json_text(o, "code");

	add_count(table, TERM_BAD, o, "count");
	table_add(table, TERM_PLAIN, "%s", json_text(o, "since"));
	table_add(table, TERM_PLAIN, "%s", json_text(o, "latest"));
	table_add(table, TERM_PLAIN, "%s", or_dash(json_text(o, "host")));
	table_add(table, TERM_PLAIN, "%s%s%s%s, %s, %s",
	    or_dash(json_text(o, "result")), code[0] != '\0' ? " (" : "", code,
	    code[0] != '\0' ? ")" : "", or_dash(json_text(o, "type")),
	    or_dash(json_text(o, "organization")));
}

static void
print_details(const struct json_object *answer)
{
	static const char *const heads[] = { "failed", "since", "until", "MX host",
		"why, policy, from" };
	size_t i, count = json_count(answer, "details");
	struct table table;

	if (count == 0)
		return;
	table_init(&table, COUNT_OF(heads), heads);
	for (i = 0; i < count && i < DETAILS_SHOWN; i++)
		add_detail(&table, json_item(answer, "details", i));
	putchar('\n');
	table_print(&table, 2);
	if (i < count)
		printf("  and %zu more; -j shows them\n", count - i);
}

/* --- one by one ------------------------------------------------------------------------------- */

static void
print_reports(const struct json_object *answer)
{
	static const char *const heads[] = { "number", "day", "successful", "failed",
		"domain", "from" };
	size_t i, count = json_count(answer, "reports");
	struct table table;

	table_init(&table, COUNT_OF(heads), heads);
	for (i = 0; i < count; i++) {
		const struct json_object *o = json_item(answer, "reports", i);
		const char *begin = json_text(o, "begin");

		add_count(&table, TERM_BOLD, o, "number");
		table_add(&table, TERM_PLAIN, "%.*s", (int)strcspn(begin, "T"), begin);
		add_count(&table, TERM_PLAIN, o, "successes");
		add_failures(&table, o);
		table_add(&table, TERM_PLAIN, "%s", or_dash(json_text(o, "domain")));
		table_add(
		    &table, TERM_PLAIN, "%s", or_dash(json_text(o, "organization")));
	}
	putchar('\n');
	table_print(&table, 2);
}

/* --- all of it --------------------------------------------------------------------------------- */

/* "12 reports, 2024-11-06 to 2024-11-08" */
static void
print_head(const struct json_object *answer)
{
	long long count = (long long)json_number(answer, "count");
	const struct report_summary days = {
		.begin = json_number(answer, "begin_epoch"),
		.end = json_number(answer, "end_epoch"),
	};
	struct strbuf line = STRBUF_INIT;

	strbuf_addf(&line, "%lld report%s, ", count, count == 1 ? "" : "s");
	report_summary_add_range(&line, &days);
	term_put(TERM_BOLD, strbuf_str(&line), 0);
	printf("\n\n");
	strbuf_clear(&line);
}

/* What is not in these numbers any more. */
static void
print_dropped(const struct json_object *answer)
{
	long long dropped = (long long)json_number(answer, "dropped");

	if (dropped > 0)
		printf("\n%lld older report%s had to make room for others\n", dropped,
		    dropped == 1 ? "" : "s");
}

static void
print_sums(const struct json_object *answer, bool with_reports)
{
	if (json_number(answer, "count") == 0) {
		printf(
		    "no such report of others has come in; hopseal-tlsrpt(7) tells how "
		    "they do\n");
		return;
	}
	print_head(answer);
	print_senders(answer);
	print_policies(answer);
	print_details(answer);
	if (with_reports)
		print_reports(answer);
	print_dropped(answer);
}

/* --- one of them -------------------------------------------------------------------------------- */

static void
print_line(const char *what, const char *text)
{
	struct strbuf line = STRBUF_INIT;

	if (text[0] == '\0')
		return;
	strbuf_addf(&line, "%s %s", what, text);
	term_indent(2);
	term_wrap(TERM_PLAIN, strbuf_str(&line), 2);
	strbuf_clear(&line);
}

static void
print_received(const struct json_object *answer, const struct tls_report *report)
{
	struct report_summary summary;
	struct strbuf line = STRBUF_INIT;

	report_summary_init(&summary);
	report_summary_add(&summary, report);
	report_summary_add_range(&line, &summary);
	term_put(TERM_BOLD, or_dash(json_text(answer, "organization")), 0);
	printf("  %s\n", strbuf_str(&line));
	print_line("report", json_text(answer, "report_id"));
	print_line("contact", json_text(answer, "contact"));
	print_line("mail from", json_text(answer, "submitter"));
	strbuf_reset(&line);
	when_add(&line, json_number(answer, "received_epoch"));
	print_line("received", strbuf_str(&line));
	putchar('\n');
	report_summary_print(&summary);
	report_summary_clear(&summary);
	strbuf_clear(&line);
}

static enum exit_code
print_one(const struct json_object *answer)
{
	const char *json = json_text(answer, "json");
	struct tls_report report;
	struct why why;

	if (tls_report_read(json, strlen(json), &report, &why) != ST_OK) {
		complain("the report cannot be read: %s", why.text);
		return EXIT_FAILED;
	}
	print_received(answer, &report);
	tls_report_clear(&report);
	return EXIT_YES;
}

/* Its text becomes what it is. */
static void
print_one_json(struct json_object *answer)
{
	const char *json = json_text(answer, "json");

	json_object_object_add(answer, "report", json_read(json, strlen(json)));
	json_object_object_del(answer, "json");
	json_print(answer);
}

/* --- the command --------------------------------------------------------------------------------- */

static bool
is_number(const char *text)
{
	return text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
}

static enum exit_code
show_one(const struct args *args)
{
	struct strbuf request = STRBUF_INIT;
	struct json_object *answer = NULL;
	enum exit_code code;

	if (args->html != NULL) {
		complain("--html makes a page of all reports, not of one");
		return EXIT_USAGE;
	}
	strbuf_addf(&request, "report received %s", args->words[0]);
	code = ask(args, request.data, &answer);
	strbuf_clear(&request);
	if (code == EXIT_YES && args->as_json)
		print_one_json(answer);
	else if (code == EXIT_YES)
		code = print_one(answer);
	json_object_put(answer);
	return code;
}

enum exit_code
report_inbox_command(const struct args *args)
{
	struct strbuf request = STRBUF_INIT;
	struct json_object *answer = NULL;
	enum exit_code code = EXIT_USAGE;

	if (args->count == 1 && is_number(args->words[0]))
		return show_one(args);
	if (args->html != NULL)
		return report_html_ask(args, OVERVIEW_RECEIVED, args->days,
		    args->count > 0 ? args->words[0] : NULL, args->html);
	strbuf_adds(&request, "report inbox");
	if (operand_add_days(&request, args->days) &&
	    (args->count == 0 || operand_add_domain(&request, args->words[0])))
		code = ask(args, request.data, &answer);
	strbuf_clear(&request);
	if (code == EXIT_YES && args->as_json)
		json_print(answer);
	else if (code == EXIT_YES)
		print_sums(answer, args->wants_more);
	json_object_put(answer);
	return code;
}
