/*
 * hopseal tlsa ready: may the server show its next key?  SPDX-License-Identifier: ISC
 *
 * The gate before a certificate is installed (RFC 7671, 8.1; RFC 7672, 4).
 */
#include <json-c/json.h>

#include "cli/json.h"
#include "cli/rollover_show.h"
#include "cli/rollover_state.h"
#include "show/complain.h"
#include "show/when.h"
#include "wire/put.h"

struct ready {
	const struct args *args;
	struct next_hop host;
	struct rollover_key next;
};

static void
add_headline(struct strbuf *out, const struct ready *r, const struct rollover_answer *a)
{
	time_t now = when_now();

	switch (a->verdict) {
	case ROLLOVER_GO:
		strbuf_addf(out,
		    "install %s now; then \"hopseal tlsa check %s\", and \"hopseal "
		    "tlsa retire\" before the old record goes",
		    r->args->next, r->args->words[0]);
		break;
	case ROLLOVER_WAIT:
		strbuf_adds(out, "not before ");
		rollover_add_moment(out, a->until);
		strbuf_adds(out, ", in ");
		when_add_duration(out, a->until - now);
		strbuf_addf(out,
		    ": every name server has the record, but not yet for two TTLs of "
		    "%u s; keep the old key, and ask again then",
		    (unsigned)a->ttl_s);
		break;
	case ROLLOVER_BROKEN:
		strbuf_adds(out, "keep the old key");
		break;
	case ROLLOVER_UNSURE:
		strbuf_adds(out, "keep the old key, and ask again later");
		break;
	}
}

static void
print_json(const struct rollover_shown *shown)
{
	const struct rollover_answer *a = shown->answer;
	struct json_object *o = rollover_json(shown);
	struct strbuf text = STRBUF_INIT;

	if (a->record != NULL) {
		tlsa_add_text(&text, a->record);
		put_text(o, "record", strbuf_str(&text));
		put_number(o, "ttl", a->ttl_s);
		PUT_TIME(o, "since", a->since);
		PUT_TIME(o, "until", a->until);
	}
	json_print(o);
	json_object_put(o);
	strbuf_clear(&text);
}

static void
show(const struct ready *r, const struct rollover_seen *seen,
    const struct rollover_answer *answer)
{
	struct strbuf headline = STRBUF_INIT;
	struct rollover_shown shown = {
		.seen = seen, .key = &r->next, .answer = answer
	};

	add_headline(&headline, r, answer);
	shown.headline = strbuf_str(&headline);
	if (r->args->as_json)
		print_json(&shown);
	else
		rollover_print(&shown, r->args->is_quiet);
	strbuf_clear(&headline);
}

static enum exit_code
on_look(const struct rollover_seen *seen, void *arg)
{
	const struct ready *r = arg;
	struct rollover_state state;
	struct rollover_answer answer;
	enum exit_code code = EXIT_FAILED;

	if (!rollover_state_open(r->args->state, &state))
		return EXIT_FAILED;
	rollover_ready(
	    seen->zone, seen->base, &r->next, &state.memory, when_now(), &answer);
	/* What is not remembered does not count: the next run would begin anew. */
	if (rollover_state_save(&state)) {
		show(r, seen, &answer);
		code = rollover_exit_code(answer.verdict);
	}
	rollover_answer_clear(&answer);
	rollover_state_close(&state);
	return code;
}

enum exit_code
tlsa_ready_command(const struct args *args)
{
	struct ready r = { .args = args };
	enum exit_code code;

	if (args->next == NULL) {
		complain("tlsa ready wants --next FILE, the next certificate or key");
		return EXIT_USAGE;
	}
	code = rollover_operands(args->words[0], args->next, &r.host, &r.next);
	if (code == EXIT_YES)
		code = rollover_look(args, &r.host, 0, on_look, &r);
	rollover_key_clear(&r.next);
	return code;
}
