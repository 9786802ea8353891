/*
 * hopseal tlsa retire: may the record of the old key go?  SPDX-License-Identifier: ISC
 *
 * One host after the other; the record goes when all of them are done with it.
 */
#include <json-c/json.h>

#include "cli/json.h"
#include "cli/rollover_show.h"
#include "show/complain.h"
#include "show/when.h"
#include "wire/put.h"

struct retire {
	const struct args *args;
	struct rollover_key old;
	enum rollover_verdict verdict; /* the worst of all hosts */
	struct strbuf records;         /* that may go, a line each */
	struct json_object *hosts;     /* NULL: as text */
};

/* --- the records ---------------------------------------------------------------------------------- */

/* Hosts may share theirs, by an alias. */
static void
add_record(struct strbuf *lines, const struct domain *owner, const struct tlsa *record)
{
	struct strbuf line = STRBUF_INIT;

	strbuf_addf(&line, "%s. IN TLSA ", owner->text);
	tlsa_add_text(&line, record);
	strbuf_adds(&line, "\n");
	if (strstr(strbuf_str(lines), strbuf_str(&line)) == NULL)
		strbuf_adds(lines, strbuf_str(&line));
	strbuf_clear(&line);
}

static void
add_records(struct strbuf *lines, const struct rollover_seen *seen,
    const struct rollover_answer *a)
{
	size_t i;

	for (i = 0; i < a->count; i++)
		add_record(lines, &seen->zone->reply.owner, a->old[i]);
}

/* "remove from the zone", and an indented line for each. */
static void
add_summary(
    struct strbuf *out, enum rollover_verdict verdict, const struct strbuf *records)
{
	const char *line = strbuf_str(records);

	if (verdict != ROLLOVER_GO)
		strbuf_adds(out, "keep the old record");
	else if (*line == '\0')
		strbuf_adds(out, "there is nothing to remove");
	else
		strbuf_adds(out, "remove from the zone");
	for (; verdict == ROLLOVER_GO && *line != '\0'; line += strcspn(line, "\n") + 1)
		strbuf_addf(out, "\n  %.*s", (int)strcspn(line, "\n"), line);
}

static struct json_object *
records_json(const struct strbuf *records)
{
	struct json_object *array = json_object_new_array();
	const char *line = strbuf_str(records);

	for (; *line != '\0'; line += strcspn(line, "\n") + 1)
		json_object_array_add(
		    array, json_object_new_string_len(line, (int)strcspn(line, "\n")));
	return array;
}

/* --- one host ------------------------------------------------------------------------------------- */

static bool
is_one(const struct retire *r)
{
	return r->args->count == 1;
}

static void
show(struct retire *r, const struct rollover_seen *seen,
    const struct rollover_answer *answer)
{
	struct strbuf records = STRBUF_INIT, headline = STRBUF_INIT;
	struct rollover_shown shown = {
		.seen = seen, .key = &r->old, .is_leaving = true, .answer = answer
	};

	add_records(&records, seen, answer);
	add_records(&r->records, seen, answer);
	if (!is_one(r) && answer->verdict == ROLLOVER_GO)
		strbuf_adds(&headline, "does without the old record");
	else
		add_summary(&headline, answer->verdict, &records);
	shown.headline = strbuf_str(&headline);
	if (r->hosts != NULL) {
		struct json_object *o = rollover_json(&shown);

		json_object_object_add(o, "old_records", records_json(&records));
		json_object_array_add(r->hosts, o);
	} else {
		rollover_print(&shown, r->args->is_quiet);
	}
	strbuf_clear(&records);
	strbuf_clear(&headline);
}

/* What is broken is worse than what is not known, as in a check. */
static void
add_verdict(struct retire *r, enum rollover_verdict verdict)
{
	if (r->verdict != ROLLOVER_BROKEN && verdict != ROLLOVER_GO)
		r->verdict = verdict;
}

static enum exit_code
on_look(const struct rollover_seen *seen, void *arg)
{
	struct retire *r = arg;
	struct rollover_host host = {
		.zone = seen->zone,
		.base = seen->base,
		.count = seen->shown->count,
		.seen = seen->shown->seen,
		.left_out = seen->shown->left_out,
		.is_half = seen->shown->host->is_half,
		.is_shared = is_one(r),
	};
	struct rollover_answer answer;

	rollover_retire(&host, &r->old, when_now(), &answer);
	show(r, seen, &answer);
	add_verdict(r, answer.verdict);
	rollover_answer_clear(&answer);
	return EXIT_YES;
}

static enum exit_code
look_at(struct retire *r, const char *word)
{
	struct next_hop host;
	enum exit_code code = rollover_operands(word, r->args->old, &host, &r->old);

	if (code != EXIT_YES)
		return code;
	code = rollover_look(r->args, &host, HOST_ADDRESSES_MAX, on_look, r);
	rollover_key_clear(&r->old);
	return code;
}

/* --- all of them ---------------------------------------------------------------------------------- */

static void
print_all_json(struct retire *r, const char *summary)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "verdict", rollover_verdict_word(r->verdict));
	put_text(o, "summary", summary);
	json_object_object_add(o, "old_records", records_json(&r->records));
	json_object_object_add(o, "hosts", json_object_get(r->hosts));
	json_print(o);
	json_object_put(o);
}

/* Behind several hosts, what comes of all of them. */
static void
show_all(struct retire *r)
{
	struct strbuf summary = STRBUF_INIT;

	add_summary(&summary, r->verdict, &r->records);
	if (r->hosts != NULL)
		print_all_json(r, strbuf_str(&summary));
	else if (!r->args->is_quiet || r->verdict != ROLLOVER_GO)
		rollover_print_verdict(r->verdict, "all hosts", strbuf_str(&summary));
	strbuf_clear(&summary);
}

static enum exit_code
look_at_all(struct retire *r)
{
	enum exit_code code = EXIT_YES;
	size_t i;

	for (i = 0; code == EXIT_YES && i < r->args->count; i++)
		code = look_at(r, r->args->words[i]);
	if (code != EXIT_YES)
		return code;
	if (!is_one(r))
		show_all(r);
	else if (r->hosts != NULL)
		json_print(json_object_array_get_idx(r->hosts, 0));
	return rollover_exit_code(r->verdict);
}

enum exit_code
tlsa_retire_command(const struct args *args)
{
	struct retire r = { .args = args, .verdict = ROLLOVER_GO };
	enum exit_code code;

	if (args->old == NULL) {
		complain("tlsa retire wants --old FILE, the old certificate or key");
		return EXIT_USAGE;
	}
	if (args->as_json)
		r.hosts = json_object_new_array();
	code = look_at_all(&r);
	json_object_put(r.hosts);
	strbuf_clear(&r.records);
	return code;
}
