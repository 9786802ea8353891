/* SPDX-License-Identifier: ISC */
#include "lookup/resolve.h"

#include "base/mem.h"
#include "net/dns.h"
#include "net/loop.h"

struct resolve {
	struct lookup *lookup;
	struct domain name; /* asked now */
	enum dns_type type;
	struct trace *trace;
	const char *rule;
	int64_t deadline;
	/* of the links passed so far */
	unsigned aliases;
	bool is_insecure;
	uint32_t ttl_s;
	struct dns_query *query;
	resolve_done_fn *done;
	void *arg;
};

static void on_reply(struct dns_reply *reply, void *arg);

static void
ask(struct resolve *r)
{
	int64_t left = r->deadline - loop_now_ms();

	r->lookup->dns_queries++;
	r->query = dns_ask(
	    r->lookup->dns, &r->name, r->type, left > 1 ? (int)left : 1, on_reply, r);
}

/* Add what this reply says to what was learnt on the way. */
static void
pass(struct resolve *r, const struct dns_reply *reply)
{
	r->aliases += reply->aliases;
	r->is_insecure = r->is_insecure || !reply->is_secure;
	if (r->ttl_s > reply->ttl_s)
		r->ttl_s = reply->ttl_s;
}

static void
finish(struct resolve *r, struct dns_reply *reply)
{
	reply->aliases = r->aliases;
	if (r->is_insecure)
		reply->is_secure = false;
	reply->ttl_s = r->ttl_s;
	r->done(reply, r->arg);
	free(r);
}

static void
on_reply(struct dns_reply *reply, void *arg)
{
	struct resolve *r = arg;

	r->query = NULL;
	trace_dns(r->trace, &r->name, r->type, reply, r->rule);
	pass(r, reply);
	if (r->aliases > ALIASES_MAX) {
		dns_reply_clear(reply);
		dns_reply_fail(reply, &r->name, "too many aliases");
		reply->is_heard = true;
	}
	if (reply->outcome == DNS_ALIAS) {
		r->name = reply->owner;
		ask(r);
	} else {
		finish(r, reply);
	}
}

struct resolve *
resolve_start(struct lookup *lookup, const struct domain *name, enum dns_type type,
    struct trace *trace, const char *rule, resolve_done_fn *done, void *arg)
{
	struct resolve *r = xcalloc(1, sizeof(*r));

	r->lookup = lookup;
	r->name = *name;
	r->type = type;
	r->trace = trace;
	r->rule = rule;
	r->deadline = loop_now_ms() + lookup->options.dns_deadline_ms;
	r->ttl_s = UINT32_MAX;
	r->done = done;
	r->arg = arg;
	ask(r);
	return r;
}

void
resolve_cancel(struct resolve *r)
{
	if (r == NULL)
		return;
	dns_cancel(r->query);
	free(r);
}
