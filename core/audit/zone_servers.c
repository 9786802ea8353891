/* SPDX-License-Identifier: ISC */
#include "audit/zone_servers.h"

#include <stdio.h>

#include "base/endpoint.h"
#include "base/mem.h"
#include "net/dns.h"
#include "net/loop.h"
#include "net/reach.h"

#define DNS_PORT    53
#define OWN_WORD_MS 4000 /* who has the zone himself need not ask anybody */
#define FAMILIES    2

/* A name server's addresses, while they are looked up. */
struct name_ask {
	struct zone_servers_ask *all;
	struct domain name;
	struct dns_query *queries[FAMILIES]; /* NULL: has its answer */
	bool has_address;
	char detail[64];
};

/* What one address is asked. */
struct server_ask {
	struct zone_servers_ask *all;
	struct zone_server *server;
	struct dns *dns;
	struct dns_query *soa, *rrset;
	bool is_read_back; /* the serial was asked for again */
};

struct zone_servers_ask {
	struct audit_options options;
	size_t max; /* addresses that are asked */
	struct domain apex, owner;
	enum dns_type type;
	size_t waiting; /* questions */
	size_t name_count, count;
	struct domain
	    left_out; /* the first name that is one too many; len 0: none is */
	struct name_ask *names;
	struct zone_server *servers;
	struct server_ask *asks;
	zone_servers_done_fn *done;
	void *arg;
};

const char *
zone_server_text(const struct zone_server *s, char buf[ZONE_SERVER_TEXT_MAX])
{
	char address[ADDRESS_TEXT_MAX] = "";

	if (s->has_address)
		address_text(&s->address, address);
	snprintf(buf, ZONE_SERVER_TEXT_MAX, "%s%s%s", s->name.text,
	    s->has_address ? " " : "", address);
	return buf;
}

/* --- what an address says ----------------------------------------------------------------------- */

static void
fall_to(struct zone_server *s, enum zone_word word, const char *detail)
{
	if (s->word != ZONE_SPEAKS)
		return;
	s->word = word;
	snprintf(s->detail, sizeof(s->detail), "%s", detail);
}

/* Whether the reply is the server's own word; an error code is one about us or the zone, and still an answer. */
static bool
is_own_word(struct zone_server *s, const struct dns_reply *reply)
{
	if (reply->outcome == DNS_ERROR)
		fall_to(s, reply->rcode != 0 ? ZONE_LAME : ZONE_SILENT, reply->detail);
	else if (!reply->is_authoritative)
		fall_to(s, ZONE_LAME, "not authoritative");
	return s->word == ZONE_SPEAKS;
}

static void
count_down(struct zone_servers_ask *all)
{
	struct zone_server *servers = all->servers;
	zone_servers_done_fn *done = all->done;
	void *arg = all->arg;
	size_t count = all->count;

	if (--all->waiting > 0)
		return;
	all->servers = NULL;
	zone_servers_cancel(all);
	done(servers, count, arg);
}

static struct dns_query *
ask(const struct server_ask *a, const struct domain *name, enum dns_type type,
    dns_done_fn *done)
{
	int deadline_ms = a->all->options.dns_deadline_ms;

	if (deadline_ms > OWN_WORD_MS)
		deadline_ms = OWN_WORD_MS;
	a->all->waiting++;
	return dns_ask_with(
	    a->dns, DNS_DIRECT, name, type, deadline_ms, done, (void *)a);
}

static bool
read_serial(const struct server_ask *a, const struct dns_reply *reply, uint32_t *serial)
{
	struct dns_soa soa;

	if (reply->outcome != DNS_FOUND || !domain_equal(&reply->owner, &a->all->apex))
		return false;
	dns_soa_read(&reply->records[0], &soa);
	*serial = soa.serial;
	return true;
}

static dns_done_fn on_serial, on_rrset;

/* Two datagrams, and between them the zone may change: the serial is asked for again when both are there. */
static void
settle(struct server_ask *a)
{
	if (a->soa == NULL && a->rrset == NULL && a->server->word == ZONE_SPEAKS &&
	    !a->is_read_back) {
		a->is_read_back = true;
		a->soa = ask(a, &a->all->apex, DNS_SOA, on_serial);
	}
	count_down(a->all);
}

