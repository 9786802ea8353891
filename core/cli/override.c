/*
 * hopseal override: the operator's exceptions.  SPDX-License-Identifier: ISC
 */
#include "policy/override.h"

#include <json-c/json.h>

#include "cli/ask.h"
#include "cli/json.h"
#include "cli/operand.h"
#include "cli/overrides.h"
#include "control/moment.h"
#include "show/complain.h"
#include "show/term.h"
#include "show/when.h"

static bool
is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

static bool
check_reason(const char *reason)
{
	const char *p = reason;

	if (reason == NULL || reason[0] == '\0') {
		complain("an override wants a reason: -r REASON");
		return false;
	}
	while (*p != '\0' && !is_control(*p))
		p++;
	if (*p != '\0' || strlen(reason) > OVERRIDE_REASON_MAX) {
		complain(
		    "a reason is one line of at most %d octets", OVERRIDE_REASON_MAX);
		return false;
	}
	return true;
}

static bool
check_expiry(const char *expiry)
{
	struct why why;
	time_t expires;

	if (expiry == NULL) {
		complain(
		    "an override wants an end: -e EXPIRY, a day like 2027-01-31 or a time from "
		    "now like 14d");
		return false;
	}
	if (moment_parse(expiry, when_now(), &expires, &why) == ST_OK)
		return true;
	complain("-e: %s", why.text);
	return false;
}

static bool
check_action(const char *word)
{
	enum override_action action;

	if (override_action_parse(word, &action) == ST_OK)
		return true;
#define X(name, text, meaning) " " text
	complain("there is no action \"%s\"; there are" OVERRIDE_ACTIONS(X), word);
#undef X
	return false;
}

/* Ask, and print the answer as JSON or with print. */
static enum exit_code
run(const struct args *args, const char *request,
    void (*print)(const struct json_object *answer))
{
	struct json_object *answer;
	enum exit_code code = ask(args, request, &answer);

	if (code != EXIT_YES)
		return code;
	if (args->as_json)
		json_print(answer);
	else
		print(answer);
	json_object_put(answer);
	return EXIT_YES;
}

static void
print_added(const struct json_object *override)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "%s: %s until ", json_text(override, "pattern"),
	    json_text(override, "action"));
	when_add(&text, json_number(override, "expires_epoch"));
	term_wrap(TERM_PLAIN, strbuf_str(&text), 2);
	strbuf_clear(&text);
}

static void
print_removed(const struct json_object *answer)
{
	printf("%s: %s\n", json_text(answer, "pattern"), json_text(answer, "done"));
}

enum exit_code
override_add_command(const struct args *args)
{
	struct strbuf request = STRBUF_INIT;
	enum exit_code code = EXIT_USAGE;

	strbuf_adds(&request, "override add");
	if (operand_add_pattern(&request, args->words[0]) &&
	    check_action(args->words[1]) && check_reason(args->reason) &&
	    check_expiry(args->expiry)) {
		strbuf_addf(
		    &request, " %s %s %s", args->words[1], args->expiry, args->reason);
		code = run(args, request.data, print_added);
	}
	strbuf_clear(&request);
	return code;
}

enum exit_code
override_remove_command(const struct args *args)
{
	struct strbuf request = STRBUF_INIT;
	enum exit_code code = EXIT_USAGE;

	strbuf_adds(&request, "override remove");
	if (operand_add_pattern(&request, args->words[0]))
		code = run(args, request.data, print_removed);
	strbuf_clear(&request);
	return code;
}

enum exit_code
override_list_command(const struct args *args)
{
	return run(args, "override list", overrides_print);
}
