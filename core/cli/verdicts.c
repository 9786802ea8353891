/* SPDX-License-Identifier: ISC */
#include "cli/verdicts.h"

#include "cli/json.h"
#include "cli/table.h"
#include "cli/when.h"
#include "wire/answer.h"

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
print_headline(const struct json_object *answer)
{
	const char *verdict = json_text(answer, "verdict");
	struct strbuf text = STRBUF_INIT;

	term_put(TERM_BOLD, json_text(answer, "next-hop"), 0);
	term_put(TERM_PLAIN, ": ", 0);
	term_put(style_of(verdict), verdict, 0);
	putchar('\n');
	strbuf_adds(&text, "  ");
	add_reason(&text, answer);
	term_wrap(TERM_PLAIN, strbuf_str(&text), 2);
	strbuf_clear(&text);
}

static void
print_policy(const struct json_object *policy)
{
	struct strbuf text = STRBUF_INIT;
	size_t i;

	strbuf_addf(&text, "  MTA-STS: mode %s,", json_text(policy, "mode"));
	for (i = 0; i < json_count(policy, "mx"); i++)
		strbuf_addf(&text, " %s", json_string_at(policy, "mx", i));
	term_wrap(TERM_PLAIN, strbuf_str(&text), 4);
	strbuf_clear(&text);
}

static void
print_circumstances(const struct json_object *answer)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "  MX lookup: %s%s; good for ",
	    json_flag(answer, "mx-secure") ? "secure" : "insecure",
	    json_flag(answer, "mx-implicit") ? ", no MX record used" : "");
	when_add_duration(&text, json_number(answer, "ttl"));
	term_wrap(TERM_PLAIN, strbuf_str(&text), 4);
	strbuf_clear(&text);
	if (json_has(answer, "sts"))
		print_policy(json_member(answer, "sts"));
	if (json_flag(answer, "override"))
		term_wrap(TERM_WARN,
		    "  an exception of the operator had a say (hopseal override list)",
		    4);
}

static void
print_hosts(const struct json_object *answer)
{
	static const char *const heads[] = { "MX", "host", "verdict", "reason" };
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
