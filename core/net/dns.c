/* SPDX-License-Identifier: ISC */
#include "net/dns.h"

#include "base/list.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "net/dns_server.h"
#include "net/dns_servers.h"
#include "net/loop.h"

#define RESOLV_CONF  "/etc/resolv.conf"
#define TRY_USUAL_MS 2000

struct dns {
	struct dns_servers addresses;
	struct dns_server *servers[DNS_SERVERS_MAX];
	size_t first; /* asked first: the last that answered where another was silent */
	char *text;
	bool is_trusted;
	int try_ms;
	struct list queries;
};

struct
try {
	struct dns_query *query;
	size_t server;
	struct dns_attempt *attempt; /* NULL: has its result */
};

struct dns_query {
	struct list link;
	struct dns *dns;
	struct domain name;
	enum dns_type type;
	unsigned flags;
	dns_done_fn *done;
	void *arg;
	int64_t deadline_ms;
	struct loop_timer *timer;
	struct try tries[DNS_SERVERS_MAX]; /* in the order of asking */
	size_t asked, waiting;
	bool was_silent; /* a server was: no answer in try_ms, or unreachable */
	bool was_error;  /* a server answered with one; then only one other is asked */
	struct dns_reply error; /* the first one, should nothing better come */
};

/* --- the end ------------------------------------------------------------------ */

void
dns_cancel(struct dns_query *q)
{
	size_t i;

	if (q == NULL)
		return;
	for (i = 0; i < q->asked; i++)
		dns_attempt_forget(q->tries[i].attempt);
	list_remove(&q->link);
	loop_timer_free(q->timer);
	dns_reply_clear(&q->error);
	free(q);
}

/* reply is not q's any more.  done may call anything, dns_close() too. */
static void
conclude(struct dns_query *q, struct dns_reply reply)
{
	dns_done_fn *done = q->done;
	void *arg = q->arg;

	if (!q->dns->is_trusted || (q->flags & DNS_UNCHECKED) != 0)
		reply.is_secure = false;
	dns_cancel(q);
	done(&reply, arg);
	dns_reply_clear(&reply);
}

static void
conclude_error(struct dns_query *q)
{
	struct dns_reply reply = q->error;

	q->error = (struct dns_reply){ .outcome = DNS_ERROR };
	if (reply.detail[0] == '\0')
		dns_reply_fail(&reply, &q->name, "timeout");
	conclude(q, reply);
}

/* --- asking ------------------------------------------------------------------- */

static dns_attempt_fn on_result;

/* False when all servers have been asked. */
static bool
ask_next(struct dns_query *q, size_t first)
{
	struct dns *dns = q->dns;
	struct try *t = &q->tries[q->asked];

	if (q->asked == dns->addresses.count)
		return false;
	t->query = q;
	t->server = (first + q->asked) % dns->addresses.count;
	t->attempt = dns_server_ask(
	    dns->servers[t->server], q->flags, &q->name, q->type, on_result, t);
	q->asked++;
	q->waiting++;
	return true;
}

/* The one behind the last; dns->first may have changed since. */
static bool
ask_another(struct dns_query *q)
{
	return ask_next(q, q->tries[0].server);
}

static void
wait_for_result(struct dns_query *q)
{
	int64_t left_ms = q->deadline_ms - loop_now_ms();

	if (q->asked < q->dns->addresses.count && left_ms > q->dns->try_ms)
		left_ms = q->dns->try_ms;
	loop_timer_set(q->timer, left_ms);
}

/* A silent server may still answer; whoever is first is heard. */
static void
on_timer(void *arg)
{
	struct dns_query *q = arg;

	if (loop_now_ms() >= q->deadline_ms) {
		conclude_error(q);
		return;
	}
	q->was_silent = true;
	ask_another(q);
	wait_for_result(q);
}

/* Whether another server was asked because of this error. */
static bool
go_on(struct dns_query *q, bool was_heard)
{
	bool was_error = q->was_error;

	if (!was_heard) {
		q->was_silent = true;
		return ask_another(q);
	}
	q->was_error = true;
	return !was_error && ask_another(q);
}