static void
on_soa(struct dns_reply *reply, void *arg)
{
	struct server_ask *a = arg;

	a->soa = NULL;
	if (is_own_word(a->server, reply) && !read_serial(a, reply, &a->server->serial))
		fall_to(a->server, ZONE_LAME, "no such zone");
	settle(a);
}

static void
on_rrset(struct dns_reply *reply, void *arg)
{
	struct server_ask *a = arg;

	a->rrset = NULL;
	if (is_own_word(a->server, reply)) {
		dns_reply_clear(&a->server->reply);
		a->server->reply = *reply;
		*reply = (struct dns_reply){ .outcome = DNS_ERROR };
	}
	settle(a);
}

/* No answer is none to worry about: the server has spoken. */
static void
on_serial(struct dns_reply *reply, void *arg)
{
	struct server_ask *a = arg;
	uint32_t serial;

	a->soa = NULL;
	if (read_serial(a, reply, &serial) && serial != a->server->serial) {
		a->server->serial = serial;
		a->rrset = ask(a, &a->all->owner, a->all->type, on_rrset);
	}
	settle(a);
}

static void
ask_server(struct server_ask *a)
{
	struct zone_servers_ask *all = a->all;
	struct endpoint at = { a->server->address, DNS_PORT };
	char text[ENDPOINT_TEXT_MAX];
	struct dns_options options = { .servers = endpoint_text(&at, text) };
	struct why why;

	if (dns_open(&options, &a->dns, &why) != ST_OK) {
		fall_to(a->server, ZONE_SILENT, "DNS cannot be set up");
		return;
	}
	a->soa = ask(a, &all->apex, DNS_SOA, on_soa);
	a->rrset = ask(a, &all->owner, all->type, on_rrset);
}

static int
compare(const void *a, const void *b)
{
	const struct zone_server *x = a, *y = b;
	int order = domain_compare(&x->name, &y->name);

	return order != 0 ? order
			  : memcmp(&x->address, &y->address, sizeof(x->address));
}

static struct zone_server *
add_server(struct zone_servers_ask *all, const struct domain *name)
{
	struct zone_server *s = &all->servers[all->count++];

	*s = (struct zone_server){ .name = *name, .reply.outcome = DNS_ERROR };
	return s;
}

static void
leave_out(struct zone_servers_ask *all, const struct domain *name)
{
	fall_to(add_server(all, name), ZONE_LEFT_OUT, "too many name servers");
}

static void
ask_servers(struct zone_servers_ask *all)
{
	size_t i;

	if (all->left_out.len > 0 && all->count <= all->max)
		leave_out(all, &all->left_out);
	qsort(all->servers, all->count, sizeof(all->servers[0]), compare);
	all->asks = xcalloc(all->count + 1, sizeof(all->asks[0]));
	all->waiting = 1; /* for this function */
	for (i = 0; i < all->count; i++) {
		struct zone_server *s = &all->servers[i];

		all->asks[i] = (struct server_ask){ .all = all, .server = s };
		if (!s->has_address)
			continue;
		if (reach_is_possible(&s->address))
			ask_server(&all->asks[i]);
		else
			fall_to(s, ZONE_NO_ROUTE, "no route from here");
	}
	count_down(all);
}

/* --- their addresses ---------------------------------------------------------------------------- */

/* There is room for one more, that says so. */
static void
add_address(struct zone_servers_ask *all, const struct domain *name, enum dns_type type,
    const struct dns_record *r)
{
	struct zone_server *s;

	if (all->count > all->max)
		return;
	if (all->count == all->max) {
		leave_out(all, name);
		return;
	}
	s = add_server(all, name);
	s->has_address = true;
	s->address.is_v6 = type == DNS_AAAA;
	memcpy(s->address.bytes, r->data, r->len);
}

static void
add_nameless(struct zone_servers_ask *all, const struct name_ask *n)
{
	if (all->count <= all->max)
		fall_to(add_server(all, &n->name), ZONE_NAMELESS,
		    n->detail[0] != '\0' ? n->detail : "no address");
}

