/*
 * The verbs about reports that others sent us: inbox, received.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "control/operands.h"
#include "control/verb.h"
#include "store/received.h"
#include "wire/gzip.h"
#include "wire/put.h"

/* --- one report ------------------------------------------------------------------------------- */

static struct json_object *
show_received(const struct stored_received *r)
{
	struct json_object *o = json_object_new_object();

	put_number(o, "number", r->number);
	PUT_TIME(o, "received", r->received);
	put_text(o, "organization", r->organization);
	put_text(o, "submitter", r->submitter);
	put_text(o, "contact", r->contact);
	put_text(o, "report_id", r->report_id);
	put_text(o, "domain", r->domain);
	PUT_TIME(o, "begin", r->begin);
	PUT_TIME(o, "end", r->end);
	put_number(o, "successes", r->successes);
	put_number(o, "failures", r->failures);
	put_number(o, "bytes", r->len);
	return o;
}

struct showing {
	struct json_object *o; /* NULL: it could not be unpacked */
	struct why *why;
};

/* A tree of what strangers wrote would be a hundred times as big: whoever asked makes one. */
static void
take_whole(const struct stored_received *r, void *arg)
{
	struct showing *s = arg;
	struct strbuf json = STRBUF_INIT;

	if (gunzip_add(&json, r->bytes, r->len, CONTROL_REPLY_MAX, s->why) == ST_OK) {
		s->o = show_received(r);
		put_text(s->o, "json", strbuf_str(&json));
	}
	strbuf_clear(&json);
}

struct json_object *
report_received_run(
    struct service *service, const struct operands *operands, struct why *why)
{
	struct showing s = { .why = why };
	enum status st;
	uint64_t number;

	if (operand_store(service, why) != ST_OK ||
	    operand_number(operands->at[0], INT64_MAX, 0, &number, why) != ST_OK)
		return NULL;
	st = store_show_received(service->store, number, take_whole, &s);
	if (st == ST_NOTFOUND)
		why_set(why,
		    "there is no report %s; \"hopseal report inbox -v\" has them",
		    operands->at[0]);
	else if (st != ST_OK)
		say_unreadable(why);
	return s.o;
}

/* --- all of them ------------------------------------------------------------------------------- */

struct listing {
	struct json_object *reports, *senders, *policies, *details;
	uint64_t count, successes, failures;
	time_t begin, end;
};

static void
add_received(const struct stored_received *r, void *arg)
{
	struct listing *l = arg;

	json_object_array_add(l->reports, show_received(r));
}

static void
add_sender(const struct received_sender *sender, void *arg)
{
	struct listing *l = arg;
	struct json_object *o;

	l->count += sender->reports;
	l->successes += sender->successes;
	l->failures += sender->failures;
	if (l->begin == 0 || l->begin > sender->begin)
		l->begin = sender->begin;
	if (l->end < sender->end)
		l->end = sender->end;
	if (json_object_array_length(l->senders) == CONTROL_INBOX_MAX)
		return;
	o = json_object_new_object();
	put_text(o, "organization", sender->organization);
	put_text(o, "submitter", sender->submitter);
	put_number(o, "reports", sender->reports);
	put_number(o, "successes", sender->successes);
	put_number(o, "failures", sender->failures);
	put_day(o, "latest", sender->end);
	json_object_array_add(l->senders, o);
}

static void
add_policy(const struct received_policy *policy, void *arg)
{
	struct listing *l = arg;
	struct json_object *o = json_object_new_object();

	put_text(o, "domain", policy->domain);
	put_text(o, "type", policy->type);
	put_number(o, "successes", policy->successes);
	put_number(o, "failures", policy->failures);
	json_object_array_add(l->policies, o);
}

static void
add_detail(const struct received_failure *detail, void *arg)
{
	struct listing *l = arg;
	struct json_object *o = json_object_new_object();

	put_text(o, "type", detail->type);
	put_text(o, "host", detail->host);
	put_text(o, "result", detail->result);
	put_text(o, "code", detail->code);
	put_text(o, "organization", detail->organization);
	put_number(o, "count", detail->count);
	put_day(o, "since", detail->begin);
	put_day(o, "latest", detail->end);
	json_object_array_add(l->details, o);
}

static enum status
list(struct store *store, const struct received_filter *filter, struct listing *l,
    struct received_sums *sums)
{
	enum status st = store_received_sums(store, sums);

	if (st == ST_OK)
		st = store_each_received(
		    store, filter, CONTROL_INBOX_MAX, add_received, l);
	if (st == ST_OK)
		st = store_each_received_sender(
		    store, filter, RECEIVED_MAX, add_sender, l);
	if (st == ST_OK)
		st = store_each_received_policy(
		    store, filter, CONTROL_INBOX_MAX, add_policy, l);
	if (st == ST_OK)
		st = store_each_received_failure(
		    store, filter, CONTROL_INBOX_MAX, add_detail, l);
	return st;
}

static struct json_object *
show_listing(const struct listing *l, const struct received_sums *sums, time_t since)
{
	struct json_object *o = json_object_new_object();

	put_day(o, "since", since);
	PUT_TIME(o, "begin", l->begin);
	PUT_TIME(o, "end", l->end);
	put_number(o, "successes", l->successes);
	put_number(o, "failures", l->failures);
	put_number(o, "count", l->count);
	put_number(o, "duplicates", sums->duplicates);
	put_number(o, "dropped", sums->dropped);
	json_object_object_add(o, "reports", json_object_get(l->reports));
	json_object_object_add(o, "senders", json_object_get(l->senders));
	json_object_object_add(o, "policies", json_object_get(l->policies));
	json_object_object_add(o, "details", json_object_get(l->details));
	return o;
}

static void
listing_init(struct listing *l)
{
	*l = (struct listing){ .count = 0 };
	l->reports = json_object_new_array();
	l->senders = json_object_new_array();
	l->policies = json_object_new_array();
	l->details = json_object_new_array();
}

static void
listing_clear(struct listing *l)
{
	json_object_put(l->reports);
	json_object_put(l->senders);
	json_object_put(l->policies);
	json_object_put(l->details);
}

struct json_object *
report_inbox_run(
    struct service *service, const struct operands *operands, struct why *why)
{
	struct received_filter filter;
	struct received_sums sums;
	struct json_object *o = NULL;
	struct domain domain;
	struct listing l;

	if (operand_store(service, why) != ST_OK ||
	    operand_days(operands->at[0], &filter.from, why) != ST_OK ||
	    operand_domain(operands->at[1], &domain, why) != ST_OK)
		return NULL;
	filter.domain = domain.text;
	listing_init(&l);
	if (list(service->store, &filter, &l, &sums) == ST_OK)
		o = show_listing(&l, &sums, filter.from);
	else
		say_unreadable(why);
	listing_clear(&l);
	return o;
}
