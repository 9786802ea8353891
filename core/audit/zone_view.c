/* SPDX-License-Identifier: ISC */
#include "audit/zone_view.h"

#include <stdio.h>

#include "base/mem.h"
#include "lookup/resolve.h"
#include "net/dns.h"
#include "net/loop.h"

#define RCODE_SERVFAIL 2

/* Unbound answers from memory for five seconds that servers have failed. */
#define SERVFAIL_KEPT_MS 6000

/* Of a name, whether it is bogus. */
enum doubt {
	DOUBT_NONE,
	DOUBT_RAISED,  /* SERVFAIL: asked without validation */
	DOUBT_WEIGHED, /* that has an answer: asked as before, a while later */
	DOUBT_PROVEN, /* SERVFAIL again: whatever follows is asked without validation */
};

/* A question to the resolver, one after the other in its line. */
struct asking {
	struct zone_view_ask *all;
	struct domain at; /* the name of the last one */
	enum dns_type type;
	enum doubt doubt;
	unsigned aliases;
	bool is_secure;        /* every alias so far */
	uint32_t signed_ttl_s; /* the greatest of them */
	struct dns_query *query;
	struct loop_timer *pause; /* NULL: never needed */
	void (*fn)(struct asking *asking, struct dns_reply *reply);
};

/* Two lines side by side: the RRset to the end of its aliases; and SOA, then NS of the zone. */
struct zone_view_ask {
	struct audit_options options;
	struct zone_view *view;
	struct asking rrset, zone;
	bool has_rrset, has_zone; /* that line has ended */
	struct dns_reply ns;
	struct zone_servers_ask *servers;
	zone_view_done_fn *done;
	void *arg;
};

static void go_on(struct zone_view_ask *a);

/* --- asking the resolver ------------------------------------------------------------------------ */

static dns_done_fn on_reply;

static unsigned
flags_of(const struct asking *q)
{
	bool is_unchecked = q->doubt == DOUBT_RAISED || q->doubt == DOUBT_PROVEN;

	return is_unchecked ? DNS_UNCHECKED : 0;
}

static void
ask(struct asking *q, const struct domain *name, enum dns_type type)
{
	const struct audit_options *options = &q->all->options;

	q->at = *name;
	q->type = type;
	q->query = dns_ask_with(options->dns, DNS_SIGNATURES | flags_of(q), &q->at,
	    type, options->dns_deadline_ms, on_reply, q);
}

static void
ask_again(void *arg)
{
	struct asking *q = arg;

	ask(q, &q->at, q->type);
}

static void
ask_again_later(struct asking *q)
{
	if (q->pause == NULL)
		q->pause = loop_timer_new(ask_again, q);
	loop_timer_set(q->pause, SERVFAIL_KEPT_MS);
}

static void
set_security(struct zone_view *view, enum zone_security security, const char *detail)
{
	view->security = security;
	snprintf(view->detail, sizeof(view->detail), "%s", detail);
}

/*
 * SERVFAIL is what a validating resolver says of forged data, and of servers that it cannot reach.  With CD it does so
 * of the second alone (RFC 4035, 3.2.2).  But slow servers may fail first and answer then: only what fails again is
 * bogus.  True when a question about that is on its way.
 */
static bool
doubts(struct asking *q, const struct dns_reply *reply)
{
	bool has_failed = reply->outcome == DNS_ERROR && reply->rcode == RCODE_SERVFAIL;

	switch (q->doubt) {
	case DOUBT_NONE:
		if (!has_failed)
			return false;
		q->doubt = DOUBT_RAISED;
		break;
	case DOUBT_RAISED:
		q->doubt = DOUBT_NONE;
		if (reply->outcome == DNS_ERROR)
			return false;
		q->doubt = DOUBT_WEIGHED;
		ask_again_later(q);
		return true;
	case DOUBT_WEIGHED:
		q->doubt = has_failed ? DOUBT_PROVEN : DOUBT_NONE;
		if (!has_failed)
			return false;
		set_security(q->all->view, ZONE_BOGUS, reply->detail);
		break;
	case DOUBT_PROVEN:
		return false;
	}
	ask(q, &q->at, q->type);
	return true;
}

static void
on_reply(struct dns_reply *reply, void *arg)
{
	struct asking *q = arg;

	q->query = NULL;
	if (doubts(q, reply))
		return;
	if (reply->outcome == DNS_ALIAS && q->aliases++ < ALIASES_MAX) {
		q->is_secure = q->is_secure && reply->is_secure;
		if (q->signed_ttl_s < reply->signed_ttl_s)
			q->signed_ttl_s = reply->signed_ttl_s;
		ask(q, &reply->owner, q->type);
		return;
	}
	q->fn(q, reply);
}

static void
take(struct dns_reply *to, struct dns_reply *from)
{
	dns_reply_clear(to);
	*to = *from;
	*from = (struct dns_reply){ .outcome = DNS_ERROR };
}

/* --- the RRset ---------------------------------------------------------------------------------- */

