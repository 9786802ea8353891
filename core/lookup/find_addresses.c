/* SPDX-License-Identifier: ISC */
#include "lookup/find_addresses.h"

#include "base/mem.h"
#include "lookup/resolve.h"
#include "net/loop.h"

static const struct {
	enum dns_type type;
	size_t width; /* octets of an address */
} families[] = {
	[FAMILY_V4] = { DNS_A, 4 },
	[FAMILY_V6] = { DNS_AAAA, 16 },
};

struct find_addresses {
	const struct lookup *lookup;
	const struct domain *name;
	struct trace *trace;
	const char *rule;
	struct family_query {
		struct find_addresses *find;
		struct resolve *resolve; /* NULL once answered */
	} queries[FAMILIES];
	struct loop_timer *wait; /* for the second one; NULL until it is needed */
	struct address_answer answer;
	find_addresses_done_fn *done;
	void *arg;
};

static void
release(struct find_addresses *f)
{
	int i;

	for (i = 0; i < FAMILIES; i++)
		resolve_cancel(f->queries[i].resolve);
	loop_timer_free(f->wait);
	free(f);
}

static void
finish(struct find_addresses *f)
{
	f->done(&f->answer, f->arg);
	release(f);
}

static void
on_wait(void *arg)
{
	struct find_addresses *f = arg;
	int i;

	for (i = 0; i < FAMILIES; i++) {
		struct dns_reply *reply = &f->answer.replies[i];

		if (f->queries[i].resolve == NULL)
			continue;
		resolve_cancel(f->queries[i].resolve);
		f->queries[i].resolve = NULL;
		dns_reply_fail(reply, f->name, "timeout");
		trace_dns(f->trace, f->name, families[i].type, reply, f->rule);
	}
	finish(f);
}

/* Those of IPv4 go in front, whenever they come. */
static void
take_addresses(
    struct address_answer *a, enum family family, const struct dns_reply *reply)
{
	struct address found[HOST_ADDRESSES_MAX];
	size_t i, n = 0, at;

	for (i = 0; i < reply->count && a->count + n < HOST_ADDRESSES_MAX; i++) {
		const struct dns_record *r = &reply->records[i];

		if (r->len != families[family].width)
			continue;
		found[n] = (struct address){ .is_v6 = family == FAMILY_V6 };
		memcpy(found[n++].bytes, r->data, r->len);
	}
	at = family == FAMILY_V4 ? 0 : a->count;
	memmove(&a->list[at + n], &a->list[at], (a->count - at) * sizeof(found[0]));
	memcpy(&a->list[at], found, n * sizeof(found[0]));
	a->count += n;
}

/* The records are not kept: hosts may have a thousand addresses, and we many hosts at once. */
static void
take_reply(struct address_answer *a, enum family family, const struct dns_reply *reply)
{
	struct dns_reply *kept = &a->replies[family];

	take_addresses(a, family, reply);
	*kept = *reply;
	kept->records = NULL;
	kept->count = 0;
	kept->memory = NULL;
}

static int
wait_ms(const struct find_addresses *f)
{
	return f->lookup->family_wait_ms > 0 ? f->lookup->family_wait_ms
					     : FAMILY_WAIT_MS;
}

static void
on_reply(struct dns_reply *reply, void *arg)
{
	struct family_query *q = arg;
	struct find_addresses *f = q->find;
	enum family family = (enum family)(q - f->queries);

	q->resolve = NULL;
	take_reply(&f->answer, family, reply);
	if (f->queries[FAMILY_V4].resolve == NULL &&
	    f->queries[FAMILY_V6].resolve == NULL) {
		finish(f);
	} else if (reply->outcome == DNS_FOUND) {
		f->wait = loop_timer_new(on_wait, f);
		loop_timer_set(f->wait, wait_ms(f));
	}
}

struct find_addresses *
find_addresses_start(struct lookup *lookup, const struct domain *name,
    struct trace *trace, const char *rule, find_addresses_done_fn *done, void *arg)
{
	struct find_addresses *f = xcalloc(1, sizeof(*f));
	int i;

	f->lookup = lookup;
	f->name = name;
	f->trace = trace;
	f->rule = rule;
	f->done = done;
	f->arg = arg;
	for (i = 0; i < FAMILIES; i++) {
		f->queries[i].find = f;
		f->queries[i].resolve = resolve_start(lookup, name, families[i].type,
		    trace, rule, on_reply, &f->queries[i]);
	}
	return f;
}

void
find_addresses_cancel(struct find_addresses *f)
{
	if (f != NULL)
		release(f);
}

const char *
address_answer_error(const struct address_answer *a)
{
	int i;

	for (i = 0; i < FAMILIES; i++)
		if (a->replies[i].outcome == DNS_ERROR)
			return a->replies[i].detail;
	return "";
}
