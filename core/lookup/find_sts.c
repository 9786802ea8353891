/* SPDX-License-Identifier: ISC */
#include "lookup/find_sts.h"

#include <stdio.h>

#include "base/mem.h"
#include "lookup/find_addresses.h"
#include "lookup/resolve.h"
#include "net/https.h"
#include "net/loop.h"

#define RECORD_LABEL   "_mta-sts"
#define HOST_LABEL     "mta-sts"
#define POLICY_PATH    "/.well-known/mta-sts.txt"
#define DENIAL_TTL_MIN 60

enum state {
	STS_RECORD,    /* _mta-sts TXT */
	STS_ADDRESSES, /* of the policy host, both families */
	STS_BODY,      /* the GET */
	STS_DONE,
};

struct find_sts {
	enum state state;
	struct lookup *lookup;
	struct trace *trace;
	struct sts_question question;
	struct domain host; /* mta-sts.DOMAIN */
	int64_t deadline;   /* of the whole fetch */
	struct resolve *query;
	struct find_addresses *find_addresses;
	struct address_answer addresses;
	struct https_transfer *transfer;
	struct sts_result result;
	find_sts_done_fn *done;
	void *arg;
};

static void enter(struct find_sts *f, enum state next);
static void on_no_place(void *arg);

static void
release(struct find_sts *f)
{
	loop_deferred_cancel(on_no_place, f);
	resolve_cancel(f->query);
	find_addresses_cancel(f->find_addresses);
	https_cancel(f->transfer);
	free(f->result.policy);
	free(f);
}

static void
fail(struct find_sts *f, enum sts_attempt attempt, const char *what, const char *detail)
{
	f->lookup->fetch_failures++;
	f->result.attempt = attempt;
	snprintf(f->result.detail, sizeof(f->result.detail), "%s%s%s", what,
	    *detail != '\0' ? ": " : "", detail);
	trace_add(f->trace, "MTA-STS policy", "", "RFC 8461, 3.3", "%s (%s)",
	    f->result.detail, sts_attempt_word(attempt));
	enter(f, STS_DONE);
}

/* --- the record ------------------------------------------------------------------- */

/*
 * Whether the policy is to be fetched now that the record is known.  Without a live record only the one in the
 * cache is fetched again (RFC 8461, 3.3).
 */
static bool
wants_policy(struct find_sts *f)
{
	const struct sts_question *q = &f->question;
	struct sts_result *r = &f->result;
	bool is_refresh = q->wish == STS_FETCH_ALWAYS;

	if (r->record != STS_RECORD_FOUND)
		return r->leans_on_known = is_refresh && q->known_id[0] != '\0';
	if (is_refresh)
		return true;
	r->leans_on_known = strcmp(r->id, q->known_id) == 0; /* ids have no order */
	if (r->leans_on_known)
		return false;
	return !(q->has_pause && strcmp(r->id, q->paused_id) == 0);
}

static void
judge_record(struct find_sts *f, const struct dns_reply *reply)
{
	struct txt *txt = xcalloc(reply->count, sizeof(*txt));
	struct sts_record record;
	struct why why = { "" };
	size_t i;

	for (i = 0; i < reply->count; i++) {
		txt[i].text = (const char *)reply->records[i].data;
		txt[i].len = reply->records[i].len;
	}
	f->result.record = sts_record_select(txt, reply->count, &record, &why);
	if (f->result.record == STS_RECORD_FOUND)
		memcpy(f->result.id, record.id, sizeof(record.id));
	else
		snprintf(f->result.detail, sizeof(f->result.detail), "%.*s",
		    (int)sizeof(f->result.detail) - 1, why.text);
	trace_add(f->trace, "MTA-STS record", "", "RFC 8461, 3.1", "%s%s%s%s%s",
	    sts_record_outcome_text(f->result.record),
	    f->result.id[0] != '\0' ? ", id " : "", f->result.id,
	    why.text[0] != '\0' ? ": " : "", why.text);
	free(txt);
}

static uint32_t
record_ttl(const struct dns_reply *reply, enum sts_record_outcome record)
{
	uint32_t ttl = reply->ttl_s < RECORD_TTL_MAX ? reply->ttl_s : RECORD_TTL_MAX;

	/* A missing record needs no second look at once: nothing secure hangs on it. */
	if (record != STS_RECORD_FOUND && ttl < DENIAL_TTL_MIN)
		ttl = DENIAL_TTL_MIN;
	return ttl;
}

