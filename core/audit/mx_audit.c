/* SPDX-License-Identifier: ISC */
#include "audit/mx_audit.h"

static const struct remark_kind
    no_mail = { REMARK_NOTE, "mx-null", "it takes no mail (RFC 7505, 3)", "" },
    no_mx = { REMARK_NOTE, "mx-implicit",
	    "mail goes to the name itself (RFC 5321, 5.1)", "" },
    no_domain = { REMARK_BROKEN, "mx-nxdomain", "mail bounces (RFC 5321, 5.1)",
	    "see whether the domain is still registered, and its zone loaded" },
    not_known = { REMARK_UNSURE, "mx-unknown",
	    "if other resolvers fail too, mail waits (RFC 7672, 2.2.1)",
	    "see what the name servers answer, and the signatures" },
    null_beside = { REMARK_ADVICE, "mx-null-beside",
	    "it must stand alone (RFC 7505, 3)", "remove it, or the others" },
    repeated = { REMARK_ADVICE, "mx-repeated", "senders count it once (RFC 5321, 5.1)",
	    "name each host once" },
    cut = { REMARK_UNSURE, "mx-left-out", "senders may do the same (RFC 5321, 5.1)",
	    "publish fewer" },
    no_host = { REMARK_BROKEN, "mx-no-host",
	    "an MX record has the name of a host, never an address (RFC 5321, 5.1)",
	    "write the name of the server" },
    tlsa_unasked = { REMARK_ADVICE, "tlsa-at-domain",
	    "senders look for TLSA at the MX hosts alone (RFC 7672, 2.2.2)",
	    "move them" };

static void
audit_outcome(const struct mx_view *view, struct remarks *out)
{
	const struct route *route = view->route;
	const char *domain = view->domain.text;

	switch (route->outcome) {
	case MX_FOUND:
	case MX_HOST:
		break;
	case MX_IMPLICIT:
		remarks_add(out, &no_mx, domain, "no MX record");
		break;
	case MX_NULL:
		remarks_add(out, &no_mail, domain, "MX 0 .");
		break;
	case MX_NXDOMAIN:
		remarks_add(out, &no_domain, domain, "there is no such name");
		break;
	case MX_ERROR:
		remarks_add(out, &not_known, domain,
		    "the MX records could not be found out: %s", route->detail);
		break;
	}
}

static void
audit_set(const struct mx_view *view, struct remarks *out)
{
	const struct route *route = view->route;
	const char *domain = view->domain.text;
	size_t i;

	if (route->had_null && route->outcome == MX_FOUND)
		remarks_add(
		    out, &null_beside, domain, "MX 0 . beside other MX records");
	if (view->repeated > 0)
		remarks_add(out, &repeated, domain,
		    "MX records that name a host again: %zu", view->repeated);
	if (route->is_cut)
		remarks_add(out, &cut, domain,
		    "more than %d MX hosts: the others were not looked at",
		    MX_HOSTS_MAX);
	for (i = 0; i < route->host_count; i++)
		if (route->hosts[i].address_outcome == ADDRESS_INVALID)
			remarks_add(out, &no_host, domain, "%s is no host name",
			    route->hosts[i].detail);
}

/* NULL: no target is the name of a host. */
static const char *
first_host(const struct route *route)
{
	size_t i;

	for (i = 0; i < route->host_count; i++)
		if (route->hosts[i].name.len > 0)
			return route->hosts[i].name.text;
	return NULL;
}

/* PUB-TLSA-12 */
static void
audit_own_tlsa(const struct mx_view *view, struct remarks *out)
{
	const struct route *route = view->route;
	const char *host = first_host(route);

	if (view->own_tlsa > 0 && route->outcome == MX_FOUND && host != NULL &&
	    route_find_host(route, &view->domain) == NULL)
		remarks_add(out, &tlsa_unasked, view->domain.text,
		    "TLSA records at _25._tcp.%s; TLSA must be in the zone of %s",
		    view->domain.text, host);
}

void
mx_audit(const struct mx_view *view, struct remarks *out)
{
	audit_outcome(view, out);
	audit_set(view, out);
	audit_own_tlsa(view, out);
}
