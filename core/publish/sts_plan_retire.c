/*
 * From a policy to none, and to nothing (RFC 8461, section 8.3).  SPDX-License-Identifier: ISC
 */
#include "audit/sts_audit.h"
#include "publish/sts_plan_parts.h"
#include "wire/rfc3339.h"

/* A lookup may fail, an address be silent: what was not seen is not gone. */
enum sight { NO, YES, UNKNOWN };

/* Where a domain stands on its way out. */
struct leaving {
	enum sight record;
	enum sight host;   /* the policy host has addresses */
	enum sight none;   /* each serves a policy of mode none, or nothing does */
	bool has_late_id;  /* the policy has changed, the record has not */
	bool is_known;     /* what was served before the first look, too */
	time_t seen_until; /* a sender may have one in memory that is known of */
	time_t until;      /* or any, at the latest */
};

/* --- how long ------------------------------------------------------------------------------------- */

static const struct remark_kind
    unknown = { REMARK_UNSURE, "sts-served-unknown",
	    "senders keep one for up to a year (RFC 8461, 8.3)",
	    "say which max_age was the largest: --max-age-served SECONDS" },
    cached = { REMARK_ADVICE, "sts-retire-wait",
	    "they hold on to it, come what may (RFC 8461, 8.3)",
	    "keep record, host and policy until then" },
    early = { REMARK_BROKEN, "sts-retired-early",
	    "they hold on to it, and cannot learn that it has ended (RFC 8461, 8.3)",
	    "serve a policy of mode none again, with record and a new id" };

static time_t
later(time_t a, time_t b)
{
	return a > b ? a : b;
}

/* From what was seen, and what the operator says; without that word, whatever may have been before. */
static void
find_memory(const struct sts_plan_input *in, struct leaving *l)
{
	const struct sts_history *h = in->history;
	time_t told = sts_history_none_since(h, in->now) + (time_t)in->max_age_served;
	time_t before = sts_history_unknown_until(h, in->now);

	l->seen_until = sts_history_cached_until(h, in->now);
	if (in->max_age_served > 0)
		l->seen_until = l->until = later(l->seen_until, told);
	else
		l->until = later(l->seen_until, before);
	l->is_known = in->max_age_served > 0 || in->now >= before;
}

/* --- the steps -------------------------------------------------------------------------------------- */

static void
add_none(const struct leaving *l, struct sts_plan *out)
{
	static const char name[] = "policy none";

	if (l->none == UNKNOWN)
		sts_plan_add(out, STS_STEP_UNKNOWN, name,
		    "what each address serves could not be found out");
	else if (l->none == NO)
		sts_plan_add(out, STS_STEP_MISSING, name,
		    "serve it instead of the policy that is there");
	else
		sts_plan_add(out, STS_STEP_DONE, name, "senders get no other");
}

static void
add_id(const struct leaving *l, struct sts_plan *out)
{
	static const char name[] = "new id";

	if (l->record == UNKNOWN)
		sts_plan_add(
		    out, STS_STEP_UNKNOWN, name, "the record could not be looked up");
	else if (l->none != YES)
		sts_plan_add(out, STS_STEP_WAITS, name,
		    "at once behind it, change the TXT record");
	else if (l->has_late_id)
		sts_plan_add(out, STS_STEP_MISSING, name, "change the TXT record now");
	else
		sts_plan_add(out, STS_STEP_DONE, name,
		    l->record == YES ? "is there" : "the record is gone");
}

static void
add_wait(const struct leaving *l, time_t now, struct sts_plan *out)
{
	static const char name[] = "wait";

	if (l->none == UNKNOWN)
		sts_plan_add(out, STS_STEP_UNKNOWN, name, "keep everything as it is");
	else if (l->none == NO || now < l->until)
		sts_plan_add(out, STS_STEP_WAITS, name,
		    "senders may have a policy in memory, keep everything as it is");
	else
		sts_plan_add(out, STS_STEP_DONE, name,
		    "no sender has a policy in memory any more");
}

