/* SPDX-License-Identifier: ISC */
#include "cli/report_page.h"

#include "cli/report_answer.h"
#include "cli/report_days.h"
#include "cli/report_words.h"
#include "show/page.h"

static size_t
shown(const struct sums *sums, size_t max)
{
	return sums->count < max ? sums->count : max;
}

/* "about example.net", title and heading. */
static void
add_title(struct strbuf *out, const struct report_page *page)
{
	strbuf_adds(out, page->side == OVERVIEW_SENT ? "TLS reports we sent"
						     : "TLS reports we received");
	if (page->domain[0] != '\0')
		strbuf_addf(out, ": %s", page->domain);
}

/* --- tables ----------------------------------------------------------------------------------- */

static void
add_days_of(struct strbuf *out, const struct sum *row)
{
	strbuf_adds(out, "<small>");
	report_words_add_since(out, row);
	strbuf_adds(out, "</small>");
}

static void
add_result(struct strbuf *out, const struct sum *row)
{
	page_name(out, row->fields[0]);
	strbuf_addf(out, "<small>%s</small>", report_words_result(row->fields[0]));
}

static void
add_host(struct strbuf *out, const struct sum *row)
{
	report_words_add_host(out, row->fields[0], row->fields[1]);
}

/* A table of failures alone: as long as its part of the worst. */
static void
add_failures(struct strbuf *out, const struct report_overview *overview,
    enum overview_part part, const char *heading, const char *about,
    void (*add_what)(struct strbuf *out, const struct sum *row))
{
	static const char *const columns[] = { "failed" };
	const struct sums *sums = &overview->parts[part];
	size_t i, count = shown(sums, REPORT_PAGE_ROWS);

	page_table_begin(out, heading, about, columns, COUNT_OF(columns));
	for (i = 0; i < count; i++) {
		const struct sum *row = sums->rows[i];

		page_row_begin(out);
		add_what(out, row);
		page_chart_add_bar(out, 0, row->failures, sums->rows[0]->failures);
		add_days_of(out, row);
		page_row_numbers(out, &row->failures, 1);
	}
	page_table_end(out, report_overview_beyond(overview, part, count));
}

static uint64_t
most_sessions(const struct sums *sums, size_t count)
{
	uint64_t most = 0;
	size_t i;

	for (i = 0; i < count; i++)
		if (most < sums->rows[i]->successes + sums->rows[i]->failures)
			most = sums->rows[i]->successes + sums->rows[i]->failures;
	return most;
}

static void
add_party(struct strbuf *out, const struct sum *row)
{
	page_name(out, row->fields[0]);
	strbuf_adds(out, "<small>");
	page_number(out, row->reports);
	strbuf_adds(out, row->reports == 1 ? " report" : " reports");
	if (row->fields[1][0] != '\0') {
		strbuf_adds(out, ", mail from ");
		page_name(out, row->fields[1]);
	}
	strbuf_adds(out, "</small>");
}

static void
add_policy(struct strbuf *out, const struct sum *row)
{
	page_name(out, row->fields[0]);
	strbuf_adds(out, "<small>");
	page_name(out, row->fields[1]);
	strbuf_adds(out, "</small>");
}

/* A table of sessions, successful and failed. */
static void
add_sessions(struct strbuf *out, const struct report_overview *overview,
    enum overview_part part, const char *heading, const char *about,
    void (*add_what)(struct strbuf *out, const struct sum *row))
{
	static const char *const columns[] = { "successful", "failed" };
	const struct sums *sums = &overview->parts[part];
	size_t i, count = shown(sums, REPORT_PAGE_ROWS);
	uint64_t most = most_sessions(sums, count);

	page_table_begin(out, heading, about, columns, COUNT_OF(columns));
	for (i = 0; i < count; i++) {
		const struct sum *row = sums->rows[i];
		const uint64_t numbers[] = { row->successes, row->failures };

		page_row_begin(out);
		add_what(out, row);
		page_chart_add_bar(out, row->successes, row->failures, most);
		page_row_numbers(out, numbers, COUNT_OF(numbers));
	}
	page_table_end(out, report_overview_beyond(overview, part, count));
}

