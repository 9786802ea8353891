/* SPDX-License-Identifier: ISC */
#include "wire/tlsrpt_datagram.h"

#include "base/mem.h"
#include "wire/field.h"
#include "wire/json_in.h"
#include "wire/next_hop.h"

#define VERSION       "1"
#define CODE_INTERNAL 901 /* the library has failed, not TLS */
#define CODE_TEXT_MAX 40  /* a code that we do not know, as a reason */

/* A datagram while it is read. */
struct reader {
	struct json_in in;
	const struct json_value *object;
	struct tls_event *event;
	struct event_failure *failures; /* the first free one */
	char *text;                     /* the first free octet */
};

static size_t
at_most(size_t n, size_t max)
{
	return n < max ? n : max;
}

static void
take_version(struct reader *r)
{
	struct txt t = json_in_text(&r->in, r->object, "dpv");

	if (t.len > 0 && (t.len != strlen(VERSION) || t.text[0] != VERSION[0]))
		json_in_refuse_text(&r->in, "dpv", "is another protocol version", t);
}

static void
take_next_hop(struct reader *r)
{
	struct txt t = json_in_text(&r->in, r->object, "d");
	struct next_hop next_hop;

	if (next_hop_parse(t.text, t.len, &next_hop, NULL) != NEXT_HOP_DOMAIN) {
		json_in_refuse_text(&r->in, "d", "is no domain", t);
		return;
	}
	r->event->next_hop = next_hop.domain;
	r->event->is_next_hop_host = next_hop.is_host;
}

/* UTF-8 may stand in a policy's text (RFC 8461, section 3.2); it is what no report could carry that goes. */
static void
put_clean(struct reader *r, struct txt t)
{
	if (field_is_text(t.text, t.len)) {
		memcpy(r->text, t.text, t.len);
		r->text += t.len;
		return;
	}
	event_text_clean(r->text, t.len + 1, t.text, t.len);
	r->text += strlen(r->text);
}

/* The texts of a list, joined by '\n'. */
static const char *
take_lines(struct reader *r, const struct json_value *object, const char *name)
{
	const struct json_value *list = json_in_array(&r->in, object, name);
	const struct json_value *v = json_in_first(list);
	const char *joined = r->text;

	if (v == NULL)
		return "";
	for (; v != NULL; v = json_in_next(list, v)) {
		put_clean(r, json_in_item_text(&r->in, v));
		*r->text++ = '\n';
	}
	r->text[-1] = '\0';
	return joined;
}

/* The record is for a parser to judge: as it is or not at all. */
static void
take_record(struct reader *r)
{
	struct txt t = json_in_text(&r->in, r->object, "pr");

	if (t.len == 0 || !field_is_text(t.text, t.len))
		return;
	r->event->record = r->text;
	put_clean(r, t);
	*r->text++ = '\0';
}

/* Of "250-mx.example.org\r\n250-STARTTLS ..." the name (RPT-JSON-16); some senders give it alone. */
static void
take_helo(struct reader *r, const struct json_value *object, struct event_failure *f)
{
	const char *name = json_in_text(&r->in, object, "h").text;

	if (strncmp(name, "250-", 4) == 0 || strncmp(name, "250 ", 4) == 0)
		name += 4;
	event_text_clean(f->helo, sizeof(f->helo), name, strcspn(name, " \t\r\n"));
}

static void
take_reason(struct reader *r, const struct json_value *object, struct event_failure *f)
{
	struct txt t = json_in_text(&r->in, object, "f");

	f->reason = "";
	if (t.len == 0)
		return;
	f->reason = r->text;
	event_text_clean(r->text, at_most(t.len, REASON_CODE_MAX) + 1, t.text, t.len);
	r->text += strlen(r->text) + 1;
}

/* A code that RFC 8460 has no word for (RPT-TYPE-13) is at least named. */
static void
take_result(struct reader *r, int64_t code, struct event_failure *f)
{
	if (tls_result_of_code(code, &f->result) == ST_OK)
		return;
	f->result = RESULT_VALIDATION;
	if (f->reason[0] != '\0')
		return;
	f->reason = r->text;
	r->text +=
	    snprintf(r->text, CODE_TEXT_MAX, "tlsrpt-code-%lld", (long long)code) + 1;
}

/* False when it is none of TLS. */
static bool
take_failure(struct reader *r, const struct json_value *object)
{
	struct event_failure *f = r->failures;
	int64_t code;

	if (!json_in_number(&r->in, object, "c", &code)) {
		json_in_refuse(&r->in, "a failure without \"c\"");
		return false;
	}
	if (code == CODE_INTERNAL)
		return false;
	take_reason(r, object, f);
	take_result(r, code, f);
	take_helo(r, object, f);
	f->has_local = json_in_address(&r->in, object, "s", &f->local);
	f->has_remote = json_in_address(&r->in, object, "r", &f->remote);
	(void)json_in_domain(&r->in, object, "n", &f->host);
	r->failures++;
	return true;
}

