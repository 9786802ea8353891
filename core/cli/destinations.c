/* SPDX-License-Identifier: ISC */
#include "cli/destinations.h"

#include "cli/json.h"
#include "show/term.h"
#include "show/when.h"

#define INDENT      2
#define STATE_WIDTH 10 /* "given-up" and a gap */

static const char *
times(int64_t n)
{
	return n == 1 ? "time" : "times";
}

static void
add_attempts(struct strbuf *text, const struct json_object *d, const char *parting)
{
	int64_t n = json_number(d, "attempts");

	strbuf_addf(text, "tried %lld %s%s", (long long)n, times(n), parting);
}

/* "2026-11-22 04:14 UTC (2 h ago)" */
static void
say_sent(struct strbuf *text, const struct json_object *d)
{
	when_add(text, json_number(d, "last_epoch"));
}

/* "leaves ...", "tried 2 times, again ..." */
static void
say_waiting(struct strbuf *text, const struct json_object *d)
{
	if (json_number(d, "attempts") == 0)
		strbuf_adds(text, "leaves ");
	else
		add_attempts(text, d, ", again ");
	when_add(text, json_number(d, "next_epoch"));
}

/* "tried 12 times, last ..." */
static void
say_given_up(struct strbuf *text, const struct json_object *d)
{
	add_attempts(text, d, ", last ");
	when_add(text, json_number(d, "last_epoch"));
}

static const struct state {
	const char *word;
	enum term_style style;
	void (*say)(struct strbuf *text, const struct json_object *destination);
	size_t sum; /* in struct destination_sums */
} states[] = {
	{ "sent", TERM_GOOD, say_sent, offsetof(struct destination_sums, sent) },
	{ "waiting", TERM_WARN, say_waiting,
	    offsetof(struct destination_sums, waiting) },
	{ "given-up", TERM_BAD, say_given_up,
	    offsetof(struct destination_sums, given_up) },
};

static const struct state *
find_state(const char *word)
{
	size_t i;

	for (i = 0; i < COUNT_OF(states); i++)
		if (strcmp(word, states[i].word) == 0)
			return &states[i];
	return NULL;
}

static void
print_one(const struct json_object *d, const struct state *state)
{
	const char *detail = json_text(d, "detail");
	struct strbuf text = STRBUF_INIT;

	term_indent(INDENT);
	term_put(state->style, state->word, STATE_WIDTH);
	term_put(TERM_PLAIN, json_text(d, "uri"), 0);
	putchar('\n');
	state->say(&text, d);
	if (detail[0] != '\0')
		strbuf_addf(&text, ": %s", detail);
	term_indent(INDENT + STATE_WIDTH);
	term_wrap(TERM_PLAIN, strbuf_str(&text), INDENT + STATE_WIDTH);
	strbuf_clear(&text);
}

void
destinations_print(const struct json_object *report, struct destination_sums *sums)
{
	size_t i;

	for (i = 0; i < json_count(report, "destinations"); i++) {
		const struct json_object *d = json_item(report, "destinations", i);
		const struct state *state = find_state(json_text(d, "state"));

		if (state == NULL)
			continue;
		print_one(d, state);
		++*(size_t *)((char *)sums + state->sum);
	}
}
