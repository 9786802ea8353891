/* SPDX-License-Identifier: ISC */
#include "audit/audit.h"

#include "audit/resolver_view.h"
#include "base/mem.h"
#include "net/loop.h"

/* Of one MX host. */
struct slot {
	struct audit_ask *ask;
	struct audit_host *host;
	struct host_view_ask *view; /* NULL once seen */
	struct zone_view_ask *zone; /* likewise */
};

struct audit_ask {
	struct audit_options options;
	struct audit *audit;
	struct resolver_view_ask *resolver; /* NULL once seen; so are the others */
	struct mx_view_ask *mx;
	struct zone_view_ask *zone;
	struct sts_view_ask *sts;
	struct rua_view_ask *rua;
	struct dkim_view_ask *dkim;
	struct slot *slots;
	size_t pending; /* views */
	audit_done_fn *done;
	void *arg;
};

static void
ask_free(struct audit_ask *a)
{
	audit_free(a->audit);
	free(a->slots);
	free(a);
}

/* One step in each turn of the loop. */
static void
judge_more(void *arg)
{
	struct audit_ask *a = arg;
	struct audit *audit = a->audit;

	if (audit_judge_next(audit, a->options.trust)) {
		loop_defer(judge_more, a);
		return;
	}
	audit_judge_end(audit);
	a->audit = NULL;
	a->done(audit, a->arg);
	ask_free(a);
}

/* A view is there; what it is about, unless it has told its steps itself. */
static void
note(struct audit_ask *a, const char *what)
{
	if (what != NULL && a->options.progress != NULL)
		a->options.progress(what, a->options.progress_arg);
	if (--a->pending > 0)
		return;
	audit_judge_begin(a->audit, loop_time());
	loop_defer(judge_more, a);
}

/* --- the MX hosts --------------------------------------------------------------------------- */

static void
on_host(struct host_view *view, void *arg)
{
	struct slot *slot = arg;

	slot->view = NULL;
	slot->host->view = view;
	note(slot->ask, NULL);
}

static void
on_host_zone(struct zone_view *view, void *arg)
{
	struct slot *slot = arg;

	slot->zone = NULL;
	slot->host->zone = view;
	note(slot->ask, NULL);
}

/* Every host gets its share of the name servers, and of the looks. */
static void
look_at_zone(struct slot *slot, const struct domain *host, size_t hosts)
{
	struct audit_options options = slot->ask->options;
	struct domain place;

	if (domain_join("_25._tcp", host, &place) != ST_OK)
		return;
	options.zone_servers_max =
	    AUDIT_SERVERS_MAX / (hosts < AUDIT_ZONES_MAX ? hosts : AUDIT_ZONES_MAX);
	slot->ask->pending++;
	slot->zone = zone_view_start(&options, &place, DNS_TLSA, on_host_zone, slot);
}

static void
look_at_host(struct slot *slot, const struct domain *name, size_t hosts)
{
	size_t share = AUDIT_LOOKS_MAX / hosts;
	struct host_view_request request = {
		.host = *name,
		.port = 25,
		.address_max = share < HOST_ADDRESSES_MAX ? share : HOST_ADDRESSES_MAX,
	};

	slot->ask->pending++;
	slot->view = host_view_start(&slot->ask->options, &request, on_host, slot);
}

static void
look_at_hosts(struct audit_ask *a)
{
	const struct route *route = a->audit->mx->route;
	size_t i;

	a->audit->count = route->host_count;
	a->audit->hosts = xcalloc(route->host_count + 1, sizeof(a->audit->hosts[0]));
	a->slots = xcalloc(route->host_count + 1, sizeof(a->slots[0]));
	for (i = 0; i < route->host_count; i++) {
		const struct host_facts *host = &route->hosts[i];
		struct slot *slot = &a->slots[i];

		slot->ask = a;
		slot->host = &a->audit->hosts[i];
		if (host->address_outcome == ADDRESS_INVALID)
			continue;
		look_at_host(slot, &host->name, route->host_count);
		if (i < AUDIT_ZONES_MAX)
			look_at_zone(slot, &host->name, route->host_count);
	}
}

