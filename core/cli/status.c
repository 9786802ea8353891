/*
 * hopseal status: the daemon, and whether its resolver can be believed.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "cli/ask.h"
#include "cli/complain.h"
#include "cli/json.h"
#include "cli/overrides.h"
#include "cli/table.h"
#include "cli/when.h"
#include "lookup/engine.h"
#include "wire/answer.h"
#include "wire/tls_result.h"

/* One line of the table; the text is used up. */
static void
add_line(
    struct table *table, const char *name, enum term_style style, struct strbuf *text)
{
	table_add(table, TERM_DIM, "%s", name);
	table_add(table, style, "%s", strbuf_str(text));
	strbuf_clear(text);
}

static long long
number(const struct json_object *o, const char *name)
{
	return (long long)json_number(o, name);
}

static void
print_headline(const struct json_object *status)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "hopseald %s, started ", json_text(status, "version"));
	when_add(&text, json_number(status, "started_epoch"));
	term_put(TERM_BOLD, strbuf_str(&text), 0);
	printf("\n\n");
	strbuf_clear(&text);
}

/* What each state of the resolver means for the mail. */
static const struct {
	enum term_style style;
	const char *loud;
} resolver_states[] = {
	[RESOLVER_UNKNOWN] = { TERM_WARN, "" },
	[RESOLVER_OK] = { TERM_GOOD, "" },
	[RESOLVER_UNTRUSTED] = { TERM_BAD, "DANE IS OFF: " },
	[RESOLVER_NOT_VALIDATING] = { TERM_BAD, "DANE IS OFF: " },
	[RESOLVER_DEAD] = { TERM_BAD, "MAIL WAITS: " },
};

static enum resolver_state
resolver_state(const struct json_object *resolver)
{
	const char *text = json_text(resolver, "state");
	size_t i;

	for (i = 0; i < COUNT_OF(resolver_states); i++)
		if (strcmp(resolver_state_text((enum resolver_state)i), text) == 0)
			return (enum resolver_state)i;
	return RESOLVER_UNKNOWN;
}

static void
add_resolver(struct table *table, const struct json_object *resolver)
{
	enum resolver_state state = resolver_state(resolver);
	const char *detail = json_text(resolver, "detail");
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "%s%s %s", resolver_states[state].loud,
	    json_text(resolver, "servers"), json_text(resolver, "state"));
	if (detail[0] != '\0')
		strbuf_addf(&text, " (%s)", detail);
	strbuf_adds(&text, ", since ");
	when_add(&text, json_number(resolver, "since_epoch"));
	add_line(table, "resolver", resolver_states[state].style, &text);
}

static void
add_store(struct table *table, const struct json_object *store)
{
	bool is_healthy = json_flag(store, "is_healthy");
	struct strbuf text = STRBUF_INIT;

	if (!json_flag(store, "is_open")) {
		strbuf_adds(&text,
		    "NOT OPEN: policies and exceptions are not kept over a restart");
	} else if (!is_healthy) {
		strbuf_addf(
		    &text, "CANNOT BE WRITTEN: %s, since ", json_text(store, "error"));
		when_add(&text, json_number(store, "failing_since_epoch"));
		strbuf_addf(&text, "; %lld changes wait, %lld lost",
		    number(store, "queued"), number(store, "dropped"));
	} else {
		strbuf_addf(&text, "healthy: %lld changes written, %lld waiting",
		    number(store, "written"), number(store, "queued"));
	}
	add_line(table, "store", is_healthy ? TERM_GOOD : TERM_BAD, &text);
}

static void
add_questions(struct table *table, const struct json_object *questions)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text,
	    "%lld: %lld answered from memory, %lld looked up, %lld of them not in time; "
	    "%lld waiting",
	    number(questions, "asked"), number(questions, "hits"),
	    number(questions, "misses"), number(questions, "late"),
	    number(questions, "waiting"));
	add_line(table, "questions", TERM_PLAIN, &text);
}

static void
add_verdicts(struct table *table, const struct json_object *verdicts)
{
	struct strbuf text = STRBUF_INIT;

#define X(name, word, meaning)                                                         \
	if (number(verdicts, word) > 0)                                                \
		strbuf_addf(&text, "%s%s %lld", text.len > 0 ? ", " : "", word,        \
		    number(verdicts, word));
	VERDICTS(X)
#undef X
	if (text.len == 0)
		strbuf_adds(&text, "none yet");
	add_line(table, "verdicts", TERM_PLAIN, &text);
}

static void
add_cache(struct table *table, const struct json_object *cache)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "%lld policies (%lld KiB), %lld next-hops; %lld pushed out",
	    number(cache, "policies"), (number(cache, "policy_bytes") + 1023) / 1024,
	    number(cache, "routes"), number(cache, "evicted"));
	add_line(table, "cache", TERM_PLAIN, &text);
}

