/* SPDX-License-Identifier: ISC */
#include "store/change.h"

#include "base/mem.h"

static struct change *
change_new(enum change_kind kind, size_t text_bytes)
{
	size_t bytes = sizeof(struct change) + text_bytes;
	struct change *c = xcalloc(1, bytes);

	list_init(&c->place);
	list_init(&c->lost_place);
	c->kind = kind;
	c->bytes = bytes;
	return c;
}

static size_t
text_size(const char *text)
{
	return strlen(text) + 1;
}

/* Copy into a change's own room; *at goes along. */
static const void *
keep(char **at, const void *bytes, size_t len)
{
	void *copy = *at;

	if (len > 0)
		memcpy(copy, bytes, len);
	*at += len;
	return copy;
}

static const char *
keep_text(char **at, const char *text)
{
	return keep(at, text, text_size(text));
}

/* --- policies and overrides -------------------------------------------------------------------- */

struct change *
change_put_policy(const struct stored_policy *policy)
{
	struct change *c =
	    change_new(CHANGE_PUT_POLICY, text_size(policy->id) + policy->len);
	char *at = c->text;

	c->domain = *policy->domain;
	c->policy = *policy;
	c->policy.domain = &c->domain;
	c->policy.id = keep_text(&at, policy->id);
	c->policy.body = keep(&at, policy->body, policy->len);
	return c;
}

struct change *
change_drop_policy(const struct domain *domain)
{
	struct change *c = change_new(CHANGE_DROP_POLICY, 0);

	c->domain = *domain;
	return c;
}

struct change *
change_put_override(const struct stored_override *override)
{
	struct change *c = change_new(CHANGE_PUT_OVERRIDE,
	    text_size(override->action) + text_size(override->reason));
	char *at = c->text;

	c->domain = *override->domain;
	c->override = *override;
	c->override.domain = &c->domain;
	c->override.action = keep_text(&at, override->action);
	c->override.reason = keep_text(&at, override->reason);
	return c;
}

struct change *
change_drop_override(const struct domain *domain, bool with_subdomains)
{
	struct change *c = change_new(CHANGE_DROP_OVERRIDE, 0);

	c->domain = *domain;
	c->override.with_subdomains = with_subdomains;
	return c;
}

/* --- domains that are watched -------------------------------------------------------------------- */

static size_t
watch_size(const struct stored_watch *w)
{
	size_t bytes = text_size(w->outcome) + text_size(w->told) +
		       w->count * sizeof(w->findings[0]);
	size_t i;

	for (i = 0; i < w->count; i++) {
		const struct stored_finding *f = &w->findings[i];

		bytes += text_size(f->stage) + text_size(f->level) +
			 text_size(f->word) + text_size(f->about) + text_size(f->seen) +
			 text_size(f->why) + text_size(f->remedy);
	}
	return bytes;
}

static struct stored_finding
keep_finding(const struct stored_finding *f, char **at)
{
	return (struct stored_finding){
		.domain = "",
		.stage = keep_text(at, f->stage),
		.is_told = f->is_told,
		.level = keep_text(at, f->level),
		.word = keep_text(at, f->word),
		.about = keep_text(at, f->about),
		.seen = keep_text(at, f->seen),
		.why = keep_text(at, f->why),
		.remedy = keep_text(at, f->remedy),
		.since = f->since,
		.last = f->last,
	};
}

struct change *
change_put_watch(const struct stored_watch *watch)
{
	struct change *c = change_new(CHANGE_PUT_WATCH, watch_size(watch));
	/* The array first, because it wants to be aligned. */
	struct stored_finding *findings = (void *)c->text;
	char *at = (char *)(findings + watch->count);
	size_t i;

	c->domain = *watch->domain;
	c->watch = *watch;
	c->watch.domain = &c->domain;
	c->watch.findings = findings;
	c->watch.outcome = keep_text(&at, watch->outcome);
	c->watch.told = keep_text(&at, watch->told);
	for (i = 0; i < watch->count; i++)
		findings[i] = keep_finding(&watch->findings[i], &at);
	return c;
}

struct change *
change_drop_watch(const struct domain *domain)
{
	struct change *c = change_new(CHANGE_DROP_WATCH, 0);

	c->domain = *domain;
	return c;
}

/* --- counts ------------------------------------------------------------------------------------ */

struct change *
change_merge(const struct merge *merge, store_done_fn *done, void *arg)
{
	struct change *c = change_new(CHANGE_MERGE, 0);

	c->merge.merge = *merge;
	c->done = done;
	c->arg = arg;
	return c;
}

struct change *
change_forget(time_t day)
{
	struct change *c = change_new(CHANGE_FORGET, 0);

	c->day = day;
	return c;
}

struct change *
change_barrier(store_done_fn *done, void *arg)
{
	struct change *c = change_new(CHANGE_BARRIER, 0);

	c->done = done;
	c->arg = arg;
	return c;
}

/* --- reports ----------------------------------------------------------------------------------- */

static size_t
report_size(const struct stored_report *r, const char *const *uris, size_t count)
{
	size_t bytes = text_size(r->id) + text_size(r->domain) + text_size(r->record) +
		       text_size(r->file_name) + r->len +
		       count * (sizeof(char *) + sizeof(time_t));
	size_t i;

	for (i = 0; i < count; i++)
		bytes += text_size(uris[i]);
	return bytes;
}

