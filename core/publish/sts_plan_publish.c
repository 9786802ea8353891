/*
 * From nothing to enforce: host and certificate, file, record, reports, enforce.  SPDX-License-Identifier: ISC
 */
#include "audit/rua_audit.h"
#include "audit/sts_audit.h"
#include "policy/sts_match.h"
#include "publish/sts_plan_parts.h"
#include "wire/rfc3339.h"

/* --- the policy host -------------------------------------------------------------------------------- */

static const struct sts_look *
find_certified(const struct sts_view *v)
{
	size_t i;

	for (i = 0; i < v->count; i++)
		if (v->looks[i].has_cert && v->looks[i].cert_fault == NULL)
			return &v->looks[i];
	return NULL;
}

static void
add_host(const struct sts_plan_input *in, struct sts_plan *out)
{
	static const char name[] = "policy host";
	const struct sts_view *v = in->view;
	const struct sts_look *look = find_certified(v);
	char date[RFC3339_TEXT_MAX];

	if (v->is_host_error)
		sts_plan_add(out, STS_STEP_UNKNOWN, name,
		    "the addresses of %s could not be found out", v->host.text);
	else if (look == NULL)
		sts_plan_add(out, STS_STEP_MISSING, name,
		    "give %s an address, and a certificate for this name",
		    v->host.text);
	else
		sts_plan_add(out, STS_STEP_DONE, name, "%s, certificate until %s",
		    v->host.text, rfc3339_text(look->cert.ends, date));
}

/* --- the policy -------------------------------------------------------------------------------------- */

/* What senders get; NULL: nothing. */
static const struct sts_policy *
served(const struct sts_plan_input *in)
{
	const struct sts_look *look = sts_view_good_look(in->view);

	return look != NULL ? look->policy : NULL;
}

/* How far the domain has come. */
struct stage {
	enum sts_order order;
	enum sts_mode mode; /* STS_NONE: or no policy at all */
	time_t began;       /* testing, or what is stronger; 0: not */
	bool is_watched;    /* testing has been, for long enough */
};

/* Enforce is wanted, and must not come yet. */
static bool
is_hasty(const struct sts_plan_input *in, const struct stage *s)
{
	return in->wanted != NULL && in->wanted->mode == STS_ENFORCE && !s->is_watched;
}

/* Senders get a policy, and from no address another one than the operator wants. */
static bool
is_there(const struct sts_plan_input *in)
{
	const struct sts_view *v = in->view;
	size_t i;

	for (i = 0; in->wanted != NULL && i < v->count; i++)
		if (v->looks[i].policy != NULL &&
		    !sts_plan_is_same(v->looks[i].policy, in->wanted))
			return false;
	return served(in) != NULL;
}

static void
add_file(const struct sts_plan_input *in, const struct stage *s, struct sts_plan *out)
{
	static const char name[] = "policy file";
	const struct sts_policy *p = served(in);

	if (is_there(in))
		sts_plan_add(out, STS_STEP_DONE, name, "mode %s, max_age %u",
		    sts_mode_text(p->mode), p->max_age_s);
	else if (is_hasty(in, s) && s->mode == STS_TESTING)
		sts_plan_add(out, STS_STEP_WAITS, name,
		    "mode testing stays until the reports have been watched")
		    ->not_before = s->began + STS_TESTING_S;
	else
		sts_plan_add(out, STS_STEP_MISSING, name,
		    "serve %s at https://%s/.well-known/mta-sts.txt as text/plain",
		    is_hasty(in, s)      ? "one of mode testing first"
		    : in->wanted != NULL ? "the new policy"
					 : "a policy",
		    in->view->host.text);
}

static size_t
count_uncovered(const struct sts_policy *p, const struct route *route)
{
	size_t i, n = 0;

	for (i = 0; i < route->host_count; i++)
		n += !sts_policy_names(p, &route->hosts[i].name);
	return n;
}

static void
add_coverage(const struct sts_plan_input *in, struct sts_plan *out)
{
	static const char name[] = "MX hosts";
	const struct sts_policy *p = in->wanted != NULL ? in->wanted : served(in);
	size_t missing;

	if (in->route == NULL || in->route->outcome == MX_ERROR) {
		sts_plan_add(
		    out, STS_STEP_UNKNOWN, name, "they could not be found out");
		return;
	}
	missing = p != NULL ? count_uncovered(p, in->route) : in->route->host_count;
	if (p != NULL && p->mode == STS_NONE)
		sts_plan_add(out, STS_STEP_WAITS, name, "mode none needs none");
	else if (missing > 0)
		sts_plan_add(out, STS_STEP_MISSING, name,
		    "%zu of %zu are not named by the policy", missing,
		    in->route->host_count);
	else
		sts_plan_add(out, STS_STEP_DONE, name, "the policy names them all");
}

/* --- the records --------------------------------------------------------------------------------------- */

static void
add_record(const struct sts_plan_input *in, enum sts_order order, struct sts_plan *out)
{
	static const char name[] = "TXT record";
	const struct sts_view *v = in->view;
	bool has_file = served(in) != NULL;

	if (v->record.is_error)
		sts_plan_add(out, STS_STEP_UNKNOWN, name, "the lookup fails: %s",
		    v->record.detail);
	else if (v->outcome != STS_RECORD_FOUND)
		sts_plan_add(out, has_file ? STS_STEP_MISSING : STS_STEP_WAITS, name,
		    has_file ? "publish it at %s"
			     : "the policy comes first; then publish it at %s",
		    v->record.name.text);
	else
		sts_plan_add(out, sts_plan_id_state(order), name,
		    order == STS_ORDER_GOOD ? "id %s"
		    : order == STS_ORDER_ID_LATE
			? "another id than %s"
			: "behind the new policy, another id than %s",
		    v->found.id);
}

