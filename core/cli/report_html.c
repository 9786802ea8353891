/*
 * hopseal report html: what we have sent, as a page.  SPDX-License-Identifier: ISC
 */
#include "cli/report_html.h"

#include <json-c/json.h>

#include "cli/ask.h"
#include "cli/json.h"
#include "cli/operand.h"
#include "control/moment.h"
#include "show/complain.h"
#include "show/output.h"
#include "show/when.h"

#define DAYS_DEFAULT "30"
#define DAY_S        86400

bool
report_html_fits(const struct args *args)
{
	if (!args->as_json)
		return true;
	complain("--html and -j are two forms of the same: one at a time");
	return false;
}

enum exit_code
report_html_write(const char *file, const struct report_page *page)
{
	struct strbuf html = STRBUF_INIT;
	bool is_written;

	report_page_add(&html, page);
	is_written = output_write(file, &html);
	strbuf_clear(&html);
	return is_written ? EXIT_YES : EXIT_USAGE;
}

/* A day of the answer; 0: none. */
static time_t
day_of_answer(const struct json_object *answer, const char *name)
{
	time_t day;

	return moment_day_parse(json_text(answer, name), &day) == ST_OK ? day : 0;
}

/* Of today nothing is reported before it is over. */
static enum exit_code
write_answer(const struct json_object *answer, enum overview_side side,
    const char *domain, const char *file)
{
	struct report_overview overview;
	const time_t since = day_of_answer(answer, "since");
	const struct report_page page = {
		.side = side,
		.domain = domain != NULL ? domain : "",
		.first = since,
		.last = since != 0 ? day_of_answer(answer, "today") - DAY_S : 0,
		.now = when_now(),
		.overview = &overview,
	};
	enum exit_code code;

	report_overview_init(&overview);
	report_overview_take(&overview, answer);
	code = report_html_write(file, &page);
	report_overview_clear(&overview);
	return code;
}

static bool
add_operands(struct strbuf *request, enum overview_side side, const char *days,
    const char *domain)
{
	strbuf_addf(
	    request, "report overview %s", side == OVERVIEW_SENT ? "sent" : "received");
	return operand_add_days(request, days) &&
	       (domain == NULL || operand_add_domain(request, domain));
}

enum exit_code
report_html_ask(const struct args *args, enum overview_side side, const char *days,
    const char *domain, const char *file)
{
	struct strbuf request = STRBUF_INIT;
	struct json_object *answer = NULL;
	enum exit_code code = EXIT_USAGE;

	if (report_html_fits(args) && add_operands(&request, side, days, domain))
		code = ask_database(args, request.data, &answer);
	if (code == EXIT_YES)
		code = write_answer(answer, side, domain, file);
	json_object_put(answer);
	strbuf_clear(&request);
	return code;
}

enum exit_code
report_html_command(const struct args *args)
{
	return report_html_ask(args, OVERVIEW_SENT,
	    args->days != NULL ? args->days : DAYS_DEFAULT,
	    args->count > 1 ? args->words[1] : NULL,
	    args->count > 0 ? args->words[0] : "-");
}
