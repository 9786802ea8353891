/* SPDX-License-Identifier: ISC */
#include "cli/status_reports.h"

#include <json-c/json.h>

#include "cli/json.h"
#include "cli/status_line.h"
#include "show/when.h"
#include "wire/tls_event.h"

/* --- what comes in --------------------------------------------------------------------------- */

/* "exim 12, tlsrpt 7" */
static void
add_sources(struct strbuf *text, const struct json_object *sources)
{
	const char *parting = " (";

#define X(name, word)                                                                  \
	if (status_number(sources, word) > 0) {                                        \
		strbuf_addf(                                                           \
		    text, "%s%s %lld", parting, word, status_number(sources, word));   \
		parting = ", ";                                                        \
	}
	EVENT_SOURCES(X)
#undef X
	strbuf_adds(text, *parting == ',' ? ")" : "");
}

static void
add_events(struct table *table, const struct json_object *events)
{
	bool is_healthy = json_flag(events, "is_journal_healthy");
	long long lost = status_number(events, "lost");
	struct strbuf text = STRBUF_INIT;

	if (!is_healthy)
		strbuf_addf(&text,
		    "THE JOURNAL CANNOT BE WRITTEN: %s, %lld kept in memory; ",
		    json_text(events, "error"), status_number(events, "in_memory"));
	strbuf_addf(&text, "%lld taken in", status_number(events, "accepted"));
	add_sources(&text, json_member(events, "by_source"));
	strbuf_addf(&text, ", %lld waiting for a probe, %lld not readable",
	    status_number(events, "waiting"), status_number(events, "rejected"));
	if (lost > 0)
		strbuf_addf(&text, ", %lld LOST", lost);
	status_line_add(
	    table, "events", is_healthy && lost == 0 ? TERM_PLAIN : TERM_BAD, &text);
}

/* Nothing for who has no spools. */
static void
add_spools(struct table *table, const struct json_object *spools)
{
	long long refused = status_number(spools, "refused"),
		  damaged = status_number(spools, "damaged"),
		  taken = status_number(spools, "taken");
	struct strbuf text = STRBUF_INIT;

	if (taken + refused + damaged == 0)
		return;
	strbuf_addf(&text,
	    "%lld events taken in, %lld not readable, %lld damaged places", taken,
	    refused, damaged);
	status_line_add(
	    table, "spools", refused + damaged > 0 ? TERM_WARN : TERM_PLAIN, &text);
}

static void
add_probes(struct table *table, const struct json_object *probe)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text,
	    "%lld looks at MX hosts, %lld of them unreachable; %lld put off; %lld under "
	    "way",
	    status_number(probe, "looks"), status_number(probe, "unreachable"),
	    status_number(probe, "refused"), status_number(probe, "under_way"));
	status_line_add(table, "probes", TERM_PLAIN, &text);
}

/* --- what it was ------------------------------------------------------------------------------ */

/* "starttls-not-supported 7, validation-failure 8" */
static void
add_results(struct strbuf *text, const struct json_object *results)
{
	const char *parting = ": ";

#define X(name, code, word)                                                            \
	if (status_number(results, word) > 0) {                                        \
		strbuf_addf(                                                           \
		    text, "%s%s %lld", parting, word, status_number(results, word));   \
		parting = ", ";                                                        \
	}
	TLS_RESULTS(X)
#undef X
}

static void
add_today(struct table *table, const struct json_object *today)
{
	long long domains = status_number(today, "domains");
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "%s UTC: ", json_text(today, "day"));
	if (domains == 0)
		strbuf_adds(&text, "no session yet");
	else
		strbuf_addf(&text,
		    "%lld domains and mail hosts, %lld successes, %lld failures",
		    domains, status_number(today, "successes"),
		    status_number(today, "failures"));
	add_results(&text, json_member(today, "results"));
	status_line_add(table, "today", TERM_PLAIN, &text);
}

/* --- what goes out ---------------------------------------------------------------------------- */

static void
add_close(struct strbuf *text, const struct json_object *reports)
{
	time_t next = json_number(reports, "next_close_epoch");

	strbuf_adds(text, "the day closes ");
	if (next != 0)
		when_add(text, next);
	else
		strbuf_adds(text, "when the database has what the journal has");
}

static void
add_outgoing(struct table *table, const struct json_object *reports)
{
	long long given_up = status_number(reports, "given-up");
	struct strbuf text = STRBUF_INIT;

	if (!json_flag(reports, "is_on")) {
		strbuf_adds(&text,
		    "not sent: contact of section [report] is not set in hopseal.conf");
		status_line_add(table, "reports", TERM_WARN, &text);
		return;
	}
	strbuf_addf(&text, "%lld sent, %lld waiting, %lld given up; ",
	    status_number(reports, "sent"), status_number(reports, "waiting"),
	    given_up);
	add_close(&text, reports);
	status_line_add(table, "reports", given_up > 0 ? TERM_WARN : TERM_PLAIN, &text);
}

/* --- what others report ------------------------------------------------------------------------ */

/* Nothing for whom nobody has sent any. */
static void
add_inbox(struct table *table, const struct json_object *inbox)
{
	long long refused = status_number(inbox, "refused"),
		  kept = status_number(inbox, "kept"),
		  dropped = status_number(inbox, "dropped");
	struct strbuf text = STRBUF_INIT;

	if (kept + refused + dropped == 0)
		return;
	strbuf_addf(
	    &text, "%lld reports of others kept, %lld files were none", kept, refused);
	if (dropped > 0)
		strbuf_addf(&text, ", %lld made room for later ones", dropped);
	status_line_add(
	    table, "inbox", refused + dropped > 0 ? TERM_WARN : TERM_PLAIN, &text);
}

void
status_reports_add(struct table *table, const struct json_object *status)
{
	if (json_has(status, "events"))
		add_events(table, json_member(status, "events"));
	add_spools(table, json_member(status, "spools"));
	if (json_has(status, "probe"))
		add_probes(table, json_member(status, "probe"));
	if (json_has(status, "today"))
		add_today(table, json_member(status, "today"));
	if (json_has(status, "reports"))
		add_outgoing(table, json_member(status, "reports"));
	add_inbox(table, json_member(status, "inbox"));
}

void
status_worst_print(const struct json_object *status)
{
	static const char *const heads[] = { "failing today", "failed", "successful" };
	const struct json_object *today = json_member(status, "today"), *domain;
	size_t i, count = json_count(today, "worst");
	struct table table;

	if (count == 0)
		return;
	putchar('\n');
	table_init(&table, COUNT_OF(heads), heads);
	for (i = 0; i < count; i++) {
		domain = json_item(today, "worst", i);
		table_add(&table, TERM_BOLD, "%s", json_text(domain, "domain"));
		table_add(&table, TERM_BAD, "%lld", status_number(domain, "failures"));
		table_add(
		    &table, TERM_PLAIN, "%lld", status_number(domain, "successes"));
	}
	table_print(&table, 2);
}
