/* SPDX-License-Identifier: ISC */
#include "cli/rollover_look.h"

#include <stdio.h>

#include "audit/resolver_view.h"
#include "cli/session.h"
#include "show/complain.h"

struct look {
	struct session session;
	const struct next_hop *host;
	size_t address_max;
	struct host_view *shown;
	struct zone_view *zone; /* NULL: the name has no room for TLSA records */
};

static const struct domain *
base_of(const struct look *look)
{
	const struct host_facts *host = look->shown->host;

	return host->base != NULL ? host->base : &host->name;
}

static void
on_zone(struct zone_view *zone, void *arg)
{
	struct look *look = arg;

	look->zone = zone;
	session_seen(&look->session);
}

static void
on_host(struct host_view *shown, void *arg)
{
	struct look *look = arg;
	struct domain name;
	char labels[sizeof("_65535._tcp")];

	look->shown = shown;
	snprintf(labels, sizeof(labels), "_%u._tcp", (unsigned)look->host->port);
	if (domain_join(labels, base_of(look), &name) == ST_OK)
		(void)zone_view_start(
		    &look->session.options, &name, DNS_TLSA, on_zone, look);
	else
		session_seen(&look->session);
}

static void
begin(struct session *session, void *arg)
{
	struct look *look = arg;
	struct host_view_request request = {
		.host = look->host->domain,
		.port = look->host->port,
		.address_max = look->address_max,
	};

	session->waiting++;
	(void)host_view_start(&session->options, &request, on_host, look);
}

static enum exit_code
tell(const struct look *look, rollover_look_fn *fn, void *arg)
{
	struct rollover_seen seen = {
		.host = look->host,
		.base = base_of(look),
		.zone = look->zone,
		.shown = look->shown,
	};

	if (look->zone == NULL) {
		complain("the name of the host leaves no room for TLSA records");
		return EXIT_FAILED;
	}
	resolver_doubt_zone(look->session.resolver, look->zone);
	return fn(&seen, arg);
}

enum exit_code
rollover_look(const struct args *args, const struct next_hop *host, size_t address_max,
    rollover_look_fn *fn, void *arg)
{
	struct look look = { .host = host, .address_max = address_max };
	enum exit_code code = EXIT_FAILED;

	if (session_run(args, SESSION_DNS, &look.session, begin, &look))
		code = tell(&look, fn, arg);
	zone_view_free(look.zone);
	host_view_free(look.shown);
	return code;
}
