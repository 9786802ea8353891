/*
 * hopseal explain: what was asked, what came, which rule.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "cli/ask.h"
#include "cli/json.h"
#include "cli/term.h"
#include "cli/verdicts.h"
#include "cli/when.h"

#define INDENT 5 /* behind the step's number */

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

/*
 *  3  mx1.example.org A                              secure    1 h     12 ms
 *     192.0.2.1, 192.0.2.2
 *     RFC 7672, 2.2.2
 */
static void
print_step(const struct json_object *step, size_t number)
{
	const char *security = json_text(step, "security"),
		   *rule = json_text(step, "rule");
	struct strbuf ttl = STRBUF_INIT;

	printf("%3zu  ", number);
	if (json_number(step, "ttl_s") > 0)
		when_add_duration(&ttl, json_number(step, "ttl_s"));
	term_put(TERM_BOLD, json_text(step, "what"), term_width() - INDENT - 30);
	printf("  ");
	term_put(style_of(security), security, 10);
	term_put(TERM_PLAIN, strbuf_str(&ttl), 10);
	printf("%5lld ms\n", (long long)json_number(step, "ms"));
	strbuf_clear(&ttl);
	printf("%*s", INDENT, "");
	term_wrap(TERM_PLAIN, json_text(step, "came"), INDENT);
	if (rule[0] != '\0') {
		printf("%*s", INDENT, "");
		term_wrap(TERM_DIM, rule, INDENT);
	}
}

static void
print(const struct json_object *explanation)
{
	size_t i, count = json_count(explanation, "steps");

	for (i = 0; i < count; i++)
		print_step(json_item(explanation, "steps", i), i + 1);
	putchar('\n');
	verdicts_print(json_member(explanation, "answer"));
}

enum exit_code
explain_command(const struct args *args)
{
	struct strbuf request = STRBUF_INIT;
	struct json_object *explanation = NULL;
	enum exit_code code = EXIT_USAGE;

	strbuf_adds(&request, "explain");
	if (ask_add_word(&request, args->words[0]))
		code = ask(args, request.data, &explanation);
	if (code == EXIT_YES) {
		code = verdicts_code(json_member(explanation, "answer"));
		if (args->as_json)
			json_print(explanation);
		else
			print(explanation);
	}
	json_object_put(explanation);
	strbuf_clear(&request);
	return code;
}
