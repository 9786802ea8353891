/* SPDX-License-Identifier: ISC */
#include "cli/verdicts.h"

#include "cli/json.h"
#include "show/table.h"
#include "show/when.h"
#include "wire/answer.h"

#define PATTERNS_SHOWN 8

static const enum term_style styles[] = {
	[VERDICT_DANE] = TERM_GOOD,
	[VERDICT_STS] = TERM_GOOD,
	[VERDICT_ENCRYPT] = TERM_WARN,
	[VERDICT_MAY] = TERM_WARN,
	[VERDICT_SKIP] = TERM_BAD,
	[VERDICT_DEFER] = TERM_BAD,
	[VERDICT_REJECT] = TERM_BAD,
};

static enum term_style
style_of(const char *word)
{
	size_t i;

	for (i = 0; i < COUNT_OF(styles); i++)
		if (strcmp(verdict_word((enum verdict)i), word) == 0)
			return styles[i];
	return TERM_PLAIN;
}

/* "MTA-STS policy, mode enforce (RFC 8461, 5): what a lookup said" */
static void
add_reason(struct strbuf *out, const struct json_object *o)
{
	const char *detail = json_text(o, "detail");

	strbuf_addf(out, "%s (%s)", json_text(o, "reason"), json_text(o, "section"));
	if (detail[0] != '\0')
		strbuf_addf(out, ": %s", detail);
}

static void
print_line(enum term_style style, struct strbuf *text)
{
	term_indent(2);
	term_wrap(style, strbuf_str(text), 4);
	strbuf_clear(text);
}

static void
print_headline(const struct json_object *answer)
{
	const char *verdict = json_text(answer, "verdict");
	struct strbuf text = STRBUF_INIT;

	term_put(TERM_BOLD, json_text(answer, "next-hop"), 0);
	term_put(TERM_PLAIN, ": ", 0);
	term_put(style_of(verdict), verdict, 0);
	putchar('\n');
	add_reason(&text, answer);
	print_line(TERM_PLAIN, &text);
}

static void
print_policy(const struct json_object *policy)
{
	size_t i, count = json_count(policy, "mx");
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "MTA-STS policy: mode %s, mx", json_text(policy, "mode"));
	for (i = 0; i < count && i < PATTERNS_SHOWN; i++)
		strbuf_addf(&text, " %s", json_string_at(policy, "mx", i));
	if (count > PATTERNS_SHOWN)
		strbuf_addf(&text, " and %zu more", count - PATTERNS_SHOWN);
	print_line(TERM_PLAIN, &text);
}

static void
print_circumstances(const struct json_object *answer)
{
	struct strbuf text = STRBUF_INIT;

	if (json_count(answer, "hosts") > 0)
		strbuf_addf(&text, "MX lookup %s%s; ",
		    json_flag(answer, "mx-secure") ? "secure" : "insecure",
		    json_flag(answer, "mx-implicit") ? ", no MX record used" : "");
	strbuf_adds(&text, "good for ");
	when_add_duration(&text, json_number(answer, "ttl"));
	print_line(TERM_PLAIN, &text);
	if (json_has(answer, "sts"))
		print_policy(json_member(answer, "sts"));
	if (json_flag(answer, "override")) {
		strbuf_adds(&text,
		    "an exception of the operator had a say (hopseal override list)");
		print_line(TERM_WARN, &text);
	}
}

static void
print_hosts(const struct json_object *answer)
{
	static const char *const heads[] = { "pref", "host", "verdict", "reason" };
	size_t i, count = json_count(answer, "hosts");
	struct strbuf reason = STRBUF_INIT;
	struct table table;

	if (count == 0)
		return;
	putchar('\n');
	table_init(&table, COUNT_OF(heads), heads);
	for (i = 0; i < count; i++) {
		const struct json_object *host = json_item(answer, "hosts", i);
		const char *verdict = json_text(host, "verdict");

		strbuf_reset(&reason);
		add_reason(&reason, host);
		table_add(&table, TERM_PLAIN, "%lld",
		    (long long)json_number(host, "preference"));
		table_add(&table, TERM_PLAIN, "%s", json_text(host, "name"));
		table_add(&table, style_of(verdict), "%s", verdict);
		table_add(&table, TERM_PLAIN, "%s", strbuf_str(&reason));
	}
	table_print(&table, 2);
	strbuf_clear(&reason);
}

/* "mx.example.org, seen by a probe: its verdict holds, WebPKI does not: chain not trusted" */
static void
print_seen(const struct json_object *answer)
{
	size_t i, count = json_count(answer, "hosts");
	struct strbuf text = STRBUF_INIT;

	for (i = 0; i < count; i++) {
		const struct json_object *host = json_item(answer, "hosts", i);
		const char *seen = json_text(host, "seen");

		if (!json_has(host, "standing"))
			continue;
		strbuf_addf(&text, "%s, seen by a probe: %s", json_text(host, "name"),
		    json_text(host, "standing-text"));
		if (seen[0] != '\0')
			strbuf_addf(&text, ": %s", seen);
		print_line(TERM_PLAIN, &text);
	}
}

/* A next-hop that is never looked up has a "why" instead. */
static void
print_unasked(const struct json_object *answer)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(
	    &text, "%s: %s", json_text(answer, "next_hop"), json_text(answer, "why"));
	term_wrap(TERM_PLAIN, strbuf_str(&text), 2);
	strbuf_clear(&text);
}

void
verdicts_print(const struct json_object *answer)
{
	if (json_has(answer, "why")) {
		print_unasked(answer);
		return;
	}
	print_headline(answer);
	print_circumstances(answer);
	print_hosts(answer);
	print_seen(answer);
}

enum exit_code
verdicts_code(const struct json_object *answer)
{
	const char *verdict = json_text(answer, "verdict");

	return strcmp(verdict, verdict_word(VERDICT_DEFER)) == 0 ||
		       strcmp(verdict, verdict_word(VERDICT_REJECT)) == 0
		   ? EXIT_NO
		   : EXIT_YES;
}
