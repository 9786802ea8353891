/*
 * hopseal check: whole domains, ours or others', as senders find them.  SPDX-License-Identifier: ISC
 */
#include "cli/check.h"

#include <json-c/json.h>

#include "base/mem.h"
#include "cli/json.h"
#include "cli/outcome.h"
#include "show/complain.h"
#include "wire/next_hop.h"
#include "wire/put.h"

#define DOMAINS_MAX 256 /* what was seen of them is kept until the end */

/* --- the command line ------------------------------------------------------------------------------ */

static bool
take_domain(const char *text, struct domain *out)
{
	struct why why = { "a domain is wanted, without brackets or port" };
	struct next_hop next_hop;

	if (next_hop_parse(text, strlen(text), &next_hop, &why) == NEXT_HOP_DOMAIN &&
	    !next_hop.is_host && next_hop.port == 25) {
		*out = next_hop.domain;
		return true;
	}
	complain("\"%s\" is no mail domain: %s", text, why.text);
	return false;
}

static bool
take_domains(const struct args *args, struct checked_domain *domains)
{
	size_t i;

	for (i = 0; i < args->count; i++)
		if (!take_domain(args->words[i], &domains[i].domain))
			return false;
	return true;
}

static bool
take_selector(const char *text, struct domain *out)
{
	struct why why;

	if (text == NULL || domain_parse(text, strlen(text), out, &why) == ST_OK)
		return true;
	complain("\"%s\" is no selector: %s", text, why.text);
	return false;
}

/* --- showing ---------------------------------------------------------------------------------------- */

static enum remark_level
worst_of(const struct checked_domain *domains, size_t count)
{
	enum remark_level worst = REMARK_NOTE;
	size_t i;

	for (i = 0; i < count; i++)
		if (domains[i].worst > worst)
			worst = domains[i].worst;
	return worst;
}

/* Of several domains: "broken: 3 domains; 1 broken; 2 good" */
static void
print_sum(const struct checked_domain *domains, size_t count)
{
	size_t i, sums[REMARK_BROKEN + 1] = { 0 };
	enum remark_level worst = worst_of(domains, count);
	int level;

	for (i = 0; i < count; i++)
		sums[domains[i].worst]++;
	term_put(outcome_style(worst), outcome_text(worst), 0);
	printf(": %zu domains", count);
	for (level = REMARK_BROKEN; level >= REMARK_NOTE; level--)
		if (sums[level] > 0)
			printf("; %zu %s", sums[level],
			    outcome_text((enum remark_level)level));
	putchar('\n');
}

static void
print_all(const struct checked_domain *domains, size_t count)
{
	size_t i;

	if (count > 1)
		print_sum(domains, count);
	for (i = 0; i < count; i++) {
		if (count > 1)
			putchar('\n');
		check_print(&domains[i]);
	}
}

static void
print_worse(const struct checked_domain *domains, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		check_print_worse(&domains[i]);
}

static void
print_json(const struct checked_domain *domains, size_t count)
{
	struct json_object *top = json_object_new_object();
	struct json_object *list = json_object_new_array();
	size_t i;

	put_text(top, "outcome", remark_level_word(worst_of(domains, count)));
	for (i = 0; i < count; i++)
		json_object_array_add(list, check_json(&domains[i]));
	json_object_object_add(top, "domains", list);
	json_print(top);
	json_object_put(top);
}

static void
show(const struct args *args, const struct checked_domain *domains, size_t count)
{
	if (args->as_json)
		print_json(domains, count);
	else if (args->is_quiet)
		print_worse(domains, count);
	else
		print_all(domains, count);
}

/* --- the command ------------------------------------------------------------------------------------ */

static enum exit_code
check(const struct args *args, struct checked_domain *domains)
{
	struct domain selector;
	struct check_wish wish = {
		.selector = args->selector != NULL ? &selector : NULL,
		.wants_sender = args->wants_sender,
	};
	enum exit_code code;

	if (!take_domains(args, domains) || !take_selector(args->selector, &selector))
		return EXIT_USAGE;
	code = check_look(args, &wish, domains, args->count);
	if (code != EXIT_YES)
		return code;
	show(args, domains, args->count);
	return outcome_code(worst_of(domains, args->count));
}

enum exit_code
check_command(const struct args *args)
{
	struct checked_domain *domains;
	enum exit_code code;
	size_t i;

	if (args->count > DOMAINS_MAX) {
		complain("more than %d domains", DOMAINS_MAX);
		return EXIT_USAGE;
	}
	domains = xcalloc(args->count, sizeof(domains[0]));
	code = check(args, domains);
	for (i = 0; i < args->count; i++) {
		audit_free(domains[i].audit);
		json_object_put(domains[i].sender);
	}
	free(domains);
	return code;
}
