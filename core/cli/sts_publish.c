/*
 * hopseal sts publish, hopseal sts retire: whether it is done in the right order, and what comes next.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "base/number.h"
#include "cli/domain_look.h"
#include "cli/input.h"
#include "cli/json.h"
#include "cli/outcome.h"
#include "cli/remark_list.h"
#include "cli/sts_state.h"
#include "cli/sts_text.h"
#include "publish/sts_make.h"
#include "publish/sts_plan.h"
#include "show/complain.h"
#include "show/table.h"
#include "show/when.h"
#include "wire/put.h"

/* What was asked for. */
struct wish {
	const struct args *args;
	struct sts_policy *wanted; /* NULL: none */
	uint32_t max_age_served;
};

/* What there is to show. */
struct shown {
	const struct domain_look *seen;
	const struct sts_plan *plan;
	const struct sts_draft *draft; /* to publish next; NULL: nothing */
	enum remark_level outcome;
};

/* --- text --------------------------------------------------------------------------------------------- */

static const enum term_style styles[] = {
	[STS_STEP_DONE] = TERM_GOOD,
	[STS_STEP_READY] = TERM_BOLD,
	[STS_STEP_WAITS] = TERM_DIM,
	[STS_STEP_MISSING] = TERM_WARN,
	[STS_STEP_UNKNOWN] = TERM_WARN,
};

static void
add_step(struct table *table, const struct sts_step *step)
{
	struct strbuf text = STRBUF_INIT;

	if (step->not_before != 0) {
		strbuf_adds(&text, "not before ");
		when_add_date(&text, step->not_before);
		strbuf_adds(&text, ": ");
	}
	strbuf_adds(&text, step->detail);
	table_add(table, styles[step->state], "%s", sts_step_state_word(step->state));
	table_add(table, TERM_BOLD, "%s", step->name);
	table_add(table, TERM_PLAIN, "%s", strbuf_str(&text));
	strbuf_clear(&text);
}

static void
print_text(const struct shown *s)
{
	struct table table;
	size_t i;

	term_put(outcome_style(s->outcome), outcome_text(s->outcome), 0);
	printf(": %s\n", s->seen->domain.text);
	table_init(&table, 3, NULL);
	for (i = 0; i < s->plan->count; i++)
		add_step(&table, &s->plan->steps[i]);
	table_print(&table, 2);
	remark_list_print(&s->plan->remarks, REMARK_NOTE, "");
	if (s->draft != NULL) {
		putchar('\n');
		sts_text_print(&s->seen->domain, s->draft);
	}
}

/* --- JSON --------------------------------------------------------------------------------------------- */

static struct json_object *
show_step(const struct sts_step *step)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "step", step->name);
	put_text(o, "state", sts_step_state_word(step->state));
	put_text(o, "detail", step->detail);
	PUT_TIME(o, "not_before", step->not_before);
	return o;
}

static void
print_json(const struct shown *s)
{
	struct json_object *top = json_object_new_object();
	struct json_object *steps = json_object_new_array();
	size_t i;

	put_text(top, "domain", s->seen->domain.text);
	put_text(top, "outcome", remark_level_word(s->outcome));
	for (i = 0; i < s->plan->count; i++)
		json_object_array_add(steps, show_step(&s->plan->steps[i]));
	json_object_object_add(top, "steps", steps);
	if (s->draft != NULL)
		sts_text_put(top, &s->seen->domain, s->draft);
	json_object_object_add(top, "remarks", remark_list_json(&s->plan->remarks));
	json_print(top);
	json_object_put(top);
}

static enum exit_code
show(const struct domain_look *seen, const struct wish *wish,
    const struct sts_plan *plan, const struct sts_draft *draft)
{
	const struct shown shown = {
		.seen = seen,
		.plan = plan,
		.draft = draft,
		.outcome = sts_plan_outcome(plan),
	};

	if (wish->args->as_json)
		print_json(&shown);
	else
		print_text(&shown);
	return outcome_code(shown.outcome);
}

/* --- publish ------------------------------------------------------------------------------------------ */

static struct sts_plan_input
input_of(const struct domain_look *seen, const struct wish *wish,
    const struct sts_history *history)
{
	return (struct sts_plan_input){
		.view = seen->sts,
		.route = seen->mx->route,
		.rua = seen->rua,
		.wanted = wish->wanted,
		.history = history,
		.max_age_served = wish->max_age_served,
		.now = seen->now,
	};
}

static enum exit_code
on_publish(const struct domain_look *seen, void *arg)
{
	const struct wish *wish = arg;
	struct sts_plan plan = { .count = 0 };
	struct sts_plan_input input;
	struct sts_history history;
	enum exit_code code;

	if (!sts_state_update(wish->args->state, seen, wish->wanted, &history))
		return EXIT_FAILED;
	input = input_of(seen, wish, &history);
	sts_plan_publish(&input, &plan);
	code = show(seen, wish, &plan, NULL);
	sts_plan_clear(&plan);
	return code;
}

static bool
read_policy(const char *file, struct sts_policy **out)
{
	struct strbuf body = STRBUF_INIT;
	struct why why;
	bool is_read;

	is_read = input_read(file, STS_BODY_MAX, "no policy", &body);
	if (is_read &&
	    sts_policy_parse(strbuf_str(&body), body.len, out, &why) != ST_OK) {
		complain("%s: policy invalid: %s", file, why.text);
		is_read = false;
	}
	strbuf_clear(&body);
	return is_read;
}

enum exit_code
sts_publish_command(const struct args *args)
{
	struct wish wish = { .args = args };
	enum exit_code code;

	if (args->policy != NULL && !read_policy(args->policy, &wish.wanted))
		return EXIT_USAGE;
	code = domain_look_at(args, args->words[0], on_publish, &wish);
	free(wish.wanted);
	return code;
}

/* --- retire ------------------------------------------------------------------------------------------- */

/* The policy to serve instead, while there is another. */
static bool
make_none(const struct domain_look *seen, struct sts_draft *out)
{
	const struct sts_make_input input = {
		.mode = STS_NONE,
		.max_age_s = sts_make_max_age(STS_NONE),
		.live_id = seen->sts->found.id,
		.now = seen->now,
	};
	struct why why;

	return sts_plan_is_served(seen->sts) && sts_make(&input, out, &why) == ST_OK;
}

static enum exit_code
on_retire(const struct domain_look *seen, void *arg)
{
	const struct wish *wish = arg;
	struct sts_plan plan = { .count = 0 };
	struct sts_draft draft = { .id = "" };
	struct sts_plan_input input;
	struct sts_history history;
	enum exit_code code;

	if (!sts_state_update(wish->args->state, seen, wish->wanted, &history))
		return EXIT_FAILED;
	input = input_of(seen, wish, &history);
	sts_plan_retire(&input, &plan);
	code = show(seen, wish, &plan, make_none(seen, &draft) ? &draft : NULL);
	sts_draft_clear(&draft);
	sts_plan_clear(&plan);
	return code;
}

enum exit_code
sts_retire_command(const struct args *args)
{
	const char *text = args->max_age_served;
	struct wish wish = { .args = args };
	uint64_t age = 0;

	if (text != NULL &&
	    number_parse(text, strlen(text), STS_MAX_AGE_MAX, &age) != ST_OK) {
		complain("\"%s\" is no max_age; it is 0 to %d seconds (RFC 8461, 3.2)",
		    text, STS_MAX_AGE_MAX);
		return EXIT_USAGE;
	}
	wish.max_age_served = (uint32_t)age;
	return domain_look_at(args, args->words[0], on_retire, &wish);
}