static void
on_mx(struct mx_view *view, void *arg)
{
	struct audit_ask *a = arg;

	a->mx = NULL;
	a->audit->mx = view;
	look_at_hosts(a);
	note(a, view->domain.text);
}

/* --- what else the domain publishes ------------------------------------------------------------ */

/* What is insecure cannot be said before this. */
static void
on_resolver(enum resolver_state state, void *arg)
{
	struct audit_ask *a = arg;

	a->resolver = NULL;
	a->audit->resolver = state;
	note(a, NULL);
}

static void
on_zone(struct zone_view *view, void *arg)
{
	struct audit_ask *a = arg;

	a->zone = NULL;
	a->audit->zone = view;
	note(a, NULL);
}

static void
on_sts(struct sts_view *view, void *arg)
{
	struct audit_ask *a = arg;

	a->sts = NULL;
	a->audit->sts = view;
	note(a, "MTA-STS");
}

static void
on_rua(struct rua_view *view, void *arg)
{
	struct audit_ask *a = arg;

	a->rua = NULL;
	a->audit->rua = view;
	note(a, "TLS-RPT");
}

static void
on_dkim(struct dkim_view *view, void *arg)
{
	struct audit_ask *a = arg;

	a->dkim = NULL;
	a->audit->dkim = view;
	note(a, "DKIM");
}

static void
look_at_all(struct audit_ask *a)
{
	const struct domain *domain = &a->audit->domain;

	a->pending = 5;
	a->resolver = resolver_view_start(&a->options, on_resolver, a);
	a->mx = mx_view_start(&a->options, domain, on_mx, a);
	a->zone = zone_view_start(&a->options, domain, DNS_MX, on_zone, a);
	a->sts = sts_view_start(&a->options, domain, on_sts, a);
	a->rua = rua_view_start(&a->options, domain, on_rua, a);
	if (a->options.dkim_selector == NULL)
		return;
	a->pending++;
	a->dkim =
	    dkim_view_start(&a->options, domain, a->options.dkim_selector, on_dkim, a);
}

struct audit_ask *
audit_start(const struct audit_options *options, const struct domain *domain,
    audit_done_fn *done, void *arg)
{
	struct audit_ask *a = xcalloc(1, sizeof(*a));

	a->options = *options;
	a->audit = xcalloc(1, sizeof(*a->audit));
	a->audit->domain = *domain;
	a->done = done;
	a->arg = arg;
	look_at_all(a);
	return a;
}

static void
slot_cancel(struct slot *slot)
{
	host_view_cancel(slot->view);
	zone_view_cancel(slot->zone);
}

void
audit_cancel(struct audit_ask *a)
{
	size_t i;

	if (a == NULL)
		return;
	resolver_view_cancel(a->resolver);
	mx_view_cancel(a->mx);
	zone_view_cancel(a->zone);
	sts_view_cancel(a->sts);
	rua_view_cancel(a->rua);
	dkim_view_cancel(a->dkim);
	for (i = 0; i < a->audit->count; i++)
		slot_cancel(&a->slots[i]);
	loop_deferred_cancel(judge_more, a);
	ask_free(a);
}

void
audit_free(struct audit *audit)
{
	size_t i;

	if (audit == NULL)
		return;
	for (i = 0; i < audit->count; i++) {
		host_audit_clear(&audit->hosts[i].audit);
		host_view_free(audit->hosts[i].view);
		zone_view_free(audit->hosts[i].zone);
	}
	free(audit->hosts);
	mx_view_free(audit->mx);
	zone_view_free(audit->zone);
	sts_view_free(audit->sts);
	rua_view_free(audit->rua);
	dkim_view_free(audit->dkim);
	remarks_clear(&audit->remarks);
	free(audit);
}
