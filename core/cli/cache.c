/*
 * hopseal cache show, refresh, drop: one domain's MTA-STS policy.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/json.h"
#include "cli/operand.h"
#include "cli/policy.h"

#define POLL_US   200000
#define POLLS_MAX 350 /* 70 s; a fetch takes a minute at most */

/* "cache VERB DOMAIN" */
static enum exit_code
ask_about(const struct args *args, const char *verb, struct json_object **out)
{
	struct strbuf request = STRBUF_INIT;
	enum exit_code code = EXIT_USAGE;

	*out = NULL;
	strbuf_addf(&request, "cache %s", verb);
	if (operand_add_domain(&request, args->words[0]))
		code = ask(args, request.data, out);
	strbuf_clear(&request);
	return code;
}

static void
show(const struct args *args, struct json_object *policy)
{
	if (args->as_json)
		json_print(policy);
	else
		policy_print(policy);
}

enum exit_code
cache_show_command(const struct args *args)
{
	struct json_object *policy;
	enum exit_code code = ask_about(args, "show", &policy);

	if (code == EXIT_YES)
		show(args, policy);
	json_object_put(policy);
	return code;
}

/* The daemon fetches behind its reply: look until it has ended. */
static enum exit_code
wait_for_refresh(const struct args *args, struct json_object **policy)
{
	enum exit_code code;
	unsigned polls = 0;

	for (;;) {
		code = ask_about(args, "show", policy);
		if (code != EXIT_YES || !json_flag(*policy, "is_refreshing") ||
		    polls++ == POLLS_MAX)
			return code;
		json_object_put(*policy);
		usleep(POLL_US);
	}
}

enum exit_code
cache_refresh_command(const struct args *args)
{
	struct json_object *answer, *policy = NULL;
	enum exit_code code = ask_about(args, "refresh", &answer);

	if (code == EXIT_YES)
		code = wait_for_refresh(args, &policy);
	if (code == EXIT_YES) {
		show(args, policy);
		code = policy_has_failed(policy) ? EXIT_NO : EXIT_YES;
	}
	json_object_put(policy);
	json_object_put(answer);
	return code;
}

enum exit_code
cache_drop_command(const struct args *args)
{
	struct json_object *answer;
	enum exit_code code = ask_about(args, "drop", &answer);

	if (code == EXIT_YES && args->as_json)
		json_print(answer);
	else if (code == EXIT_YES)
		printf(
		    "%s: %s\n", json_text(answer, "domain"), json_text(answer, "done"));
	json_object_put(answer);
	return code;
}
