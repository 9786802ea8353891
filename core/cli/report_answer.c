/* SPDX-License-Identifier: ISC */
#include "cli/report_answer.h"

#include "cli/report_words.h"
#include "show/page.h"

/* --- what there is ------------------------------------------------------------------------------ */

/* "12 reports of 3 organizations; 2024-11-06 to 2024-11-08 (UTC)" */
static void
add_extent(struct strbuf *out, const struct report_page *page, const struct sum *all)
{
	uint64_t parties = report_overview_beyond(page->overview, OVERVIEW_PARTIES, 0);

	strbuf_adds(out, "<p class=\"dim\">");
	page_number(out, all->reports);
	strbuf_addf(out, " report%s %s ", all->reports == 1 ? "" : "s",
	    page->side == OVERVIEW_SENT ? "to" : "of");
	page_number(out, parties);
	strbuf_addf(out, " %s%s; ",
	    page->side == OVERVIEW_SENT ? "domain" : "organization",
	    parties == 1 ? "" : "s");
	report_words_add_range(out, all);
	strbuf_adds(out, " (UTC)</p>\n");
}

/* "112 of 14,203 sessions failed: 0.8 %" */
static void
add_verdict(struct strbuf *out, const struct sum *all)
{
	uint64_t sessions = all->successes + all->failures;
	bool is_part = all->failures > 0 && all->successes > 0;

	strbuf_addf(out, "<p class=\"answer%s\">", all->failures > 0 ? " failed" : "");
	if (sessions == 0) {
		strbuf_adds(out, "No session was reported</p>\n");
		return;
	}
	if (sessions == 1) {
		strbuf_adds(out, "The one session");
	} else {
		if (is_part)
			page_number(out, all->failures);
		strbuf_adds(out, is_part ? " of " : "All ");
		page_number(out, sessions);
		strbuf_adds(out, " sessions");
	}
	strbuf_adds(out, all->failures == 0 ? " succeeded" : " failed");
	if (is_part && all->failures > 1) {
		strbuf_adds(out, ": ");
		page_share(out, all->failures, sessions);
	}
	strbuf_adds(out, "</p>\n");
}

/* --- the worst ------------------------------------------------------------------------------------ */

/* The same host and type, whoever saw it and whatever was added: fields host, address, result. */
static void
merge(struct sums *kinds, const struct sums *failures)
{
	size_t i;

	sums_init(kinds);
	for (i = 0; i < failures->count; i++) {
		const struct sum *from = failures->rows[i];
		const char *const fields[SUM_FIELDS] = { from->fields[0],
			from->fields[1], from->fields[2] };
		struct sum *to = sums_at(kinds, fields);

		to->failures += from->failures;
		if (to->since == 0 || to->since > from->since)
			to->since = from->since;
		if (to->until < from->until)
			to->until = from->until;
	}
	sums_sort(kinds);
}

static void
add_often(struct strbuf *out, const struct sum *worst, uint64_t failures)
{
	page_number(out, worst->failures);
	strbuf_adds(out, worst->failures == 1 ? " session" : " sessions");
	if (worst->failures >= failures)
		return;
	strbuf_adds(out, " of the ");
	page_number(out, failures);
	strbuf_adds(out, " that failed");
}

static void
add_worst(struct strbuf *out, const struct sums *kinds, uint64_t failures)
{
	const struct sum *worst = kinds->rows[0];

	strbuf_adds(out, "<dl>\n<dt>Who</dt><dd>");
	report_words_add_host(out, worst->fields[0], worst->fields[1]);
	strbuf_adds(out, "</dd>\n<dt>How</dt><dd>");
	page_name(out, worst->fields[2]);
	strbuf_addf(out, ": %s</dd>\n<dt>How often</dt><dd>",
	    report_words_result(worst->fields[2]));
	add_often(out, worst, failures);
	strbuf_adds(out, "</dd>\n<dt>When</dt><dd>");
	report_words_add_since(out, worst);
	strbuf_adds(out, "</dd>\n");
	if (kinds->count > 1) {
		strbuf_adds(out, "<dt>Besides</dt><dd>");
		page_number(out, kinds->count - 1);
		strbuf_addf(out, " other%s of host and type, below</dd>\n",
		    kinds->count == 2 ? "" : "s");
	}
	strbuf_adds(out, "</dl>\n");
}

/* --- all of it ------------------------------------------------------------------------------------- */

static void
add_nothing(struct strbuf *out, const struct report_page *page)
{
	strbuf_addf(out, "<p class=\"answer\">%s</p>\n<p>%s</p>\n",
	    page->side == OVERVIEW_SENT
		? "No report was made for these days"
		: "No report of others has come in for these days",
	    page->side == OVERVIEW_SENT
		? "Reports go to domains that ask for them by a TLSRPT record, when their "
		  "day is over: hopseal status tells when that is."
		: "Others send them when a TLSRPT record asks for them: hopseal-tlsrpt(7) "
		  "tells how.");
}

void
report_answer_add(struct strbuf *out, const struct report_page *page)
{
	const struct sums *all = &page->overview->parts[OVERVIEW_ALL];
	struct sums kinds;

	if (all->count == 0 || all->rows[0]->reports == 0) {
		add_nothing(out, page);
		return;
	}
	add_extent(out, page, all->rows[0]);
	add_verdict(out, all->rows[0]);
	merge(&kinds, &page->overview->parts[OVERVIEW_FAILURES]);
	if (kinds.count > 0)
		add_worst(out, &kinds, all->rows[0]->failures);
	else if (all->rows[0]->failures > 0)
		strbuf_adds(out, "<p>No report tells which host failed, or how.</p>\n");
	sums_clear(&kinds);
}