struct change *
change_put_report(const struct stored_report *report, const char *const *uris,
    const time_t *next, size_t count)
{
	struct change *c =
	    change_new(CHANGE_PUT_REPORT, report_size(report, uris, count));
	struct stored_report *r = &c->report.report;
	/* The arrays first, because they want to be aligned. */
	const char **own_uris = (const char **)(void *)c->text;
	char *at = (char *)(own_uris + count);
	size_t i;

	*r = *report;
	c->report.count = count;
	c->report.uris = own_uris;
	c->report.next = keep(&at, next, count * sizeof(next[0]));
	for (i = 0; i < count; i++)
		own_uris[i] = keep_text(&at, uris[i]);
	r->id = keep_text(&at, report->id);
	r->domain = keep_text(&at, report->domain);
	r->record = keep_text(&at, report->record);
	r->file_name = keep_text(&at, report->file_name);
	r->bytes = keep(&at, report->bytes, report->len);
	return c;
}

struct change *
change_put_sending(const struct stored_sending *sending)
{
	struct change *c = change_new(CHANGE_PUT_SENDING, text_size(sending->detail));
	char *at = c->text;

	c->sending = *sending;
	c->sending.report_id = c->sending.domain = c->sending.uri = "";
	c->sending.detail = keep_text(&at, sending->detail);
	return c;
}

struct change *
change_put_sent(uint64_t id, time_t when)
{
	struct change *c = change_new(CHANGE_PUT_SENT, 0);

	c->sending.id = id;
	c->sending.last = when;
	return c;
}

struct change *
change_resend(const char *report_id, time_t next)
{
	struct change *c = change_new(CHANGE_RESEND, text_size(report_id));
	char *at = c->text;

	c->sending.report_id = keep_text(&at, report_id);
	c->sending.next = next;
	return c;
}

/* --- reports of others --------------------------------------------------------------------------- */

static size_t
received_size(const struct stored_received *r)
{
	size_t bytes = text_size(r->submitter) + text_size(r->organization) +
		       text_size(r->contact) + text_size(r->report_id) +
		       text_size(r->domain) + r->len +
		       r->policy_count * sizeof(r->policies[0]) +
		       r->detail_count * sizeof(r->details[0]);
	size_t i;

	for (i = 0; i < r->policy_count; i++)
		bytes +=
		    text_size(r->policies[i].domain) + text_size(r->policies[i].type);
	for (i = 0; i < r->detail_count; i++)
		bytes += text_size(r->details[i].type) + text_size(r->details[i].host) +
			 text_size(r->details[i].address) +
			 text_size(r->details[i].result) +
			 text_size(r->details[i].code);
	return bytes;
}

static void
keep_rows(struct stored_received *r, struct received_policy *policies,
    struct received_failure *details, char **at)
{
	size_t i;

	for (i = 0; i < r->policy_count; i++) {
		policies[i] = r->policies[i];
		policies[i].domain = keep_text(at, policies[i].domain);
		policies[i].type = keep_text(at, policies[i].type);
	}
	for (i = 0; i < r->detail_count; i++) {
		details[i] = r->details[i];
		details[i].type = keep_text(at, details[i].type);
		details[i].host = keep_text(at, details[i].host);
		details[i].address = keep_text(at, details[i].address);
		details[i].result = keep_text(at, details[i].result);
		details[i].code = keep_text(at, details[i].code);
	}
	r->policies = policies;
	r->details = details;
}

struct change *
change_put_received(const struct stored_received *received)
{
	struct change *c = change_new(CHANGE_PUT_RECEIVED, received_size(received));
	struct stored_received *r = &c->received;
	/* The arrays first, because they want to be aligned. */
	struct received_policy *policies = (void *)c->text;
	struct received_failure *details = (void *)(policies + received->policy_count);
	char *at = (char *)(details + received->detail_count);

	*r = *received;
	keep_rows(r, policies, details, &at);
	r->submitter = keep_text(&at, received->submitter);
	r->organization = keep_text(&at, received->organization);
	r->contact = keep_text(&at, received->contact);
	r->report_id = keep_text(&at, received->report_id);
	r->domain = keep_text(&at, received->domain);
	r->bytes = keep(&at, received->bytes, received->len);
	return c;
}

/* --- what kind it is --------------------------------------------------------------------------- */

bool
change_may_be_lost(const struct change *c)
{
	static const bool may[CHANGE_KINDS] = {
#define X(name, may_be_lost) [name] = may_be_lost,
		CHANGES(X)
#undef X
	};

	return may[c->kind];
}

/* What drops a row, for it and for what puts it: they are about the same table. */
static enum change_kind
table_of(const struct change *c)
{
	switch ((int)c->kind) {
	case CHANGE_PUT_POLICY:
		return CHANGE_DROP_POLICY;
	case CHANGE_PUT_OVERRIDE:
		return CHANGE_DROP_OVERRIDE;
	case CHANGE_PUT_WATCH:
		return CHANGE_DROP_WATCH;
	default:
		return c->kind;
	}
}

bool
change_is_same_row(const struct change *a, const struct change *b)
{
	if (table_of(a) != table_of(b) || !domain_equal(&a->domain, &b->domain))
		return false;
	return table_of(a) != CHANGE_DROP_OVERRIDE ||
	       a->override.with_subdomains == b->override.with_subdomains;
}
