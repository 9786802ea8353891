/* SPDX-License-Identifier: ISC */
#include <stdarg.h>

#include "base/strbuf.h"
#include "publish/sts_plan_parts.h"
#include "wire/rfc3339.h"

/* --- steps -------------------------------------------------------------------------------------- */

const char *
sts_step_state_word(enum sts_step_state state)
{
	static const char *const words[] = {
#define X(name, word) [name] = word,
		STS_STEP_STATES(X)
#undef X
	};

	return words[state];
}

struct sts_step *
sts_plan_add(struct sts_plan *plan, enum sts_step_state state, const char *name,
    const char *fmt, ...)
{
	struct sts_step *step = &plan->steps[plan->count++];
	struct strbuf detail = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&detail, fmt, ap);
	va_end(ap);
	*step = (struct sts_step){
		.state = state,
		.name = name,
		.detail = strbuf_take(&detail),
	};
	return step;
}

enum remark_level
sts_plan_outcome(const struct sts_plan *plan)
{
	static const enum remark_level levels[] = {
		[STS_STEP_DONE] = REMARK_NOTE,
		[STS_STEP_READY] = REMARK_NOTE,
		[STS_STEP_WAITS] = REMARK_NOTE,
		[STS_STEP_MISSING] = REMARK_ADVICE,
		[STS_STEP_UNKNOWN] = REMARK_UNSURE,
	};
	enum remark_level worst = remarks_worst(&plan->remarks);
	size_t i;

	for (i = 0; i < plan->count; i++)
		if (levels[plan->steps[i].state] > worst)
			worst = levels[plan->steps[i].state];
	return worst;
}

void
sts_plan_clear(struct sts_plan *plan)
{
	size_t i;

	for (i = 0; i < plan->count; i++)
		free(plan->steps[i].detail);
	remarks_clear(&plan->remarks);
	plan->count = 0;
}

bool
sts_plan_is_served(const struct sts_view *view)
{
	size_t i;

	for (i = 0; i < view->count; i++)
		if (view->looks[i].policy != NULL &&
		    view->looks[i].policy->mode != STS_NONE)
			return true;
	return false;
}

/* --- the order ---------------------------------------------------------------------------------- */

static const struct remark_kind
    id_unchanged = { REMARK_ADVICE, "sts-id-unchanged",
	    "senders that have the old policy do not fetch the new one (RFC 8461, 8.1)",
	    "change the TXT record now; \"hopseal sts make\" writes a new id" },
    id_early = { REMARK_BROKEN, "sts-id-early",
	    "senders fetch the old policy again, and keep it under the new id "
	    "(RFC 8461, 8.1)",
	    "serve the new policy, and then change the id once more" },
    old_policy = { REMARK_NOTE, "sts-old-policy",
	    "senders that still see the old record use the old policy (RFC 8461, 8.1)",
	    "keep its MX hosts until then" };

bool
sts_plan_is_same(const struct sts_policy *a, const struct sts_policy *b)
{
	size_t pos_a = 0, pos_b = 0, len_a, len_b;
	const char *line_a, *line_b;
	bool has_a, has_b;

	for (;;) {
		has_a = sts_policy_next_line(a, &pos_a, &line_a, &len_a);
		has_b = sts_policy_next_line(b, &pos_b, &line_b, &len_b);
		if (!has_a || !has_b)
			return has_a == has_b;
		if (len_a != len_b || memcmp(line_a, line_b, len_a) != 0)
			return false;
	}
}

static bool
has_old_id(const struct sts_history *h)
{
	const struct sts_served *now = sts_history_last(h), *s;

	for (s = h->items; s < now; s++)
		if (strcmp(s->id, now->id) == 0 && s->sum != now->sum && s->sum != 0)
			return true;
	return false;
}

/* The policy is that of before, and got its id while another one was wanted. */
static bool
has_early_id(const struct sts_history *h)
{
	const struct sts_served *now = sts_history_last(h);

	return h->count > 1 && now[-1].sum == now->sum && h->wanted.sum != 0 &&
	       now->first > h->wanted.since;
}

/* What was there before may be in use until the old record is forgotten. */
static void
note_old_policy(const struct sts_plan_input *in, struct remarks *out)
{
	const struct sts_history *h = in->history;
	time_t until;
	char date[RFC3339_TEXT_MAX];

	if (h->count < 2 || h->items[h->count - 2].sum == 0)
		return;
	until = h->items[h->count - 1].first + (time_t)in->view->record.ttl_s;
	if (in->now < until)
		remarks_add(out, &old_policy, in->view->record.name.text,
		    "record or policy have changed; the TTL ends at %s",
		    rfc3339_text(until, date));
}

static bool
is_awaited(const struct sts_policy *wanted, const struct sts_policy *live)
{
	return wanted != NULL && !sts_plan_is_same(wanted, live);
}

enum sts_step_state
sts_plan_id_state(enum sts_order order)
{
	static const enum sts_step_state states[] = {
		[STS_ORDER_GOOD] = STS_STEP_DONE,
		[STS_ORDER_ID_LATE] = STS_STEP_MISSING,
		[STS_ORDER_ID_EARLY] = STS_STEP_WAITS, /* for the policy */
	};

	return states[order];
}

enum sts_order
sts_plan_audit_order(const struct sts_plan_input *in, struct remarks *out)
{
	const struct sts_served *now = sts_history_last(in->history);
	const struct sts_policy *policy = sts_view_policy(in->view);
	const char *about = in->view->record.name.text;

	if (now == NULL || policy == NULL || now->id[0] == '\0')
		return STS_ORDER_GOOD;
	if (is_awaited(in->wanted, policy) && has_early_id(in->history)) {
		remarks_add(out, &id_early, about,
		    "the id has changed to %s, the policy has not", now->id);
		return STS_ORDER_ID_EARLY;
	}
	if (!is_awaited(in->wanted, policy) && has_old_id(in->history)) {
		remarks_add(out, &id_unchanged, about,
		    "the policy has changed, its id %s has not", now->id);
		return STS_ORDER_ID_LATE;
	}
	note_old_policy(in, out);
	return STS_ORDER_GOOD;
}