static enum sts_step_state
removal_state(const struct leaving *l, time_t now)
{
	if (l->record == UNKNOWN || l->host == UNKNOWN || l->none == UNKNOWN)
		return STS_STEP_UNKNOWN;
	if (l->record == NO && l->host == NO)
		return STS_STEP_DONE;
	if (l->none == YES && !l->has_late_id && now >= l->until)
		return STS_STEP_READY;
	return STS_STEP_WAITS;
}

static void
add_removal(const struct leaving *l, time_t now, struct sts_plan *out)
{
	static const char *const details[] = {
		[STS_STEP_DONE] = "record and host are gone",
		[STS_STEP_READY] = "remove the TXT record, then the host",
		[STS_STEP_WAITS] = "remove the TXT record, then the host",
		[STS_STEP_UNKNOWN] = "not before all of it could be seen",
	};
	enum sts_step_state state = removal_state(l, now);

	sts_plan_add(out, state, "removal", "%s", details[state])->not_before =
	    state == STS_STEP_WAITS ? l->until : 0;
}

/* --- where it stands ---------------------------------------------------------------------------------- */

static void
audit_memory(
    const struct sts_plan_input *in, const struct leaving *l, struct remarks *out)
{
	const struct remark_kind *kind = l->record == NO ? &early : &cached;
	char date[RFC3339_TEXT_MAX];

	if (!l->is_known)
		remarks_add(out, &unknown, in->view->domain.text,
		    "it is not known which policies were served before the first look");
	if (in->now < l->seen_until)
		remarks_add(out, kind, in->view->domain.text,
		    "senders may have a policy in memory until %s",
		    rfc3339_text(l->seen_until, date));
}

/* What is wrong with what is still there; that it goes is not. */
static void
audit_rest(const struct sts_plan_input *in, struct remarks *out)
{
	const struct sts_audit_input audit = { .view = in->view, .now = in->now };

	if (in->view->outcome == STS_RECORD_FOUND || in->view->record.is_error)
		sts_audit(&audit, out);
}

static enum sight
find_record(const struct sts_view *v)
{
	if (v->record.is_error)
		return UNKNOWN;
	return v->outcome != STS_RECORD_NONE ? YES : NO;
}

static enum sight
find_host(const struct sts_view *v)
{
	if (v->is_host_error)
		return UNKNOWN;
	return v->count > 0 ? YES : NO;
}

/* An address could not be looked at, or is not known, so nobody here knows what it serves. */
static bool
is_any_unseen(const struct sts_view *v)
{
	size_t i;

	for (i = 0; i < v->count; i++)
		if (v->looks[i].outcome == HTTPS_CONNECT ||
		    v->looks[i].outcome == HTTPS_ADDRESS_REFUSED ||
		    v->looks[i].outcome == HTTPS_TIMEOUT)
			return true;
	return v->host_detail[0] != '\0';
}

static enum sight
find_none(const struct sts_view *v, enum sight record)
{
	if (v->is_host_error)
		return UNKNOWN;
	if (sts_plan_is_served(v))
		return NO;
	if (sts_view_policy(v) != NULL)
		return is_any_unseen(v) ? UNKNOWN : YES;
	/* Without a policy there must be no record either. */
	return record == UNKNOWN ? UNKNOWN : record == YES ? NO : YES;
}

static struct leaving
find_out(const struct sts_plan_input *in, struct remarks *out)
{
	const struct sts_view *v = in->view;
	struct leaving l = { .record = find_record(v), .host = find_host(v) };

	l.none = find_none(v, l.record);
	l.has_late_id = sts_plan_audit_order(in, out) == STS_ORDER_ID_LATE;
	find_memory(in, &l);
	return l;
}

void
sts_plan_retire(const struct sts_plan_input *in, struct sts_plan *out)
{
	struct leaving l = find_out(in, &out->remarks);

	add_none(&l, out);
	add_id(&l, out);
	add_wait(&l, in->now, out);
	add_removal(&l, in->now, out);
	audit_memory(in, &l, &out->remarks);
	audit_rest(in, &out->remarks);
}