static void
add_rua(const struct sts_plan_input *in, struct sts_plan *out)
{
	static const char name[] = "TLSRPT record";
	const struct rua_view *r = in->rua;

	if (r->record.is_error)
		sts_plan_add(out, STS_STEP_UNKNOWN, name, "the lookup fails: %s",
		    r->record.detail);
	else if (r->outcome != TLSRPT_RECORD_FOUND)
		sts_plan_add(out, STS_STEP_MISSING, name, "publish it at %s",
		    r->record.name.text);
	else
		sts_plan_add(out, STS_STEP_DONE, name, "reports go to %s%s",
		    r->list.items[0].uri, r->list.count > 1 ? " and others" : "");
}

/* --- testing, and enforce -------------------------------------------------------------------------------- */

/* Since when every policy seen was of this mode or a stronger one; 0: the last one is not. */
static time_t
since(const struct sts_history *h, enum sts_mode mode)
{
	time_t first = 0;
	size_t i;

	for (i = h->count; i > 0 && h->items[i - 1].mode >= mode; i--)
		first = h->items[i - 1].first;
	return first;
}

static struct stage
find_stage(const struct sts_plan_input *in, struct remarks *out)
{
	const struct sts_policy *live = served(in);
	struct stage s = {
		.order = sts_plan_audit_order(in, out),
		.mode = live != NULL ? live->mode : STS_NONE,
		.began = since(in->history, STS_TESTING),
	};

	s.is_watched = s.mode == STS_ENFORCE ||
		       (s.mode == STS_TESTING && in->now >= s.began + STS_TESTING_S);
	return s;
}

static void
add_testing(const struct stage *s, struct sts_plan *out)
{
	static const char name[] = "mode testing";
	char date[RFC3339_TEXT_MAX];

	if (s->mode == STS_NONE)
		sts_plan_add(out, STS_STEP_WAITS, name,
		    "comes first; \"hopseal sts make\" writes such a policy");
	else if (s->mode == STS_TESTING)
		sts_plan_add(out, STS_STEP_DONE, name, "seen since %s",
		    rfc3339_text(s->began, date));
	else
		sts_plan_add(out, STS_STEP_DONE, name, "is over");
}

static void
add_watch(const struct sts_plan_input *in, const struct stage *s, struct sts_plan *out)
{
	if (s->is_watched)
		sts_plan_add(out, STS_STEP_DONE, "reports",
		    "watched; \"hopseal report inbox %s\" shows them",
		    in->view->domain.text);
	else
		sts_plan_add(out, STS_STEP_WAITS, "reports",
		    "watch them for two weeks; \"hopseal report inbox %s\" shows them",
		    in->view->domain.text)
		    ->not_before =
		    s->mode == STS_TESTING ? s->began + STS_TESTING_S : 0;
}

static void
add_enforce(
    const struct sts_plan_input *in, const struct stage *s, struct sts_plan *out)
{
	static const char name[] = "mode enforce";

	if (s->mode == STS_ENFORCE)
		sts_plan_add(out, STS_STEP_DONE, name, "in force");
	else
		sts_plan_add(out, s->is_watched ? STS_STEP_MISSING : STS_STEP_WAITS,
		    name, "\"hopseal sts make %s --mode enforce\" writes the policy",
		    in->view->domain.text);
}

static void
add_new_id(const struct stage *s, struct sts_plan *out)
{
	static const char name[] = "new id";

	if (s->mode != STS_ENFORCE)
		sts_plan_add(out, STS_STEP_WAITS, name,
		    "at once behind the policy of mode enforce");
	else
		sts_plan_add(out, sts_plan_id_state(s->order), name,
		    s->order == STS_ORDER_GOOD ? "is there" : "change the TXT record");
}

/* --- all of it -------------------------------------------------------------------------------------------- */

/* What is to be served, unless it is already. */
static void
audit_wanted(const struct sts_plan_input *in, struct remarks *out)
{
	static const char about[] = "the new policy";
	const struct sts_policy *live = served(in), *wanted = in->wanted;

	if (wanted == NULL || (live != NULL && sts_plan_is_same(live, wanted)))
		return;
	sts_audit_policy(wanted, &in->view->domain, about, out);
	if (in->route != NULL)
		sts_audit_coverage(wanted, in->route, about, out);
	sts_audit_haste(wanted, sts_view_policy(in->view), about, out);
}

static void
audit_all(const struct sts_plan_input *in, struct remarks *out)
{
	const struct sts_audit_input audit = {
		.view = in->view,
		.route = in->route,
		.now = in->now,
		.is_under_way = true,
	};

	sts_audit(&audit, out);
	rua_audit(in->rua, out);
	audit_wanted(in, out);
}

void
sts_plan_publish(const struct sts_plan_input *in, struct sts_plan *out)
{
	const struct stage stage = find_stage(in, &out->remarks);

	add_host(in, out);
	add_file(in, &stage, out);
	add_coverage(in, out);
	add_testing(&stage, out);
	add_record(in, stage.order, out);
	add_rua(in, out);
	add_watch(in, &stage, out);
	add_enforce(in, &stage, out);
	add_new_id(&stage, out);
	audit_all(in, &out->remarks);
}
