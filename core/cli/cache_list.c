/*
 * hopseal cache list: the MTA-STS policies in memory.  SPDX-License-Identifier: ISC
 */
#include <fnmatch.h>
#include <json-c/json.h>

#include "cli/ask.h"
#include "cli/json.h"
#include "cli/policy.h"
#include "control/control.h"
#include "show/complain.h"
#include "show/table.h"
#include "show/when.h"

static int
compare_domains(const void *a, const void *b)
{
	struct json_object *const *left = a, *const *right = b;

	return strcmp(json_text(*left, "domain"), json_text(*right, "domain"));
}

/* Replace the policies by those that pattern chooses (NULL: all), in order of their names. */
static void
choose(struct json_object *answer, const char *pattern)
{
	struct json_object *chosen, *all, *policy;
	size_t i;

	if (!json_object_object_get_ex(answer, "policies", &all))
		return;
	chosen = json_object_new_array();
	for (i = 0; i < json_object_array_length(all); i++) {
		policy = json_object_array_get_idx(all, i);
		if (pattern == NULL ||
		    fnmatch(pattern, json_text(policy, "domain"), 0) == 0)
			json_object_array_add(chosen, json_object_get(policy));
	}
	json_object_array_sort(chosen, compare_domains);
	json_object_object_add(answer, "policies", chosen);
}

static void
add_policy(struct table *table, const struct json_object *policy)
{
	int64_t left = json_number(policy, "expires_epoch") - when_now();
	struct strbuf ends = STRBUF_INIT;

	if (left > 0)
		when_add_duration(&ends, left);
	else
		strbuf_addc(&ends, '-');
	table_add(table, TERM_BOLD, "%s", json_text(policy, "domain"));
	table_add(table, TERM_PLAIN, "%s", policy_mode(policy));
	table_add(table, TERM_PLAIN, "%s", strbuf_str(&ends));
	table_add(table, policy_has_failed(policy) ? TERM_BAD : TERM_PLAIN, "%s",
	    json_text(policy, "attempt"));
	strbuf_clear(&ends);
}

static void
print_list(const struct json_object *answer)
{
	static const char *const heads[] = { "domain", "mode", "ends in",
		"last fetch" };
	size_t i, count = json_count(answer, "policies");
	struct table table;

	if (count == 0)
		return;
	table_init(&table, COUNT_OF(heads), heads);
	for (i = 0; i < count; i++)
		add_policy(&table, json_item(answer, "policies", i));
	table_print(&table, 0);
}

enum exit_code
cache_list_command(const struct args *args)
{
	struct strbuf request = STRBUF_INIT;
	struct json_object *answer;
	enum exit_code code;
	long long all, seen;

	strbuf_addf(&request, "cache list %d", CONTROL_LIST_MAX);
	code = ask(args, request.data, &answer);
	strbuf_clear(&request);
	if (code != EXIT_YES)
		return code;
	all = (long long)json_number(answer, "count");
	seen = (long long)json_count(answer, "policies");
	choose(answer, args->count > 0 ? args->words[0] : NULL);
	if (args->as_json)
		json_print(answer);
	else
		print_list(answer);
	if (seen < all)
		complain(
		    "only %lld of %lld policies were looked at; \"hopseal cache show "
		    "DOMAIN\" finds every one",
		    seen, all);
	json_object_put(answer);
	return EXIT_YES;
}