static void
add_lookups(struct table *table, const struct json_object *lookups)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text,
	    "%lld DNS queries, %lld policy fetches, %lld of them failed; %lld under way",
	    number(lookups, "dns_queries"), number(lookups, "fetches"),
	    number(lookups, "fetch_failures"), number(lookups, "under_way"));
	add_line(table, "lookups", TERM_PLAIN, &text);
}

/* --- sessions and reports ---------------------------------------------------------------- */

static void
add_events(struct table *table, const struct json_object *events)
{
	bool is_healthy = json_flag(events, "is_journal_healthy");
	struct strbuf text = STRBUF_INIT;

	if (!is_healthy)
		strbuf_addf(&text,
		    "THE JOURNAL CANNOT BE WRITTEN: %s, %lld kept in memory; ",
		    json_text(events, "error"), number(events, "in_memory"));
	strbuf_addf(&text, "%lld taken in, %lld waiting for a probe, %lld not readable",
	    number(events, "accepted"), number(events, "waiting"),
	    number(events, "rejected"));
	if (number(events, "lost") > 0)
		strbuf_addf(&text, ", %lld LOST", number(events, "lost"));
	add_line(table, "events", is_healthy ? TERM_PLAIN : TERM_BAD, &text);
}

static void
add_today(struct table *table, const struct json_object *today)
{
	const struct json_object *results = json_member(today, "results");
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "%lld sessions with %lld domains, %lld of them failed",
	    number(today, "successes") + number(today, "failures"),
	    number(today, "domains"), number(today, "failures"));
#define X(name, code, word)                                                            \
	if (number(results, word) > 0)                                                 \
		strbuf_addf(&text, ", %s %lld", word, number(results, word));
	TLS_RESULTS(X)
#undef X
	add_line(table, "today", TERM_PLAIN, &text);
}

static void
add_outgoing(struct table *table, const struct json_object *reports)
{
	long long given_up = number(reports, "given-up");
	struct strbuf text = STRBUF_INIT;

	if (!json_flag(reports, "is_on")) {
		strbuf_adds(&text, "not sent: [report] contact is not set");
		add_line(table, "reports", TERM_WARN, &text);
		return;
	}
	strbuf_addf(&text, "%lld sent, %lld waiting, %lld given up; next day closes ",
	    number(reports, "sent"), number(reports, "waiting"), given_up);
	when_add(&text, json_number(reports, "next_close_epoch"));
	add_line(table, "reports", given_up > 0 ? TERM_WARN : TERM_PLAIN, &text);
}

static void
print_worst(const struct json_object *today)
{
	static const char *const heads[] = { "failing today", "failed", "good" };
	size_t i, count = json_count(today, "worst");
	const struct json_object *domain;
	struct table table;

	if (count == 0)
		return;
	putchar('\n');
	table_init(&table, COUNT_OF(heads), heads);
	for (i = 0; i < count; i++) {
		domain = json_item(today, "worst", i);
		table_add(&table, TERM_BOLD, "%s", json_text(domain, "domain"));
		table_add(&table, TERM_BAD, "%lld", number(domain, "failures"));
		table_add(&table, TERM_PLAIN, "%lld", number(domain, "successes"));
	}
	table_print(&table, 2);
}

static void
print(const struct json_object *status)
{
	struct table table;

	print_headline(status);
	table_init(&table, 2, NULL);
	add_resolver(&table, json_member(status, "resolver"));
	add_store(&table, json_member(status, "store"));
	add_questions(&table, json_member(status, "questions"));
	add_verdicts(&table, json_member(status, "verdicts"));
	add_cache(&table, json_member(status, "cache"));
	add_lookups(&table, json_member(status, "lookups"));
	if (json_has(status, "events"))
		add_events(&table, json_member(status, "events"));
	if (json_has(status, "today"))
		add_today(&table, json_member(status, "today"));
	if (json_has(status, "reports"))
		add_outgoing(&table, json_member(status, "reports"));
	table_print(&table, 2);
	print_worst(json_member(status, "today"));
	if (json_count(status, "overrides") > 0)
		putchar('\n');
	overrides_print(status);
}

enum exit_code
status_command(const struct args *args)
{
	struct json_object *status;
	enum exit_code code;

	if (args->wants_inbound)
		return inbound_command(args);
	if (args->count > 0) {
		complain("\"%s\": only --inbound takes DAYS", args->words[0]);
		return EXIT_USAGE;
	}
	code = ask(args, "status", &status);

	if (code != EXIT_YES)
		return code;
	if (args->as_json)
		json_print(status);
	else
		print(status);
	json_object_put(status);
	return EXIT_YES;
}
