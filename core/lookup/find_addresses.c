/* SPDX-License-Identifier: ISC */
#include "lookup/find_addresses.h"

#include "base/mem.h"
#include "lookup/resolve.h"
#include "net/loop.h"

static const enum dns_type types[] = { [FAMILY_V4] = DNS_A, [FAMILY_V6] = DNS_AAAA };

struct find_addresses {
	const struct domain *name;
	struct trace *trace;
	const char *rule;
	struct family_query {
		struct find_addresses *find;
		struct resolve *resolve; /* NULL once answered */
	} queries[FAMILIES];
	struct dns_reply replies[FAMILIES];
	struct loop_timer *wait; /* for the second one; NULL until it is needed */
	find_addresses_done_fn *done;
	void *arg;
};

static void
release(struct find_addresses *f)
{
	int i;

	for (i = 0; i < FAMILIES; i++) {
		resolve_cancel(f->queries[i].resolve);
		dns_reply_clear(&f->replies[i]);
	}
	loop_timer_free(f->wait);
	free(f);
}

static void
finish(struct find_addresses *f)
{
	f->done(f->replies, f->arg);
	release(f);
}

static void
on_wait(void *arg)
{
	struct find_addresses *f = arg;
	int i;

	for (i = 0; i < FAMILIES; i++) {
		if (f->queries[i].resolve == NULL)
			continue;
		resolve_cancel(f->queries[i].resolve);
		f->queries[i].resolve = NULL;
		dns_reply_fail(&f->replies[i], f->name, "timeout");
		trace_dns(f->trace, f->name, types[i], &f->replies[i], f->rule);
	}
	finish(f);
}

static void
on_reply(struct dns_reply *reply, void *arg)
{
	struct family_query *q = arg;
	struct find_addresses *f = q->find;

	q->resolve = NULL;
	f->replies[q - f->queries] = *reply;
	if (f->queries[FAMILY_V4].resolve == NULL &&
	    f->queries[FAMILY_V6].resolve == NULL) {
		*reply = (struct dns_reply){ 0 };
		finish(f);
		return;
	}
	if (reply->outcome == DNS_FOUND) {
		f->wait = loop_timer_new(on_wait, f);
		loop_timer_set(f->wait, FAMILY_WAIT_MS);
	}
	*reply = (struct dns_reply){ 0 };
}

struct find_addresses *
find_addresses_start(struct lookup *lookup, const struct domain *name,
    struct trace *trace, const char *rule, find_addresses_done_fn *done, void *arg)
{
	struct find_addresses *f = xcalloc(1, sizeof(*f));
	int i;

	f->name = name;
	f->trace = trace;
	f->rule = rule;
	f->done = done;
	f->arg = arg;
	for (i = 0; i < FAMILIES; i++) {
		f->queries[i].find = f;
		f->queries[i].resolve = resolve_start(
		    lookup, name, types[i], trace, rule, on_reply, &f->queries[i]);
	}
	return f;
}

void
find_addresses_cancel(struct find_addresses *f)
{
	if (f != NULL)
		release(f);
}

size_t
addresses_of(const struct dns_reply replies[FAMILIES], struct address *out, size_t max)
{
	static const size_t widths[] = { [FAMILY_V4] = 4, [FAMILY_V6] = 16 };
	size_t i, n = 0;
	int family;

	for (family = 0; family < FAMILIES; family++)
		for (i = 0; i < replies[family].count && n < max; i++) {
			const struct dns_record *r = &replies[family].records[i];

			if (r->len != widths[family])
				continue;
			out[n] = (struct address){ .is_v6 = family == FAMILY_V6 };
			memcpy(out[n++].bytes, r->data, r->len);
		}
	return n;
}
