/* SPDX-License-Identifier: ISC */
#include "lookup/find_route.h"

#include <stdio.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "lookup/find_host.h"
#include "lookup/resolve.h"
#include "net/loop.h"

/* How long the other hosts are waited for when one can be used: one dead host must not use up the time in which the
 * question is to be answered (MX-07). */
#define HOSTS_WAIT_MS 3000

#define TARGET_SHOWN 40 /* octets of an MX target that is no name */

struct find_route {
	struct lookup *lookup;
	struct next_hop next_hop;
	struct trace *trace;
	uint32_t ttl_s;
	struct resolve *mx;
	struct route *route;
	/* One for each host, of which pending are not done yet. */
	struct host_slot {
		struct find_route *find;
		struct find_host *op;
	} * slots;
	size_t pending;
	struct loop_timer *hosts_wait; /* NULL until it is needed */
	find_route_done_fn *done;
	void *arg;
};

static void
release(struct find_route *f)
{
	size_t i;

	resolve_cancel(f->mx);
	loop_timer_free(f->hosts_wait);
	for (i = 0; f->slots != NULL && i < f->route->host_count; i++)
		find_host_cancel(f->slots[i].op);
	free(f->slots);
	route_release(f->route);
	free(f);
}

static void
finish(struct find_route *f)
{
	struct route *route = f->route;

	route->found = loop_time();
	route->expires = route->found + (time_t)f->ttl_s;
	f->route = NULL;
	f->pending = 0;
	free(f->slots);
	f->slots = NULL;
	f->done(route, f->arg);
	release(f);
}

/* A next-hop that leads to no host. */
static void
finish_without_host(struct find_route *f, enum mx_outcome outcome, bool is_secure)
{
	f->route = route_new(0);
	f->route->outcome = outcome;
	f->route->is_secure = is_secure;
	f->route->expanded = f->next_hop.domain;
	finish(f);
}

static void
note_ttl(struct find_route *f, uint32_t ttl_s)
{
	if (ttl_s < f->ttl_s)
		f->ttl_s = ttl_s;
}

static void
on_hosts_wait(void *arg)
{
	struct find_route *f = arg;
	size_t i;

	for (i = 0; i < f->route->host_count; i++) {
		if (f->slots[i].op == NULL)
			continue;
		find_host_give_up(f->slots[i].op);
		f->slots[i].op = NULL;
	}
	note_ttl(f, ERROR_TTL);
	finish(f);
}

/* Whether mail can go there, whatever is decided about TLS. */
static bool
is_good(const struct host_facts *host)
{
	return host->address_outcome == ADDRESS_FOUND &&
	       host->tlsa_outcome != TLSA_ERROR &&
	       host->tlsa_outcome != TLSA_ALIAS_ERROR;
}

static void
on_host(uint32_t ttl_s, void *arg)
{
	struct host_slot *slot = arg;
	struct find_route *f = slot->find;

	slot->op = NULL;
	note_ttl(f, ttl_s);
	if (--f->pending == 0) {
		finish(f);
	} else if (f->hosts_wait == NULL &&
		   is_good(&f->route->hosts[slot - f->slots])) {
		f->hosts_wait = loop_timer_new(on_hosts_wait, f);
		loop_timer_set(f->hosts_wait, HOSTS_WAIT_MS);
	}
}

/* All hosts at once; each carries its own verdict (DANE-MX-01). */
static void
find_hosts(struct find_route *f)
{
	struct route *route = f->route;
	size_t i;

	f->slots = xcalloc(route->host_count, sizeof(*f->slots));
	for (i = 0; i < route->host_count; i++) {
		struct host_facts *host = &route->hosts[i];

		if (host->address_outcome == ADDRESS_INVALID)
			continue;
		f->slots[i].find = f;
		f->slots[i].op = find_host_start(
		    f->lookup, f->next_hop.port, host, f->trace, on_host, &f->slots[i]);
		f->pending++;
	}
	if (f->pending == 0)
		finish(f);
}

/* The name itself stands for its only host, preference 0 (MX-04, BASE-11). */
static void
find_itself(struct find_route *f, enum mx_outcome outcome, bool is_secure)
{
	f->route = route_new(1);
	f->route->outcome = outcome;
	f->route->is_secure = is_secure;
	f->route->expanded = f->next_hop.domain;
	f->route->hosts[0].name = f->next_hop.domain;
	find_hosts(f);
}

static bool
is_known(const struct route *route, const struct dns_record *mx)
{
	size_t i;

	for (i = 0; i < route->host_count; i++)
		if (mx->name.len > 0 && domain_equal(&route->hosts[i].name, &mx->name))
			return true;
	return false;
}

