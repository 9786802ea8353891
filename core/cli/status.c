/*
 * hopseal status: the daemon, and whether its resolver can be believed.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "cli/ask.h"
#include "cli/json.h"
#include "cli/overrides.h"
#include "cli/status_line.h"
#include "cli/status_reports.h"
#include "lookup/engine.h"
#include "show/complain.h"
#include "show/when.h"
#include "watch/watch_outcome.h"
#include "wire/answer.h"

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
	status_line_add(table, "resolver", resolver_states[state].style, &text);
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
		    status_number(store, "queued"), status_number(store, "dropped"));
	} else {
		strbuf_addf(&text, "healthy: %lld changes written, %lld waiting",
		    status_number(store, "written"), status_number(store, "queued"));
	}
	status_line_add(table, "store", is_healthy ? TERM_GOOD : TERM_BAD, &text);
}

static void
add_questions(struct table *table, const struct json_object *questions)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text,
	    "%lld: %lld answered from memory, %lld looked up, %lld of them not in time; "
	    "%lld waiting",
	    status_number(questions, "asked"), status_number(questions, "hits"),
	    status_number(questions, "misses"), status_number(questions, "late"),
	    status_number(questions, "waiting"));
	status_line_add(table, "questions", TERM_PLAIN, &text);
}

static void
add_verdicts(struct table *table, const struct json_object *verdicts)
{
	struct strbuf text = STRBUF_INIT;

#define X(name, word, meaning)                                                         \
	if (status_number(verdicts, word) > 0)                                         \
		strbuf_addf(&text, "%s%s %lld", text.len > 0 ? ", " : "", word,        \
		    status_number(verdicts, word));
	VERDICTS(X)
#undef X
	if (text.len == 0)
		strbuf_adds(&text, "none yet");
	status_line_add(table, "verdicts", TERM_PLAIN, &text);
}

static void
add_cache(struct table *table, const struct json_object *cache)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "%lld policies (%lld KiB), %lld next-hops; %lld pushed out",
	    status_number(cache, "policies"),
	    (status_number(cache, "policy_bytes") + 1023) / 1024,
	    status_number(cache, "routes"), status_number(cache, "evicted"));
	status_line_add(table, "cache", TERM_PLAIN, &text);
}

static void
add_lookups(struct table *table, const struct json_object *lookups)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text,
	    "%lld DNS queries, %lld policy fetches, %lld of them failed; %lld under way",
	    status_number(lookups, "dns_queries"), status_number(lookups, "fetches"),
	    status_number(lookups, "fetch_failures"),
	    status_number(lookups, "under_way"));
	status_line_add(table, "lookups", TERM_PLAIN, &text);
}

/* "3 domains: 1 broken, 2 good; of 1 the command could not be told yet" */
static void
add_watch(struct table *table, const struct json_object *watch)
{
	const struct json_object *outcomes = json_member(watch, "outcomes");
	long long domains = status_number(watch, "domains"),
		  untold = status_number(watch, "untold");
	enum term_style style = TERM_GOOD;
	struct strbuf text = STRBUF_INIT;
	const char *parting = ": ";
	int i;

	strbuf_addf(&text, "%lld domain%s", domains, domains == 1 ? "" : "s");
	for (i = WATCH_BROKEN; i >= WATCH_UNKNOWN; i--) {
		const char *word = watch_outcome_word((enum watch_outcome)i);

		if (status_number(outcomes, word) == 0)
			continue;
		strbuf_addf(
		    &text, "%s%lld %s", parting, status_number(outcomes, word), word);
		parting = ", ";
		if (i == WATCH_BROKEN)
			style = TERM_BAD;
		else if (i != WATCH_GOOD && style == TERM_GOOD)
			style = TERM_WARN;
	}
	if (untold > 0)
		strbuf_addf(
		    &text, "; of %lld the command could not be told yet", untold);
	status_line_add(table, "watch", style, &text);
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
	status_reports_add(&table, status);
	if (json_has(status, "watch"))
		add_watch(&table, json_member(status, "watch"));
	table_print(&table, 2);
	status_worst_print(status);
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
