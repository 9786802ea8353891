/* SPDX-License-Identifier: ISC */
#include "audit/mx_view.h"

#include <stdio.h>

#include "base/mem.h"
#include "lookup/find_route.h"
#include "lookup/resolve.h"

struct mx_view_ask {
	struct lookup lookup;
	struct resolve *mx, *tlsa; /* NULL once answered */
	struct mx_view *view;
	mx_view_done_fn *done;
	void *arg;
};

static void
finish_if_complete(struct mx_view_ask *a)
{
	struct mx_view *view = a->view;

	if (a->mx != NULL || a->tlsa != NULL)
		return;
	a->done(view, a->arg);
	free(a);
}

/* --- MX ----------------------------------------------------------------------------------------- */

static struct route *
route_without_host(enum mx_outcome outcome)
{
	struct route *route = route_new(0);

	route->outcome = outcome;
	return route;
}

/* The name itself stands for its only host (RFC 5321, 5.1). */
static struct route *
route_to_itself(const struct domain *domain)
{
	struct route *route = route_new(1);

	route->outcome = MX_IMPLICIT;
	route->hosts[0].name = *domain;
	return route;
}

static size_t
count_repeated(const struct dns_reply *reply)
{
	size_t i, k, n = 0;

	for (i = 0; i < reply->count; i++) {
		const struct domain *name = &reply->records[i].name;

		for (k = 0; k < i && name->len > 0; k++)
			if (domain_equal(&reply->records[k].name, name))
				break;
		n += name->len > 0 && k < i;
	}
	return n;
}

static struct route *
route_of(struct mx_view *view, const struct dns_reply *reply)
{
	struct route *route;

	switch (reply->outcome) {
	case DNS_FOUND:
		route = route_of_mx(reply);
		route->outcome = route->host_count > 0 ? MX_FOUND : MX_NULL;
		view->repeated = count_repeated(reply);
		return route;
	case DNS_NODATA:
		return route_to_itself(&view->domain);
	case DNS_NXDOMAIN:
		return route_without_host(MX_NXDOMAIN);
	case DNS_ALIAS:
	case DNS_ERROR:
		break;
	}
	route = route_without_host(MX_ERROR);
	snprintf(route->detail, sizeof(route->detail), "%s", reply->detail);
	return route;
}

static void
on_mx(struct dns_reply *reply, void *arg)
{
	struct mx_view_ask *a = arg;
	struct mx_view *view = a->view;

	a->mx = NULL;
	view->route = route_of(view, reply);
	view->route->is_secure = reply->is_secure && reply->outcome != DNS_ERROR;
	view->route->expanded =
	    reply->outcome == DNS_FOUND ? reply->owner : view->domain;
	finish_if_complete(a);
}

/* --- TLSA where nobody asks ------------------------------------------------------------------------ */

static void
on_tlsa(struct dns_reply *reply, void *arg)
{
	struct mx_view_ask *a = arg;

	a->tlsa = NULL;
	if (reply->outcome == DNS_FOUND)
		a->view->own_tlsa = reply->count;
	finish_if_complete(a);
}

struct mx_view_ask *
mx_view_start(const struct audit_options *options, const struct domain *domain,
    mx_view_done_fn *done, void *arg)
{
	struct mx_view_ask *a = xcalloc(1, sizeof(*a));
	struct domain place;

	a->lookup = audit_lookup(options);
	a->view = xcalloc(1, sizeof(*a->view));
	a->view->domain = *domain;
	a->done = done;
	a->arg = arg;
	a->mx = resolve_start(&a->lookup, domain, DNS_MX, NULL, "", on_mx, a);
	if (domain_join("_25._tcp", domain, &place) == ST_OK)
		a->tlsa =
		    resolve_start(&a->lookup, &place, DNS_TLSA, NULL, "", on_tlsa, a);
	return a;
}

void
mx_view_free(struct mx_view *view)
{
	if (view == NULL)
		return;
	route_release(view->route);
	free(view);
}

void
mx_view_cancel(struct mx_view_ask *a)
{
	if (a == NULL)
		return;
	resolve_cancel(a->mx);
	resolve_cancel(a->tlsa);
	mx_view_free(a->view);
	free(a);
}
