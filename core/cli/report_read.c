/*
 * hopseal report read: reports that others sent, without a daemon.  SPDX-License-Identifier: ISC
 *
 * The JSON of -j, which stays as it is:
 *
 *	{ "reports": [ { "file", "submitter", "organization", "contact", "report-id", SUMMARY }, ... ],
 *	  "sum": { "reports", SUMMARY } }
 *
 * where SUMMARY is
 *
 *	"begin", "end"           RFC 3339, the first and the last second
 *	"successes", "failures"  sessions
 *	"policies"               [ { "domain", "type", "successes", "failures" }, ... ]
 *	"details"                [ { "type", "host", "result", "code", "count", "since" }, ... ]
 *
 * Texts are as in the reports, "" where nothing was said; the host of a failure without one is the policy's domain; the
 * submitter is the mail's, "" without one.  Files that
 * cannot be read, and a report that was there before, are not in it.
 */
#include <json-c/json.h>

#include "cli/command.h"
#include "cli/input.h"
#include "cli/json.h"
#include "cli/report_html.h"
#include "cli/report_summary.h"
#include "show/complain.h"
#include "show/term.h"
#include "show/when.h"
#include "wire/put.h"
#include "wire/report_file.h"
#include "wire/rfc3339.h"

struct reading {
	struct report_summary sum;
	struct sums seen; /* reports by organization, report-id, begin */
	size_t count;
	struct json_object *reports;      /* NULL: text is wanted */
	struct report_overview *overview; /* not NULL: a page is */
	enum exit_code code;              /* the worst so far */
};

static void
print_line(size_t indent, const struct strbuf *text)
{
	term_indent(indent);
	term_wrap(TERM_PLAIN, strbuf_str(text), indent);
}

static void
print_report(const char *file, const char *submitter, const struct tls_report *report,
    struct report_summary *summary)
{
	struct strbuf line = STRBUF_INIT;

	term_put(TERM_BOLD, file, 0);
	putchar('\n');
	strbuf_addf(&line, "%s, %s%s%s",
	    report->organization[0] != '\0' ? report->organization : "somebody",
	    report->contact[0] != '\0' ? report->contact : "no contact",
	    submitter[0] != '\0' ? "; mail from " : "", submitter);
	print_line(2, &line);
	strbuf_reset(&line);
	report_summary_add_range(&line, summary);
	strbuf_addf(&line, ", report %s", report->id[0] != '\0' ? report->id : "-");
	print_line(2, &line);
	putchar('\n');
	report_summary_print(summary);
	putchar('\n');
	strbuf_clear(&line);
}

static void
put_report(struct json_object *reports, const char *file, const char *submitter,
    const struct tls_report *report, struct report_summary *summary)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "file", file);
	put_text(o, "submitter", submitter);
	put_text(o, "organization", report->organization);
	put_text(o, "contact", report->contact);
	put_text(o, "report-id", report->id);
	report_summary_put(summary, o);
	json_object_array_add(reports, o);
}

/* Domains that ask for several copies get them. */
static bool
is_new(struct reading *reading, const struct tls_report *report)
{
	char begin[RFC3339_TEXT_MAX];
	const char *const fields[SUM_FIELDS] = { report->organization, report->id,
		rfc3339_text(report->begin, begin), "" };
	struct sum *row = sums_at(&reading->seen, fields);

	return row->successes++ == 0 || report->id[0] == '\0';
}

static void
take_report(struct reading *reading, const char *file, const char *submitter,
    const struct tls_report *report)
{
	struct report_summary summary;

	if (!is_new(reading, report)) {
		complain("%s: the same report as one before, left out", file);
		return;
	}
	if (reading->overview != NULL) {
		report_overview_add(reading->overview, report, submitter);
		return;
	}
	report_summary_init(&summary);
	report_summary_add(&summary, report);
	report_summary_add(&reading->sum, report);
	reading->count++;
	if (reading->reports != NULL)
		put_report(reading->reports, file, submitter, report, &summary);
	else
		print_report(file, submitter, report, &summary);
	report_summary_clear(&summary);
}

static enum exit_code
read_file(struct reading *reading, const char *file)
{
	struct strbuf bytes = STRBUF_INIT;
	char submitter[WHY_MAX];
	struct tls_report report;
	enum exit_code code = EXIT_USAGE;
	struct why why;

	if (!input_read(file, REPORT_FILE_MAX, "no report", &bytes))
		goto out;
	code = EXIT_NO;
	if (report_file_read(strbuf_str(&bytes), bytes.len, &report, submitter, &why) !=
	    ST_OK) {
		complain("%s: %s", file, why.text);
		goto out;
	}
	take_report(reading, file, submitter, &report);
	tls_report_clear(&report);
	code = EXIT_YES;
out:
	strbuf_clear(&bytes);
	return code;
}

static void
print_sum(struct reading *reading)
{
	struct strbuf line = STRBUF_INIT;

	if (reading->count < 2)
		return;
	strbuf_addf(&line, "All %zu reports, ", reading->count);
	report_summary_add_range(&line, &reading->sum);
	term_put(TERM_BOLD, strbuf_str(&line), 0);
	strbuf_clear(&line);
	printf("\n\n");
	report_summary_print(&reading->sum);
}

static void
print_json(struct reading *reading)
{
	struct json_object *top = json_object_new_object();
	struct json_object *sum = json_object_new_object();

	json_object_object_add(top, "reports", reading->reports);
	json_object_object_add(sum, "reports", json_object_new_uint64(reading->count));
	report_summary_put(&reading->sum, sum);
	json_object_object_add(top, "sum", sum);
	json_print(top);
	json_object_put(top);
}

/* All files; what cannot be read does not stop the others. */
static void
read_files(struct reading *reading, const struct args *args)
{
	size_t i;

	for (i = 0; i < args->count; i++) {
		enum exit_code code = read_file(reading, args->words[i]);

		if (code > reading->code)
			reading->code = code;
	}
}

static enum exit_code
write_page(struct reading *reading, const struct args *args)
{
	struct report_overview overview;
	const struct report_page page = { .side = OVERVIEW_RECEIVED,
		.domain = "",
		.now = when_now(),
		.overview = &overview };
	enum exit_code code;

	if (!report_html_fits(args))
		return EXIT_USAGE;
	report_overview_init(&overview);
	reading->overview = &overview;
	read_files(reading, args);
	code = report_html_write(args->html, &page);
	report_overview_clear(&overview);
	return code != EXIT_YES ? code : reading->code;
}

static enum exit_code
print_all(struct reading *reading, const struct args *args)
{
	report_summary_init(&reading->sum);
	if (args->as_json)
		reading->reports = json_object_new_array();
	read_files(reading, args);
	if (args->as_json)
		print_json(reading);
	else
		print_sum(reading);
	report_summary_clear(&reading->sum);
	return reading->code;
}

enum exit_code
report_read_command(const struct args *args)
{
	struct reading reading = { .code = EXIT_YES };
	enum exit_code code;

	sums_init(&reading.seen);
	code =
	    args->html != NULL ? write_page(&reading, args) : print_all(&reading, args);
	sums_clear(&reading.seen);
	return code;
}
