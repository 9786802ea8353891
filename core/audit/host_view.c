/* SPDX-License-Identifier: ISC */
#include "audit/host_view.h"

#include <stdio.h>

#include "base/mem.h"
#include "lookup/find_host.h"
#include "lookup/resolve.h"
#include "lookup/sighting.h"
#include "net/dns.h"
#include "net/smtp_probe.h"
#include "policy/cert_facts.h"

enum state {
	VIEW_HOST, /* addresses and TLSA, as for a delivery */
	VIEW_RECORDS, /* the TLSA records alone: their TTL, and those that are not secure */
	VIEW_LOOKS,
	VIEW_DONE,
};

/* A server may have two certificates, for EC and for RSA; it shows the one that it is asked for. */
#define CERTS_MAX 2

/* One address. */
struct host_spot {
	struct host_view_ask *ask;
	struct address address;
	struct smtp_probe *probe; /* NULL: none is under way */
	size_t count;
	struct sighting *seen[CERTS_MAX];
	char details[CERTS_MAX]
		    [REASON_CODE_MAX + 1]; /* also where it was not reached */
};

struct host_view_ask {
	enum state state;
	struct audit_options options;
	struct host_view_request request;
	struct lookup lookup;
	struct find_host *find;
	struct resolve *query;
	struct host_view *view;
	size_t spot_count, waiting;
	host_view_done_fn *done;
	void *arg;
};

static void enter(struct host_view_ask *a, enum state next);

static const struct host_facts *
host_of(const struct host_view_ask *a)
{
	return a->view->host;
}

static void
tell(const struct host_view_ask *a, const struct address *address)
{
	char what[DOMAIN_MAX + 1 + ADDRESS_TEXT_MAX], text[ADDRESS_TEXT_MAX];

	if (a->options.progress == NULL)
		return;
	snprintf(what, sizeof(what), "%s %s", a->request.host.text,
	    address != NULL ? address_text(address, text) : "DNS");
	a->options.progress(what, a->options.progress_arg);
}

/* --- DNS ------------------------------------------------------------------------------------ */

static void
on_host(uint32_t ttl_s UNUSED, void *arg)
{
	struct host_view_ask *a = arg;

	a->find = NULL;
	tell(a, NULL);
	enter(a,
	    host_of(a)->address_outcome == ADDRESS_FOUND ? VIEW_RECORDS : VIEW_LOOKS);
}

static void
on_tlsa(struct dns_reply *reply, void *arg)
{
	struct host_view_ask *a = arg;

	a->query = NULL;
	if (reply->outcome == DNS_FOUND && host_of(a)->tlsa_outcome == TLSA_FOUND)
		a->view->ttl_s = reply->ttl_s;
	else if (reply->outcome == DNS_FOUND)
		a->view->ignored_tlsa = reply->count;
	enter(a, VIEW_LOOKS);
}

/* Where records stand, or would. */
static const struct domain *
base_of(const struct host_facts *h)
{
	if (h->base != NULL)
		return h->base;
	return h->canonical != NULL ? h->canonical : &h->name;
}

static void
ask_records(struct host_view_ask *a)
{
	char prefix[sizeof("_65535._tcp")];
	struct domain name;

	snprintf(prefix, sizeof(prefix), "_%u._tcp", (unsigned)a->request.port);
	if (domain_join(prefix, base_of(host_of(a)), &name) != ST_OK)
		enter(a, VIEW_LOOKS);
	else
		a->query =
		    resolve_start(&a->lookup, &name, DNS_TLSA, NULL, "", on_tlsa, a);
}

/* --- looks ---------------------------------------------------------------------------------- */

static void on_look(const struct smtp_probe_answer *answer, void *arg);

static void
look(struct host_spot *spot, enum tls_keys keys)
{
	struct host_view_ask *a = spot->ask;
	const struct host_facts *h = host_of(a);
	struct smtp_probe_request request = {
		.address = spot->address,
		.port = a->request.port,
		.sni = h->base != NULL ? h->base : &h->name,
		.helo = a->options.helo,
		.deadline_ms = a->options.look_deadline_ms,
		.keys = keys,
	};

	spot->probe = smtp_probe_start(&request, on_look, spot);
}

static void
keep(struct host_spot *spot, const struct smtp_probe_answer *answer)
{
	char *detail = spot->details[spot->count];

	snprintf(detail, sizeof(spot->details[0]), "%s", answer->detail);
	spot->seen[spot->count++] =
	    sighting_new(&host_of(spot->ask)->name, &spot->address, answer);
}