/* Every failure with all that is known of it. */
static void
add_every_failure(struct strbuf *out, const struct report_page *page)
{
	static const char *const columns[] = { "failed" };
	const struct sums *sums = &page->overview->parts[OVERVIEW_FAILURES];
	size_t i, count = shown(sums, REPORT_PAGE_FAILURES);

	page_table_begin(out, "Every failure",
	    page->side == OVERVIEW_SENT ? "who, how, told to whom, since when"
					: "who, how, seen by whom, since when",
	    columns, COUNT_OF(columns));
	for (i = 0; i < count; i++) {
		page_row_begin(out);
		report_words_add_failure(out, sums->rows[i], page->side);
		page_row_numbers(out, &sums->rows[i]->failures, 1);
	}
	page_table_end(
	    out, report_overview_beyond(page->overview, OVERVIEW_FAILURES, count));
}

/* --- days -------------------------------------------------------------------------------------- */

static const char *
heading_of(unsigned step)
{
	return step == 1   ? "Sessions per day"
	       : step == 7 ? "Sessions per week"
			   : "Sessions per 30 days";
}

/* One day is a row of the table below, and no picture. */
static void
add_chart(struct strbuf *out, const struct report_days *days)
{
	if (days->count < 2 || days->most == 0)
		return;
	page_chart_add_columns(out, heading_of(days->step), days->bars, days->count);
	if (days->is_cut)
		strbuf_adds(out, "<p class=\"dim\">Reports of days before are counted "
				 "below, but not drawn.</p>\n");
}

static void
add_ahead(struct strbuf *out, const struct report_days *days)
{
	if (days->ahead == 0)
		return;
	strbuf_adds(out, "<p class=\"dim\">Reports of ");
	page_number(out, days->ahead);
	strbuf_addf(out,
	    " day%s to come, by a clock that is wrong, are counted below, but not "
	    "drawn.</p>\n",
	    days->ahead == 1 ? "" : "s");
}

static void
add_day_numbers(struct strbuf *out, const struct report_days *days)
{
	static const char *const columns[] = { "successful", "failed" };
	size_t i;

	page_table_begin(out, heading_of(days->step),
	    days->step == 1 ? "day, UTC" : "beginning with, UTC", columns,
	    COUNT_OF(columns));
	for (i = days->count; i-- > 0;) {
		const struct page_chart_bar *bar = &days->bars[i];
		const uint64_t numbers[] = { bar->successes, bar->failures };

		if (!bar->has_data)
			continue;
		page_row_begin(out);
		strbuf_addf(out, "<time>%s</time>", bar->label);
		page_chart_add_bar(out, bar->successes, bar->failures, days->most);
		page_row_numbers(out, numbers, COUNT_OF(numbers));
	}
	page_table_end(out, 0);
}

/* --- all of it ---------------------------------------------------------------------------------- */

static void
add_tables(struct strbuf *out, const struct report_page *page)
{
	const struct report_overview *overview = page->overview;
	bool is_sent = page->side == OVERVIEW_SENT;

	strbuf_adds(out, "<div class=\"two\">\n<div>\n");
	if (overview->parts[OVERVIEW_RESULTS].count > 0) {
		add_failures(out, overview, OVERVIEW_RESULTS, "Failures by type",
		    "type (RFC 8460, 4.3)", add_result);
		strbuf_adds(out, "</div>\n<div>\n");
		add_failures(out, overview, OVERVIEW_HOSTS, "Failures by host",
		    "MX host and address, or policy domain", add_host);
		strbuf_adds(out, "</div>\n<div>\n");
	}
	add_sessions(out, overview, OVERVIEW_PARTIES,
	    is_sent ? "Whom we reported to" : "Who reported",
	    is_sent ? "domain" : "organization", add_party);
	strbuf_adds(out, "</div>\n<div>\n");
	add_sessions(out, overview, OVERVIEW_POLICIES, "Policies",
	    "policy domain and type", add_policy);
	strbuf_adds(out, "</div>\n</div>\n");
	if (overview->parts[OVERVIEW_FAILURES].count > 0)
		add_every_failure(out, page);
}

void
report_page_add(struct strbuf *out, const struct report_page *page)
{
	struct strbuf title = STRBUF_INIT;
	struct report_days days;
	size_t i;

	for (i = 0; i < OVERVIEW_PART_COUNT; i++)
		sums_sort(&page->overview->parts[i]);
	report_days_fill(&days, &page->overview->parts[OVERVIEW_DAYS], page->first,
	    page->last, page->now);
	add_title(&title, page);
	page_begin(out, strbuf_str(&title));
	report_answer_add(out, page);
	if (page->overview->parts[OVERVIEW_DAYS].count > 0) {
		add_chart(out, &days);
		add_ahead(out, &days);
		add_tables(out, page);
		if (days.count > 0)
			add_day_numbers(out, &days);
	}
	page_end(out);
	strbuf_clear(&title);
}