static void
on_rrset(struct asking *q, struct dns_reply *reply)
{
	struct zone_view_ask *a = q->all;

	reply->is_secure = reply->is_secure && q->is_secure;
	if (reply->signed_ttl_s < q->signed_ttl_s)
		reply->signed_ttl_s = q->signed_ttl_s;
	take(&a->view->reply, reply);
	a->has_rrset = true;
	go_on(a);
}

/* --- the zone ----------------------------------------------------------------------------------- */

static void
on_ns(struct asking *q, struct dns_reply *reply)
{
	struct zone_view *view = q->all->view;

	if (reply->outcome != DNS_FOUND)
		snprintf(view->servers_detail, sizeof(view->servers_detail), "%s",
		    reply->outcome == DNS_ERROR ? reply->detail : "no NS records");
	take(&q->all->ns, reply);
	q->all->has_zone = true;
	go_on(q->all);
}

static void
on_soa(struct asking *q, struct dns_reply *reply)
{
	struct zone_view *view = q->all->view;

	view->apex = reply->owner;
	view->has_soa = true;
	view->soa_signature = reply->signature;
	view->soa_ttl_s = reply->ttl_s;
	dns_soa_read(&reply->records[0], &view->soa);
	if (view->security != ZONE_BOGUS)
		set_security(view, reply->is_secure ? ZONE_SECURE : ZONE_INSECURE, "");
	q->fn = on_ns;
	ask(q, &view->apex, DNS_NS);
}

/* The denial of a SOA says where it is; without that, one label up.  False: there is no more. */
static bool
find_above(struct asking *q, const struct dns_reply *reply)
{
	const char *parent = domain_parent(&reply->owner);
	struct domain above;

	if (reply->zone.len > 0 && reply->zone.len < reply->owner.len)
		above = reply->zone;
	else if (domain_parse(parent, strlen(parent), &above, NULL) != ST_OK)
		return false;
	ask(q, &above, DNS_SOA);
	return true;
}

static void
on_apex(struct asking *q, struct dns_reply *reply)
{
	bool is_denied = reply->outcome == DNS_NODATA || reply->outcome == DNS_NXDOMAIN;

	if (reply->outcome == DNS_FOUND) {
		on_soa(q, reply);
		return;
	}
	if (is_denied && find_above(q, reply))
		return;
	if (q->all->view->security != ZONE_BOGUS)
		set_security(q->all->view, ZONE_UNKNOWN,
		    reply->outcome == DNS_ERROR ? reply->detail
						: "the zone has no SOA record");
	q->all->has_zone = true;
	go_on(q->all);
}

/* --- its servers -------------------------------------------------------------------------------- */

static void
finish(struct zone_view_ask *a)
{
	struct zone_view *view = a->view;
	zone_view_done_fn *done = a->done;
	void *arg = a->arg;

	if (!dns_is_trusted(a->options.dns) && view->security != ZONE_BOGUS)
		set_security(view, ZONE_UNKNOWN, "the resolver cannot be trusted");
	if (a->options.progress != NULL)
		a->options.progress(view->apex.text, a->options.progress_arg);
	a->view = NULL;
	zone_view_cancel(a);
	done(view, arg);
}

static void
on_servers(struct zone_server *servers, size_t count, void *arg)
{
	struct zone_view_ask *a = arg;

	a->servers = NULL;
	a->view->servers = servers;
	a->view->count = count;
	finish(a);
}

/* Once both lines have ended. */
static void
go_on(struct zone_view_ask *a)
{
	struct zone_servers_request request = {
		.ns = &a->ns,
		.flags = flags_of(&a->zone),
		.apex = &a->view->apex,
		.owner = &a->view->reply.owner,
		.type = a->view->type,
	};

	if (!a->has_rrset || !a->has_zone)
		return;
	if (a->view->has_soa)
		a->servers = zone_servers_start(&a->options, &request, on_servers, a);
	else
		finish(a);
}

struct zone_view_ask *
zone_view_start(const struct audit_options *options, const struct domain *name,
    enum dns_type type, zone_view_done_fn *done, void *arg)
{
	struct zone_view_ask *a = xcalloc(1, sizeof(*a));

	a->options = *options;
	a->view = xcalloc(1, sizeof(*a->view));
	a->view->name = *name;
	a->view->type = type;
	a->view->reply.outcome = a->ns.outcome = DNS_ERROR;
	a->done = done;
	a->arg = arg;
	a->rrset = (struct asking){ .all = a, .is_secure = true, .fn = on_rrset };
	a->zone = (struct asking){ .all = a, .fn = on_apex };
	ask(&a->rrset, name, type);
	ask(&a->zone, name, DNS_SOA);
	return a;
}

static void
asking_end(struct asking *q)
{
	dns_cancel(q->query);
	loop_timer_free(q->pause);
}

void
zone_view_cancel(struct zone_view_ask *a)
{
	if (a == NULL)
		return;
	asking_end(&a->rrset);
	asking_end(&a->zone);
	zone_servers_cancel(a->servers);
	dns_reply_clear(&a->ns);
	zone_view_free(a->view);
	free(a);
}

void
zone_view_free(struct zone_view *view)
{
	if (view == NULL)
		return;
	zone_servers_free(view->servers, view->count);
	dns_reply_clear(&view->reply);
	free(view);
}