/* What else to ask for, after what the server likes best; ANY: nothing. */
static enum tls_keys
other_keys(const struct smtp_probe_answer *answer)
{
	const struct chain *chain = answer->chain;
	struct cert_facts leaf;

	if (chain == NULL || chain->count == 0 ||
	    !cert_facts_find(chain->certs[0].der, chain->certs[0].len, &leaf))
		return TLS_KEYS_ANY;
	return leaf.is_rsa ? TLS_KEYS_EC : TLS_KEYS_RSA;
}

/*
 * The second time only a certificate tells anything: most servers have no other one and let the handshake fail, and some
 * mind who comes again at once.
 */
static void
on_look(const struct smtp_probe_answer *answer, void *arg)
{
	struct host_spot *spot = arg;
	struct host_view_ask *a = spot->ask;
	bool is_first = spot->count == 0;
	enum tls_keys other = is_first ? other_keys(answer) : TLS_KEYS_ANY;

	spot->probe = NULL;
	if (is_first || answer->tls == TLS_UP)
		keep(spot, answer);
	if (other != TLS_KEYS_ANY) {
		look(spot, other);
		return;
	}
	tell(a, &spot->address);
	if (--a->waiting == 0)
		enter(a, VIEW_DONE);
}

static void
look_everywhere(struct host_view_ask *a)
{
	const struct host_facts *h = host_of(a);
	size_t i, n = h->address_count < a->request.address_max
			  ? h->address_count
			  : a->request.address_max;

	a->view->spots = xcalloc(n + 1, sizeof(a->view->spots[0]));
	a->view->left_out = h->address_count - n;
	a->spot_count = a->waiting = n;
	for (i = 0; i < n; i++) {
		a->view->spots[i].ask = a;
		a->view->spots[i].address = h->addresses[i];
		look(&a->view->spots[i], TLS_KEYS_ANY);
	}
	if (n == 0)
		enter(a, VIEW_DONE);
}

/* --- the end -------------------------------------------------------------------------------- */

/* All that was seen, address by address. */
static void
gather(struct host_view_ask *a)
{
	struct host_view *v = a->view;
	size_t i, k;

	v->seen = xcalloc(CERTS_MAX * a->spot_count + 1, sizeof(v->seen[0]));
	for (i = 0; i < a->spot_count; i++) {
		struct host_spot *spot = &v->spots[i];

		for (k = 0; k < spot->count; k++, v->count++) {
			sighting_evidence(spot->seen[k], &v->seen[v->count]);
			v->seen[v->count].reason = spot->details[k];
		}
	}
}

static void
finish(struct host_view_ask *a)
{
	struct host_view *view = a->view;

	gather(a);
	a->view = NULL;
	a->done(view, a->arg);
	free(a);
}

static void
enter(struct host_view_ask *a, enum state next)
{
	a->state = next;
	switch (next) {
	case VIEW_HOST:
		a->find = find_host_start(&a->lookup, a->request.port,
		    &a->view->route->hosts[0], NULL, on_host, a);
		break;
	case VIEW_RECORDS:
		ask_records(a);
		break;
	case VIEW_LOOKS:
		look_everywhere(a);
		break;
	case VIEW_DONE:
		finish(a);
		break;
	}
}

struct host_view_ask *
host_view_start(const struct audit_options *options,
    const struct host_view_request *request, host_view_done_fn *done, void *arg)
{
	struct host_view_ask *a = xcalloc(1, sizeof(*a));

	a->options = *options;
	a->request = *request;
	a->lookup = audit_lookup(options);
	a->view = xcalloc(1, sizeof(*a->view));
	a->view->is_resolver_trusted = dns_is_trusted(options->dns);
	a->view->route = route_new(1);
	a->view->route->hosts[0].name = request->host;
	a->view->host = &a->view->route->hosts[0];
	a->done = done;
	a->arg = arg;
	enter(a, VIEW_HOST);
	return a;
}

static void
free_spots(struct host_spot *spots, size_t count)
{
	size_t i, k;

	for (i = 0; spots != NULL && i < count; i++) {
		smtp_probe_cancel(spots[i].probe);
		for (k = 0; k < spots[i].count; k++)
			sighting_release(spots[i].seen[k]);
	}
	free(spots);
}

void
host_view_free(struct host_view *view)
{
	if (view == NULL)
		return;
	free_spots(view->spots, view->host->address_count - view->left_out);
	route_release(view->route);
	free(view->seen);
	free(view);
}

void
host_view_cancel(struct host_view_ask *a)
{
	if (a == NULL)
		return;
	find_host_cancel(a->find);
	resolve_cancel(a->query);
	host_view_free(a->view);
	free(a);
}
