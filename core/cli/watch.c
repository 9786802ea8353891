/*
 * hopseal watch: the domains that the daemon looks at on a schedule.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/ask.h"
#include "cli/json.h"
#include "cli/operand.h"
#include "cli/outcome.h"
#include "cli/remark_list.h"
#include "show/complain.h"
#include "show/when.h"
#include "watch/watch_state.h"

#define POLL_S    1
#define POLLS_MAX 600 /* ten minutes, for a long list */

/* --- one domain ------------------------------------------------------------------------------- */

static enum watch_outcome
outcome_of(const struct json_object *watched)
{
	enum watch_outcome outcome = WATCH_UNKNOWN;

	if (watch_outcome_parse(json_text(watched, "outcome"), &outcome) != ST_OK)
		outcome = WATCH_UNKNOWN;
	return outcome;
}

/* What is not known yet could not be told. */
static enum remark_level
level_of(enum watch_outcome outcome)
{
	return outcome == WATCH_UNKNOWN ? REMARK_UNSURE
					: (enum remark_level)(outcome - WATCH_GOOD);
}

static void
add_ago(struct strbuf *out, const char *before, int64_t epoch, const char *behind)
{
	int64_t seconds = when_now() - epoch;

	strbuf_adds(out, before);
	when_add_duration(out, seconds > 0 ? seconds : 0);
	strbuf_adds(out, behind);
}

/* "broken: example.org, for 2 h 3 min, looked at 4 min ago" */
static void
print_headline(const struct json_object *w)
{
	enum watch_outcome outcome = outcome_of(w);
	struct strbuf rest = STRBUF_INIT;

	term_put(outcome_style(level_of(outcome)), json_text(w, "outcome"), 0);
	strbuf_addf(&rest, ": %s", json_text(w, "domain"));
	if (json_has(w, "since"))
		add_ago(&rest, ", for ", json_number(w, "since_epoch"), "");
	if (json_has(w, "looked"))
		add_ago(&rest, ", looked at ", json_number(w, "looked_epoch"), " ago");
	term_put(TERM_PLAIN, strbuf_str(&rest), 0);
	putchar('\n');
	strbuf_clear(&rest);
}

static enum remark_level
finding_level(const struct json_object *finding)
{
	int level;

	for (level = REMARK_NOTE; level < REMARK_BROKEN; level++)
		if (strcmp(remark_level_word((enum remark_level)level),
			json_text(finding, "level")) == 0)
			break;
	return (enum remark_level)level;
}

/* As "hopseal check -q" prints them. */
static void
print_findings(const struct json_object *w)
{
	size_t i, count = json_count(w, "findings");
	struct remark_kind *kinds = xcalloc(count + 1, sizeof(kinds[0]));
	struct remarks remarks = REMARKS_INIT;

	for (i = 0; i < count; i++) {
		const struct json_object *f = json_item(w, "findings", i);

		kinds[i] = (struct remark_kind){ finding_level(f), json_text(f, "word"),
			json_text(f, "why"), json_text(f, "remedy") };
		remarks_add(&remarks, &kinds[i], json_text(f, "about"), "%s",
		    json_text(f, "seen"));
	}
	remark_list_print(&remarks, REMARK_ADVICE, json_text(w, "domain"));
	remarks_clear(&remarks);
	free(kinds);
}

static void
print_command(const struct json_object *w)
{
	long long failures = (long long)json_number(w, "failures");
	struct strbuf text = STRBUF_INIT;

	if (failures == 0)
		return;
	strbuf_addf(&text, "%s: the command has failed %lld time%s: %s",
	    json_text(w, "domain"), failures, failures == 1 ? "" : "s",
	    json_text(w, "error"));
	term_put(TERM_BAD, strbuf_str(&text), 0);
	putchar('\n');
	strbuf_clear(&text);
}

/* --- all of them ------------------------------------------------------------------------------ */

static void
print(const struct json_object *answer)
{
	size_t i, count = json_count(answer, "domains");

	for (i = 0; i < count; i++) {
		const struct json_object *w = json_item(answer, "domains", i);

		print_headline(w);
		print_findings(w);
		print_command(w);
	}
}

static enum exit_code
code_of(const struct json_object *answer)
{
	enum remark_level worst = REMARK_NOTE, level;
	size_t i, count = json_count(answer, "domains");

	for (i = 0; i < count; i++) {
		level = level_of(outcome_of(json_item(answer, "domains", i)));
		if (level > worst)
			worst = level;
	}
	return outcome_code(worst);
}

static bool
is_looking(const struct json_object *answer)
{
	size_t i, count = json_count(answer, "domains");

	for (i = 0; i < count; i++)
		if (json_flag(json_item(answer, "domains", i), "is_looking"))
			return true;
	return false;
}

/* --- the command ------------------------------------------------------------------------------ */

/* "watch VERB [DOMAIN]"; what the daemon refuses could not be told. */
static enum exit_code
ask_about(const struct args *args, const char *verb, struct json_object **out)
{
	struct strbuf request = STRBUF_INIT;
	enum exit_code code = EXIT_UNSURE;

	*out = NULL;
	strbuf_addf(&request, "watch %s", verb);
	if (args->count == 0 || operand_add_domain(&request, args->words[0]))
		code = ask(args, request.data, out);
	strbuf_clear(&request);
	return code == EXIT_NO ? EXIT_UNSURE : code;
}

/* The daemon looks behind its reply. */
static enum exit_code
wait_for_looks(const struct args *args, struct json_object **out)
{
	enum exit_code code;
	unsigned polls = 0;

	for (;;) {
		code = ask_about(args, "list", out);
		if (code != EXIT_YES || !is_looking(*out))
			return code;
		if (polls++ == POLLS_MAX) {
			complain("not all looks have ended: what follows may be of the "
				 "ones before");
			return code;
		}
		json_object_put(*out);
		sleep(POLL_S);
	}
}

static enum exit_code
look_now(const struct args *args, struct json_object **out)
{
	struct json_object *started;
	enum exit_code code = ask_about(args, "look", &started);

	json_object_put(started);
	return code == EXIT_YES ? wait_for_looks(args, out) : code;
}

enum exit_code
watch_command(const struct args *args)
{
	struct json_object *answer = NULL;
	enum exit_code code;

	code = args->wants_now ? look_now(args, &answer)
			       : ask_about(args, "list", &answer);
	if (code != EXIT_YES)
		return code;
	if (args->as_json)
		json_print(answer);
	else
		print(answer);
	code = code_of(answer);
	if (json_count(answer, "domains") == 0) {
		complain("no domain is watched; hopseal.conf(5), section [watch], "
			 "tells how");
		code = EXIT_UNSURE;
	}
	json_object_put(answer);
	return code;
}
