/* SPDX-License-Identifier: ISC */
#include "audit/mx_audit.h"
#include "tlsa_certs.h"

#define HOSTS_MAX 3

/* Hosts are written as they stand in the record; one without a dot names none. */
static const struct mx_case {
	const char *name;
	enum mx_outcome outcome;
	const char *hosts[HOSTS_MAX];
	const char *want;
	bool had_null, is_cut;
	size_t repeated, own_tlsa;
} mx_cases[] = {
	{ .name = "two hosts", .hosts = { "mx1.example.org", "mx2.example.org" } },
	{ .name = "no MX record",
	    .outcome = MX_IMPLICIT,
	    .hosts = { "example.org" },
	    .want = "note example.org: no MX record: mail goes to the name itself" },
	{ .name = "a null MX",
	    .outcome = MX_NULL,
	    .want = "note example.org: MX 0 .: it takes no mail (RFC 7505, 3)" },
	{ .name = "no such domain",
	    .outcome = MX_NXDOMAIN,
	    .want = "broken example.org: there is no such name: mail bounces" },
	{ .name = "SEED-31 the lookup fails",
	    .outcome = MX_ERROR,
	    .want =
		"unsure example.org: the MX records could not be found out: SERVFAIL" },
	{ .name = "a null MX beside another one",
	    .hosts = { "mx1.example.org" },
	    .had_null = true,
	    .want = "advice example.org: MX 0 . beside other MX records|RFC 7505, 3" },
	{ .name = "a host is named twice",
	    .hosts = { "mx1.example.org" },
	    .repeated = 1,
	    .want = "advice example.org: MX records that name a host again: 1" },
	{ .name = "more hosts than anybody looks at",
	    .hosts = { "mx1.example.org" },
	    .is_cut = true,
	    .want = "unsure example.org: more than 64 MX hosts" },
	{ .name = "an address in place of a name",
	    .hosts = { "mx1.example.org", "192" },
	    .want =
		"broken example.org: MX target \"192\" is no host name|RFC 5321, 5.1" },
	{ .name = "PUB-TLSA-12 SEED-30 TLSA at the domain, mail goes elsewhere",
	    .hosts = { "mx.example.net" },
	    .own_tlsa = 2,
	    .want =
		"advice example.org: TLSA records at _25._tcp.example.org; TLSA must "
		"be in the zone of mx.example.net|RFC 7672, 2.2.2" },
	{ .name = "PUB-TLSA-12 TLSA at the domain, a target that is no host name",
	    .hosts = { "192", "mx.example.net" },
	    .own_tlsa = 2,
	    .want = "TLSA must be in the zone of mx.example.net" },
	{ .name = "PUB-TLSA-12 TLSA at the domain, no target that is a host name",
	    .hosts = { "192" },
	    .own_tlsa = 2,
	    .want = "is no host name|!TLSA" },
	{ .name = "PUB-TLSA-12 TLSA at the domain, which is a host of its own",
	    .hosts = { "mx.example.net", "example.org" },
	    .own_tlsa = 2 },
	{ .name = "PUB-TLSA-12 TLSA at the domain, which has no MX record",
	    .outcome = MX_IMPLICIT,
	    .hosts = { "example.org" },
	    .own_tlsa = 2,
	    .want = "no MX record|!TLSA" },
};

static void
set_host(struct host_facts *host, const char *text)
{
	if (strchr(text, '.') != NULL) {
		assert_int_equal(
		    domain_parse(text, strlen(text), &host->name, NULL), ST_OK);
		return;
	}
	host->address_outcome = ADDRESS_INVALID;
	snprintf(host->detail, sizeof(host->detail), "MX target \"%s\"", text);
}

static void
check_mx(void **state)
{
	const struct mx_case *c = *state;
	struct mx_view view = {
		.route = route_new(HOSTS_MAX),
		.repeated = c->repeated,
		.own_tlsa = c->own_tlsa,
	};
	struct remarks remarks = REMARKS_INIT;
	struct strbuf got = STRBUF_INIT;
	size_t n;

	assert_int_equal(domain_parse("example.org", 11, &view.domain, NULL), ST_OK);
	view.route->outcome = c->outcome;
	view.route->had_null = c->had_null;
	view.route->is_cut = c->is_cut;
	snprintf(view.route->detail, sizeof(view.route->detail), "SERVFAIL");
	for (n = 0; n < HOSTS_MAX && c->hosts[n] != NULL; n++)
		set_host(&view.route->hosts[n], c->hosts[n]);
	view.route->host_count = n;
	mx_audit(&view, &remarks);
	add_remarks(&got, &remarks);
	assert_remarks(strbuf_str(&got), c->want != NULL ? c->want : "");
	strbuf_clear(&got);
	remarks_clear(&remarks);
	route_release(view.route);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_mx, mx_cases),
	};

	return cases_run("mx_audit", tables, COUNT_OF(tables));
}
