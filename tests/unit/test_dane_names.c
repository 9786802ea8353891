/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "policy/dane_names.h"

/*
 * The worked example of conformance REF-04, all secure unless said: lists.example.org CNAME mail.example.org
 * CNAME example.com; MX mxa.example.com and mxb.example.com, the latter an alias of backup.example.net.
 */
#define NEXT_HOP "lists.example.org"
#define EXPANDED "example.com"

static const struct names_case {
	const char *name;
	enum mx_outcome outcome;
	bool is_secure;
	const char *next_hop, *expanded, *host, *base;
	const char *want[DANE_NAMES_MAX];
} names_cases[] = {
	{ "REF-01 REF-02 REF-04 NAME-07 through a secure MX", MX_FOUND, true, NEXT_HOP,
	    EXPANDED, "mxa.example.com", "mxa.example.com",
	    { "mxa.example.com", NEXT_HOP, EXPANDED } },
	{ "REF-01 REF-04 the MX host is an alias: its target, not its own name",
	    MX_FOUND, true, NEXT_HOP, EXPANDED, "mxb.example.com", "backup.example.net",
	    { "backup.example.net", NEXT_HOP, EXPANDED } },
	{ "REF-02 the next-hop is no alias: named once", MX_FOUND, true, "example.com",
	    "example.com", "mx.example.com", "mx.example.com",
	    { "mx.example.com", "example.com" } },
	{ "REF-02 the MX host is the next-hop: named once", MX_FOUND, true,
	    "example.com", "example.com", "example.com", "example.com",
	    { "example.com" } },
	{ "REF-03 through an insecure MX: the host alone", MX_FOUND, false,
	    "example.org", "example.org", "mx.provider.example", "mx.provider.example",
	    { "mx.provider.example" } },
	{ "REF-03 an insecure MX and an alias: its target, then the host", MX_FOUND,
	    false, "example.org", "example.org", "mx.provider.example",
	    "lb.provider.example", { "lb.provider.example", "mx.provider.example" } },
	{ "REF-04 no MX, base is the expanded name: the original too", MX_IMPLICIT,
	    true, "h.example", "real.example", "h.example", "real.example",
	    { "real.example", "h.example" } },
	{ "REF-04 no MX, base is the original: never the alias's target", MX_IMPLICIT,
	    false, "h.example", "lb.cloud.example", "h.example", "h.example",
	    { "h.example" } },
	{ "REF-04 a host in brackets that is an alias", MX_HOST, false,
	    "relay.isp.example", "relay.isp.example", "relay.isp.example",
	    "node1.isp.example", { "node1.isp.example", "relay.isp.example" } },
};

static void
check_names(void **state)
{
	const struct names_case *c = *state;
	struct next_hop next_hop = { .domain = domain_named(c->next_hop),
		.port = SMTP_PORT };
	struct route *route = route_new(1);
	struct host_facts *host = &route->hosts[0];
	struct domain base = domain_named(c->base);
	struct dane_names names;
	size_t i;

	route->outcome = c->outcome;
	route->is_secure = c->is_secure;
	route->expanded = domain_named(c->expanded);
	host->name = domain_named(c->host);
	host->tlsa_outcome = TLSA_FOUND;
	host->base = xmemdup(&base, sizeof(base));

	dane_names_find(&next_hop, route, host, &names);
	for (i = 0; i < COUNT_OF(c->want) && c->want[i] != NULL; i++) {
		assert_true(i < names.count);
		assert_string_equal(names.names[i]->text, c->want[i]);
	}
	assert_int_equal(names.count, i);
	route_release(route);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_names, names_cases),
	};

	return cases_run("dane_names", tables, COUNT_OF(tables));
}