/* Only failures say where the session went. */
static void
take_place(struct tls_event *event, const struct event_failure *f)
{
	event->host = f->host;
	event->has_local = f->has_local;
	event->local = f->local;
	event->has_remote = f->has_remote;
	event->remote = f->remote;
	memcpy(event->helo, f->helo, sizeof(event->helo));
}

static void
take_failures(
    struct reader *r, const struct json_value *object, struct event_policy *policy)
{
	const struct json_value *list =
	    json_in_array(&r->in, object, "failure-details");
	const struct json_value *v;

	policy->failures = r->failures;
	for (v = json_in_first(list);
	     v != NULL && policy->failure_count < EVENT_FAILURES_MAX;
	     v = json_in_next(list, v))
		if (take_failure(r, json_in_item_object(&r->in, v)))
			policy->failure_count++;
}

static void
take_policy(
    struct reader *r, const struct json_value *object, struct event_policy *policy)
{
	int64_t type, failed;

	if (!json_in_number(&r->in, object, "policy-type", &type) ||
	    policy_type_of_code(type, &policy->type) != ST_OK)
		json_in_refuse(&r->in, "\"policy-type\" is none that we know");
	if (!json_in_number(&r->in, object, "f", &failed))
		json_in_refuse(&r->in, "a policy without \"f\"");
	else
		policy->is_failed = failed != 0;
	(void)json_in_domain(&r->in, object, "policy-domain", &policy->domain);
	policy->text = take_lines(r, object, "policy-string");
	policy->mx = take_lines(r, object, "mx-host");
	take_failures(r, object, policy);
}

/* How many failures there are to keep, at most. */
static size_t
count_failures(struct reader *r, const struct json_value *policies)
{
	const struct json_value *v, *list;
	size_t n = 0;

	for (v = json_in_first(policies); v != NULL; v = json_in_next(policies, v)) {
		list = json_in_array(
		    &r->in, json_in_item_object(&r->in, v), "failure-details");
		n += at_most(json_in_count(list), EVENT_FAILURES_MAX);
	}
	return n;
}

/*
 * One block holds policies, failures and texts, in this order.  No text is longer than it was in the
 * datagram, quotes and all: only words of our own need more room.
 */
static void
make_room(struct reader *r, size_t policies, size_t failures, size_t len)
{
	struct tls_event *e = r->event;

	e->policy_count = policies;
	e->policies = e->memory = xcalloc(
	    1, policies * sizeof(struct event_policy) +
		   failures * (sizeof(struct event_failure) + CODE_TEXT_MAX) + len);
	r->failures = (struct event_failure *)(e->policies + policies);
	r->text = (char *)(r->failures + failures);
}

static void
take_policies(struct reader *r, size_t len)
{
	const struct json_value *list = json_in_array(&r->in, r->object, "policies");
	const struct json_value *v;
	const struct event_failure *first;
	struct event_policy *policy;
	size_t failures, count = json_in_count(list);

	if (count == 0 || count > EVENT_POLICIES_MAX) {
		json_in_refuse(&r->in, "%zu policies, 1 to %d are needed", count,
		    EVENT_POLICIES_MAX);
		return;
	}
	failures = count_failures(r, list);
	if (r->in.is_bad)
		return;
	make_room(r, count, failures, len);
	first = r->failures;
	take_record(r);
	policy = r->event->policies;
	for (v = json_in_first(list); v != NULL; v = json_in_next(list, v))
		take_policy(r, v, policy++);
	if (r->failures > first)
		take_place(r->event, first);
}

enum status
tlsrpt_datagram_parse(
    const char *bytes, size_t len, time_t now, struct tls_event *out, struct why *why)
{
	struct reader r = { .in = { .why = why }, .event = out };
	struct json_document document;
	enum status rc;

	if (len > EVENT_BYTES_MAX) {
		why_set(
		    why, "%zu octets, at most %d are allowed", len, EVENT_BYTES_MAX);
		return ST_TOO_BIG;
	}
	rc = json_in_parse(bytes, len, &document, why);
	if (rc != ST_OK)
		return rc;
	memset(out, 0, sizeof(*out));
	out->source = SOURCE_TLSRPT;
	out->when = now;
	out->tls = TLS_UNKNOWN;
	r.object = document.values;
	take_version(&r);
	take_next_hop(&r);
	take_policies(&r, len);
	json_document_clear(&document);
	if (!r.in.is_bad)
		return ST_OK;
	tls_event_clear(out);
	return ST_SYNTAX;
}