/*
 * One server said SERVFAIL, which is what a validating one says of forged data; the next answers, insecurely.  It may
 * just not validate, so where DANE hangs on the answer the error stands.  A TXT record decides
 * nothing by its security: there the answer is the better news.
 */
static bool
is_doubtful(const struct dns_query *q, const struct dns_reply *reply)
{
	return q->was_error && q->dns->is_trusted && !reply->is_secure &&
	       q->type != DNS_TXT;
}

static void
on_result(struct dns_reply *reply, bool was_heard, void *arg)
{
	struct try *t = arg;
	struct dns_query *q = t->query;

	t->attempt = NULL;
	q->waiting--;
	if (was_heard && q->was_silent)
		q->dns->first = t->server;
	if (reply->outcome != DNS_ERROR) {
		if (is_doubtful(q, reply)) {
			dns_reply_clear(reply);
			conclude_error(q);
		} else {
			conclude(q, *reply);
		}
		return;
	}
	/* What a server has said goes before silence. */
	if (q->error.detail[0] == '\0' || (reply->is_heard && !q->error.is_heard)) {
		dns_reply_clear(&q->error);
		q->error = *reply;
	} else {
		dns_reply_clear(reply);
	}
	if (!go_on(q, was_heard) && q->waiting == 0)
		conclude_error(q);
}

struct dns_query *
dns_ask_with(struct dns *dns, unsigned flags, const struct domain *name,
    enum dns_type type, int deadline_ms, dns_done_fn *done, void *arg)
{
	struct dns_query *q = xcalloc(1, sizeof(*q));

	q->dns = dns;
	q->name = *name;
	q->type = type;
	q->flags = flags;
	q->done = done;
	q->arg = arg;
	q->deadline_ms = loop_now_ms() + deadline_ms;
	q->timer = loop_timer_new(on_timer, q);
	list_append(&dns->queries, &q->link);
	ask_next(q, dns->first);
	wait_for_result(q);
	return q;
}

struct dns_query *
dns_ask(struct dns *dns, const struct domain *name, enum dns_type type, int deadline_ms,
    dns_done_fn *done, void *arg)
{
	return dns_ask_with(dns, 0, name, type, deadline_ms, done, arg);
}

/* --- opening ------------------------------------------------------------------ */

static enum status
find_servers(struct dns *dns, const struct dns_options *options, struct why *why)
{
	struct strbuf text = STRBUF_INIT;
	enum status rc;

	if (options->servers != NULL && options->servers[0] != '\0')
		rc = dns_servers_parse(options->servers, &dns->addresses, why);
	else
		rc = dns_servers_read(RESOLV_CONF, &dns->addresses, why);
	if (rc != ST_OK)
		return rc;
	dns_servers_add_text(&dns->addresses, &text);
	dns->text = strbuf_take(&text);
	dns->is_trusted = options->is_trusted || dns_servers_are_local(&dns->addresses);
	return ST_OK;
}

enum status
dns_open(const struct dns_options *options, struct dns **out, struct why *why)
{
	struct dns *dns = xcalloc(1, sizeof(*dns));
	enum status rc;
	size_t i;

	list_init(&dns->queries);
	dns->try_ms = options->try_ms > 0 ? options->try_ms : TRY_USUAL_MS;
	rc = find_servers(dns, options, why);
	for (i = 0; i < dns->addresses.count && rc == ST_OK; i++)
		rc = dns_server_open(
		    &dns->addresses.list[i], dns->try_ms, &dns->servers[i], why);
	if (rc == ST_OK)
		*out = dns;
	else
		dns_close(dns);
	return rc;
}

void
dns_close(struct dns *dns)
{
	size_t i;

	while (!list_is_empty(&dns->queries))
		dns_cancel(LIST_ITEM(dns->queries.next, struct dns_query, link));
	for (i = 0; i < COUNT_OF(dns->servers); i++)
		dns_server_close(dns->servers[i]);
	free(dns->text);
	free(dns);
}

bool
dns_is_trusted(const struct dns *dns)
{
	return dns->is_trusted;
}

const char *
dns_servers(const struct dns *dns)
{
	return dns->text;
}
