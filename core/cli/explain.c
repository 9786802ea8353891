/*
 * hopseal explain: what was asked, what came, which rule.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "cli/ask.h"
#include "cli/json.h"
#include "cli/operand.h"
#include "cli/verdicts.h"
#include "show/term.h"
#include "show/when.h"

#define INDENT 5  /* behind the step's number */
#define RIGHT  30 /* columns for security, TTL and time */

static const struct {
	const char *word;
	enum term_style style;
} securities[] = {
	{ "secure", TERM_GOOD },
	{ "insecure", TERM_WARN },
	{ "error", TERM_BAD },
};

static enum term_style
style_of(const char *security)
{
	size_t i;

	for (i = 0; i < COUNT_OF(securities); i++)
		if (strcmp(securities[i].word, security) == 0)
			return securities[i].style;
	return TERM_PLAIN;
}

/* Records, one a line: what came of a DNS question has them separated by ", ". */
static void
print_records(const char *came)
{
	struct strbuf record = STRBUF_INIT;
	const char *end;

	for (; came != NULL; came = end != NULL ? end + 2 : NULL) {
		end = strstr(came, ", ");
		strbuf_reset(&record);
		strbuf_add(
		    &record, came, end != NULL ? (size_t)(end - came) : strlen(came));
		term_indent(INDENT);
		term_wrap(TERM_PLAIN, strbuf_str(&record), INDENT);
	}
	strbuf_clear(&record);
}

static void
print_indented(enum term_style style, const char *text)
{
	if (text[0] == '\0')
		return;
	term_indent(INDENT);
	term_wrap(style, text, INDENT);
}

/*
 *  3  mx1.example.org A                              secure    1 h         12 ms
 *     192.0.2.1
 *     192.0.2.2
 *     MX host address (RFC 7672, 2.2.2)
 */
static void
print_step(const struct json_object *step, size_t number)
{
	const char *security = json_text(step, "security");
	struct strbuf ttl = STRBUF_INIT;

	if (json_number(step, "ttl_s") > 0)
		when_add_duration(&ttl, json_number(step, "ttl_s"));
	printf("%*zu  ", INDENT - 2, number);
	term_put(TERM_BOLD, json_text(step, "what"), term_width() - INDENT - RIGHT);
	term_put(TERM_PLAIN, " ", 0);
	term_put(style_of(security), security, 10);
	term_put(TERM_PLAIN, strbuf_str(&ttl), 10);
	printf("%6lld ms\n", (long long)json_number(step, "ms"));
	strbuf_clear(&ttl);
	if (security[0] != '\0')
		print_records(json_text(step, "came"));
	else
		print_indented(TERM_PLAIN, json_text(step, "came"));
	print_indented(TERM_DIM, json_text(step, "rule"));
}

/* A next-hop that is never looked up has no steps: the whole is the answer. */
static struct json_object *
answer_of(struct json_object *explanation)
{
	struct json_object *answer;

	return json_object_object_get_ex(explanation, "answer", &answer) ? answer
									 : explanation;
}

static void
print(struct json_object *explanation)
{
	size_t i, count = json_count(explanation, "steps");

	for (i = 0; i < count; i++)
		print_step(json_item(explanation, "steps", i), i + 1);
	if (count > 0)
		putchar('\n');
	verdicts_print(answer_of(explanation));
}

enum exit_code
explain_command(const struct args *args)
{
	struct strbuf request = STRBUF_INIT;
	struct json_object *explanation = NULL;
	enum exit_code code = EXIT_USAGE;

	strbuf_adds(&request, "explain");
	if (operand_add_next_hop(&request, args->words[0]))
		code = ask(args, request.data, &explanation);
	if (code == EXIT_YES) {
		code = verdicts_code(answer_of(explanation));
		if (args->as_json)
			json_print(explanation);
		else
			print(explanation);
	}
	json_object_put(explanation);
	strbuf_clear(&request);
	return code;
}
