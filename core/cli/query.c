/*
 * hopseal query: the verdict, as the MTA would get it.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "cli/ask.h"
#include "cli/json.h"
#include "cli/operand.h"
#include "cli/verdicts.h"

/* A reply that makes mail wait is a "no", one that sets no policy is not. */
static enum exit_code
reply_code(const struct json_object *reply)
{
	const char *code = json_text(reply, "code");

	return strcmp(code, "TEMP") == 0 || strcmp(code, "PERM") == 0 ? EXIT_NO
								      : EXIT_YES;
}

/* The payload of the netstring that the MTA gets.  The dialect "json" comes unpacked. */
static void
print_reply(struct json_object *reply)
{
	if (json_has(reply, "code"))
		printf("%s %s\n", json_text(reply, "code"), json_text(reply, "text"));
	else
		printf("OK %s\n",
		    json_object_to_json_string_ext(reply,
			JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

static enum exit_code
show(const struct args *args, struct json_object *answer)
{
	if (args->as_json)
		json_print(answer);
	else if (args->dialect != NULL)
		print_reply(answer);
	else
		verdicts_print(answer);
	return args->dialect != NULL ? reply_code(answer) : verdicts_code(answer);
}

enum exit_code
query_command(const struct args *args)
{
	struct strbuf request = STRBUF_INIT;
	struct json_object *answer = NULL;
	enum exit_code code = EXIT_USAGE;

	strbuf_adds(&request, "query");
	if (operand_add_next_hop(&request, args->words[0]) &&
	    (args->dialect == NULL || operand_add_word(&request, args->dialect)))
		code = ask(args, request.data, &answer);
	if (code == EXIT_YES)
		code = show(args, answer);
	json_object_put(answer);
	strbuf_clear(&request);
	return code;
}