static void
add_host(struct route *route, const struct dns_record *mx)
{
	struct host_facts *host = &route->hosts[route->host_count++];
	struct strbuf shown = STRBUF_INIT;

	host->name = mx->name;
	host->preference = mx->preference;
	if (mx->name.len > 0)
		return;
	host->address_outcome = ADDRESS_INVALID;
	strbuf_escape(&shown, mx->data, mx->len, TARGET_SHOWN);
	snprintf(
	    host->detail, sizeof(host->detail), "MX target \"%s\"", strbuf_str(&shown));
	strbuf_clear(&shown);
}

static int
by_preference(const void *a, const void *b)
{
	const struct dns_record *const *x = a, *const *y = b;

	if ((*x)->preference != (*y)->preference)
		return (*x)->preference < (*y)->preference ? -1 : 1;
	/* The place in the answer decides, so that the order is the same every time. */
	return *x < *y ? -1 : 1;
}

/* "0 ." beside others is dropped, too (MX-05). */
struct route *
route_of_mx(const struct dns_reply *reply)
{
	const struct dns_record **sorted = xcalloc(reply->count, sizeof(*sorted));
	struct route *route =
	    route_new(reply->count < MX_HOSTS_MAX ? reply->count : MX_HOSTS_MAX);
	size_t i;

	for (i = 0; i < reply->count; i++)
		sorted[i] = &reply->records[i];
	qsort(sorted, reply->count, sizeof(const struct dns_record *), by_preference);
	route->host_count = 0;
	for (i = 0; i < reply->count; i++) {
		if (sorted[i]->is_root) {
			route->had_null = true;
		} else if (!is_known(route, sorted[i])) {
			route->is_cut = route->host_count == MX_HOSTS_MAX;
			if (route->is_cut)
				break;
			add_host(route, sorted[i]);
		}
	}
	free(sorted);
	return route;
}

/* What was left out. */
static void
trace_mx(const struct find_route *f)
{
	if (f->route->had_null && f->route->outcome == MX_FOUND)
		trace_add(f->trace, "MX 0 .", "", "RFC 7505, 3",
		    "beside other MX records: ignored");
	if (f->route->is_cut)
		trace_add(f->trace, "MX", "", "RFC 5321, 5.1",
		    "more than %d hosts: the others are left out", MX_HOSTS_MAX);
}

static void
use_mx(struct find_route *f, const struct dns_reply *reply)
{
	f->route = route_of_mx(reply);
	f->route->outcome = f->route->host_count > 0 ? MX_FOUND : MX_NULL;
	f->route->is_secure = reply->is_secure;
	f->route->expanded = reply->owner;
	trace_mx(f);
	if (f->route->outcome == MX_NULL)
		finish(f);
	else
		find_hosts(f);
}

static void
on_mx(struct dns_reply *reply, void *arg)
{
	struct find_route *f = arg;

	f->mx = NULL;
	note_ttl(f, reply->ttl_s);
	switch (reply->outcome) {
	case DNS_FOUND:
		use_mx(f, reply);
		break;
	case DNS_NODATA:
		find_itself(f, MX_IMPLICIT, reply->is_secure);
		break;
	case DNS_NXDOMAIN:
		finish_without_host(f, MX_NXDOMAIN, reply->is_secure);
		break;
	case DNS_ALIAS:
	case DNS_ERROR:
		f->ttl_s = ERROR_TTL;
		f->route = route_new(0);
		f->route->outcome = MX_ERROR;
		f->route->expanded = f->next_hop.domain;
		snprintf(f->route->detail, sizeof(f->route->detail), "MX: %s",
		    reply->detail);
		finish(f);
		break;
	}
}

struct find_route *
find_route_start(struct lookup *lookup, const struct next_hop *next_hop,
    struct trace *trace, find_route_done_fn *done, void *arg)
{
	struct find_route *f = xcalloc(1, sizeof(*f));

	f->lookup = lookup;
	f->next_hop = *next_hop;
	f->trace = trace;
	f->ttl_s = ROUTE_TTL_MAX;
	f->done = done;
	f->arg = arg;
	if (next_hop->is_host)
		/* The operator named the host: there is no MX answer to be forged. */
		find_itself(f, MX_HOST, true);
	else
		f->mx = resolve_start(lookup, &next_hop->domain, DNS_MX, trace,
		    "where mail goes (RFC 5321, 5.1)", on_mx, f);
	return f;
}

void
find_route_cancel(struct find_route *f)
{
	if (f != NULL)
		release(f);
}