static void
keep_addresses(struct name_ask *n, enum dns_type type, const struct dns_reply *reply)
{
	size_t i;

	if (reply->outcome == DNS_ERROR)
		snprintf(n->detail, sizeof(n->detail), "%s", reply->detail);
	for (i = 0; i < reply->count; i++)
		add_address(n->all, &n->name, type, &reply->records[i]);
	n->has_address = n->has_address || reply->count > 0;
	/* An address that could not be looked up is one that was not asked. */
	if (n->queries[0] == NULL && n->queries[1] == NULL &&
	    (!n->has_address || n->detail[0] != '\0'))
		add_nameless(n->all, n);
	if (--n->all->waiting == 0)
		ask_servers(n->all);
}

static void
on_ipv4(struct dns_reply *reply, void *arg)
{
	struct name_ask *n = arg;

	n->queries[0] = NULL;
	keep_addresses(n, DNS_A, reply);
}

static void
on_ipv6(struct dns_reply *reply, void *arg)
{
	struct name_ask *n = arg;

	n->queries[1] = NULL;
	keep_addresses(n, DNS_AAAA, reply);
}

static void
ask_name(struct zone_servers_ask *all, const struct domain *name, unsigned flags)
{
	struct name_ask *n = &all->names[all->name_count++];
	struct dns *dns = all->options.dns;
	int deadline_ms = all->options.dns_deadline_ms;

	n->all = all;
	n->name = *name;
	n->queries[0] = dns_ask_with(dns, flags, name, DNS_A, deadline_ms, on_ipv4, n);
	n->queries[1] =
	    dns_ask_with(dns, flags, name, DNS_AAAA, deadline_ms, on_ipv6, n);
	all->waiting += FAMILIES;
}

/* An NS record may have no name that can be asked for. */
static void
ask_names(struct zone_servers_ask *all, const struct dns_reply *ns, unsigned flags)
{
	size_t i;

	for (i = 0; i < ns->count; i++) {
		const struct domain *name = &ns->records[i].name;

		if (name->len == 0)
			continue;
		if (all->name_count == ZONE_SERVERS_MAX) {
			all->left_out = *name;
			return;
		}
		ask_name(all, name, flags);
	}
}

static void
on_no_names(void *arg)
{
	ask_servers(arg);
}

struct zone_servers_ask *
zone_servers_start(const struct audit_options *options,
    const struct zone_servers_request *request, zone_servers_done_fn *done, void *arg)
{
	struct zone_servers_ask *all = xcalloc(1, sizeof(*all));

	all->options = *options;
	all->max = options->zone_servers_max > 0 &&
			   options->zone_servers_max < ZONE_SERVERS_MAX
		       ? options->zone_servers_max
		       : ZONE_SERVERS_MAX;
	all->apex = *request->apex;
	all->owner = *request->owner;
	all->type = request->type;
	all->done = done;
	all->arg = arg;
	all->names = xcalloc(ZONE_SERVERS_MAX, sizeof(all->names[0]));
	all->servers = xcalloc(ZONE_SERVERS_MAX + 1, sizeof(all->servers[0]));
	ask_names(all, request->ns, request->flags);
	if (all->name_count == 0)
		loop_defer(on_no_names, all);
	return all;
}

void
zone_servers_cancel(struct zone_servers_ask *all)
{
	size_t i;

	if (all == NULL)
		return;
	loop_deferred_cancel(on_no_names, all);
	for (i = 0; i < all->name_count; i++) {
		dns_cancel(all->names[i].queries[0]);
		dns_cancel(all->names[i].queries[1]);
	}
	for (i = 0; all->asks != NULL && i < all->count; i++)
		if (all->asks[i].dns != NULL)
			dns_close(all->asks[i].dns); /* and what it was asked */
	zone_servers_free(all->servers, all->count);
	free(all->names);
	free(all->asks);
	free(all);
}

void
zone_servers_free(struct zone_server *servers, size_t count)
{
	size_t i;

	for (i = 0; servers != NULL && i < count; i++)
		dns_reply_clear(&servers[i].reply);
	free(servers);
}