static void
on_record(struct dns_reply *reply, void *arg)
{
	struct find_sts *f = arg;

	f->query = NULL;
	f->result.record = STS_RECORD_NONE;
	if (reply->outcome == DNS_ERROR) {
		f->result.is_record_error = true;
		f->result.record_ttl_s = ERROR_TTL;
		snprintf(f->result.detail, sizeof(f->result.detail), "TXT: %s",
		    reply->detail);
	} else {
		if (reply->outcome == DNS_FOUND)
			judge_record(f, reply);
		f->result.record_ttl_s = record_ttl(reply, f->result.record);
	}
	enter(f, wants_policy(f) ? STS_ADDRESSES : STS_DONE);
}

/* --- the policy host's addresses ---------------------------------------------------- */

static void
on_addresses(const struct address_answer *a, void *arg)
{
	struct find_sts *f = arg;

	f->find_addresses = NULL;
	f->addresses = *a;
	if (a->count > 0)
		enter(f, STS_BODY);
	else
		fail(f, STS_ATTEMPT_FETCH, "policy host has no address",
		    address_answer_error(a));
}

/* --- the policy --------------------------------------------------------------------- */

static void
on_body(const struct https_answer *answer, void *arg)
{
	struct find_sts *f = arg;
	struct why why = { "" };

	f->transfer = NULL;
	if (answer->outcome == HTTPS_CERTIFICATE) {
		fail(f, STS_ATTEMPT_WEBPKI, https_outcome_text(answer->outcome),
		    answer->detail);
	} else if (answer->outcome != HTTPS_OK) {
		fail(f, STS_ATTEMPT_FETCH, https_outcome_text(answer->outcome),
		    answer->detail);
	} else if (sts_policy_parse(
		       answer->body, answer->len, &f->result.policy, &why) != ST_OK) {
		fail(f, STS_ATTEMPT_INVALID, "policy invalid", why.text);
	} else {
		f->result.attempt = STS_ATTEMPT_OK;
		trace_add(f->trace, "MTA-STS policy", "", "RFC 8461, 3.2",
		    "fetched: mode %s, %u mx, max_age %u",
		    sts_mode_text(f->result.policy->mode),
		    f->result.policy->pattern_count, f->result.policy->max_age_s);
		enter(f, STS_DONE);
	}
}

static void
get_body(struct find_sts *f)
{
	int64_t left = f->deadline - loop_now_ms();
	struct https_request request = {
		.host = &f->host,
		.path = POLICY_PATH,
		.addresses = f->addresses.list,
		.address_count = f->addresses.count,
		.body_max = STS_BODY_MAX,
		.deadline_ms = left > 1 ? (int)left : 1,
	};

	f->lookup->fetches++;
	f->transfer = https_send(f->lookup->https, &request, on_body, f);
}

static void
ask_addresses(struct find_sts *f)
{
	/* Shorter than the record's name, which fitted. */
	if (domain_join(HOST_LABEL, &f->question.domain, &f->host) != ST_OK)
		abort();
	f->deadline = loop_now_ms() + f->lookup->options.https_deadline_ms;
	f->find_addresses = find_addresses_start(f->lookup, &f->host, f->trace,
	    "MTA-STS policy host (RFC 8461, 3.2)", on_addresses, f);
}

static void
on_no_place(void *arg)
{
	struct find_sts *f = arg;

	f->result.record = STS_RECORD_NONE;
	f->result.record_ttl_s = RECORD_TTL_MAX;
	enter(f, STS_DONE);
}

static void
ask_record(struct find_sts *f)
{
	struct domain name;

	/* A name too long for the prefix has no place for a record (STS-FETCH-01). */
	if (domain_join(RECORD_LABEL, &f->question.domain, &name) != ST_OK)
		loop_defer(on_no_place, f);
	else
		f->query = resolve_start(f->lookup, &name, DNS_TXT, f->trace,
		    "is there an MTA-STS policy? (RFC 8461, 3.1)", on_record, f);
}

static void
enter(struct find_sts *f, enum state next)
{
	f->state = next;
	switch (next) {
	case STS_RECORD:
		ask_record(f);
		break;
	case STS_ADDRESSES:
		ask_addresses(f);
		break;
	case STS_BODY:
		get_body(f);
		break;
	case STS_DONE:
		f->done(&f->result, f->arg);
		release(f);
		break;
	}
}

struct find_sts *
find_sts_start(struct lookup *lookup, const struct sts_question *question,
    struct trace *trace, find_sts_done_fn *done, void *arg)
{
	struct find_sts *f = xcalloc(1, sizeof(*f));

	f->lookup = lookup;
	f->question = *question;
	f->trace = trace;
	f->done = done;
	f->arg = arg;
	enter(f, STS_RECORD);
	return f;
}

void
find_sts_cancel(struct find_sts *f)
{
	if (f != NULL)
		release(f);
}
