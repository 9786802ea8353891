/*
 * The zone of a name: its apex, its security, and each of its servers.  SPDX-License-Identifier: ISC
 */
#include "audit/zone_view.h"
#include "base/strbuf.h"
#include "scenario/stage.h"

#define DEADLINE 10000
#define OWNER    "_25._tcp.mx.example.org"
#define OLD      "3 1 1 aa"
#define NEW      "3 1 1 bb"

/* What the resolver says of a signed zone with two name servers, three addresses. */
static const char *const usual[] = {
	OWNER " TLSA S1000-2000 300 " OLD,
	"mx.example.org SOA S 60 nodata",
	"example.org SOA S1000-2000 3600 7 900 600 86400 60",
	"example.org NS S 3600 ns1.example.org; ns2.example.net",
	"ns1.example.org A S 3600 192.0.2.1",
	"ns1.example.org AAAA S 3600 2001:db8::1",
	"ns2.example.net A S 3600 192.0.2.2",
	"@192.0.2.1 example.org SOA I 3600 7 900",
	"@192.0.2.1 " OWNER " TLSA I 300 " OLD "; " NEW,
	"@2001:db8::1 example.org SOA I 3600 7 900",
	"@2001:db8::1 " OWNER " TLSA I 300 " OLD "; " NEW,
	"@192.0.2.2 example.org SOA I 3600 7 900",
	"@192.0.2.2 " OWNER " TLSA I 300 " OLD "; " NEW,
};

#define ALL_GOOD                                                                       \
	"ns1.example.org 192.0.2.1: speaks 7 2;"                                       \
	"ns1.example.org 2001:db8::1: speaks 7 2;"                                     \
	"ns2.example.net 192.0.2.2: speaks 7 2;"

static const char *const words[] = {
	[ZONE_SPEAKS] = "speaks",
	[ZONE_LAME] = "lame",
	[ZONE_SILENT] = "silent",
	[ZONE_NO_ROUTE] = "no-route",
	[ZONE_NAMELESS] = "nameless",
	[ZONE_LEFT_OUT] = "left-out",
};

static const char *const securities[] = {
	[ZONE_UNKNOWN] = "unknown",
	[ZONE_BOGUS] = "bogus",
	[ZONE_INSECURE] = "insecure",
	[ZONE_SECURE] = "secure",
};

static void
add_servers(struct strbuf *out, const struct zone_view *v)
{
	char name[ZONE_SERVER_TEXT_MAX];
	size_t i;

	for (i = 0; i < v->count; i++) {
		const struct zone_server *s = &v->servers[i];

		strbuf_addf(out, "%s: %s", zone_server_text(s, name), words[s->word]);
		if (s->word == ZONE_SPEAKS)
			strbuf_addf(
			    out, " %u %zu;", (unsigned)s->serial, s->reply.count);
		else
			strbuf_addf(out, " %s;", s->detail);
	}
}

/* "SECURITY OWNER APEX; servers" */
static void
on_view(struct zone_view *v, void *arg)
{
	struct strbuf *out = arg;

	strbuf_addf(out, "%s %s %s;", securities[v->security], v->reply.owner.text,
	    v->apex.text);
	if (v->servers_detail[0] != '\0')
		strbuf_addf(out, "servers: %s;", v->servers_detail);
	add_servers(out, v);
	zone_view_free(v);
}

static const struct view_case {
	const char *name, *lines[6], *want;
} view_cases[] = {
	{ "PUB-TLSA-09 a signed zone, and every address of its name servers", { NULL },
	    "secure " OWNER " example.org;" ALL_GOOD },
	{ "PUB-TLSA-09 SEED-31 an unsigned zone",
	    { OWNER " TLSA I 300 " OLD, "example.org SOA I 3600 7 900" },
	    "insecure " OWNER " example.org;" ALL_GOOD },
	{ "PUB-TLSA-09 SEED-31 a bogus RRset is told from a signed one",
	    { OWNER " TLSA B 300 " OLD }, "bogus " OWNER " example.org;" ALL_GOOD },
	{ "PUB-TLSA-09 SEED-31 a bogus zone, its name servers' addresses too",
	    { OWNER " TLSA B 300 " OLD, "example.org SOA B 3600 7 900",
		"example.org NS B 3600 ns1.example.org; ns2.example.net",
		"ns1.example.org A B 3600 192.0.2.1",
		"ns1.example.org AAAA B 3600 2001:db8::1" },
	    "bogus " OWNER " example.org;" ALL_GOOD },
	{ "PUB-TLSA-09 slow servers: what fails once is not bogus",
	    { OWNER " TLSA F 300 " OLD, "example.org SOA F 3600 7 900" },
	    "secure " OWNER " example.org;" ALL_GOOD },
	{ "SERVFAIL without validation too is not bogus, and says nothing of the zone",
	    { OWNER " TLSA servfail" }, "secure " OWNER " example.org;" ALL_GOOD },
	{ "no answer is not bogus either", { OWNER " TLSA silent" },
	    "secure " OWNER " example.org;" ALL_GOOD },
	{ "a denial is asked about like an answer",
	    { OWNER " TLSA S 60 nxdomain", "@192.0.2.2 " OWNER " TLSA I 60 nodata" },
	    "secure " OWNER " example.org;"
	    "ns1.example.org 192.0.2.1: speaks 7 2;"
	    "ns1.example.org 2001:db8::1: speaks 7 2;"
	    "ns2.example.net 192.0.2.2: speaks 7 0;" },
	{ "SEED-20 a secondary with an older zone",
	    { "@192.0.2.2 example.org SOA I 3600 6 900",
		"@192.0.2.2 " OWNER " TLSA I 300 " OLD },
	    "secure " OWNER " example.org;"
	    "ns1.example.org 192.0.2.1: speaks 7 2;"
	    "ns1.example.org 2001:db8::1: speaks 7 2;"
	    "ns2.example.net 192.0.2.2: speaks 6 1;" },
	{ "SEED-20 one that is silent, one that does not have the zone",
	    { "@192.0.2.1 example.org SOA silent",
		"@192.0.2.2 example.org SOA L 3600 7 900" },
	    "secure " OWNER " example.org;"
	    "ns1.example.org 192.0.2.1: silent timeout;"
	    "ns1.example.org 2001:db8::1: speaks 7 2;"
	    "ns2.example.net 192.0.2.2: lame not authoritative;" },
	{ "an error code is an answer", { "@192.0.2.2 " OWNER " TLSA servfail" },
	    "secure " OWNER " example.org;"
	    "ns1.example.org 192.0.2.1: speaks 7 2;"
	    "ns1.example.org 2001:db8::1: speaks 7 2;"
	    "ns2.example.net 192.0.2.2: lame SERVFAIL;" },
	{ "no way to IPv6, and a name server without any address",
	    { "ns1.example.org AAAA S 3600 2001:db8:1::1",
		"ns2.example.net A S 3600 nodata" },
	    "secure " OWNER " example.org;"
	    "ns1.example.org 192.0.2.1: speaks 7 2;"
	    "ns1.example.org 2001:db8:1::1: no-route no route from here;"
	    "ns2.example.net: nameless no address;" },
	{ "SEED-20 the lookup of one family of a name server's addresses fails",
	    { "ns1.example.org AAAA servfail" },
	    "secure " OWNER " example.org;"
	    "ns1.example.org: nameless SERVFAIL;"
	    "ns1.example.org 192.0.2.1: speaks 7 2;"
	    "ns2.example.net 192.0.2.2: speaks 7 2;" },
	{ "PUB-TLSA-04 an alias: the zone is that of its target",
	    { OWNER " CNAME S 300 tlsa.example.net", "tlsa.example.net TLSA S 300 " OLD,
		"example.net SOA S 3600 9 900", "example.net NS S 3600 ns2.example.net",
		"@192.0.2.2 example.net SOA I 3600 9 900",
		"@192.0.2.2 tlsa.example.net TLSA I 300 " OLD },
	    "secure tlsa.example.net example.net;"
	    "ns2.example.net 192.0.2.2: speaks 9 1;" },
	{ "PUB-TLSA-04 an alias at which the message ends",
	    { OWNER " CNAME S 300 tlsa.example.org stop",
		"tlsa.example.org TLSA S 300 " OLD,
		"@192.0.2.1 tlsa.example.org TLSA I 300 " OLD,
		"@2001:db8::1 tlsa.example.org TLSA I 300 " OLD,
		"@192.0.2.2 tlsa.example.org TLSA I 300 " OLD },
	    "secure tlsa.example.org example.org;"
	    "ns1.example.org 192.0.2.1: speaks 7 1;"
	    "ns1.example.org 2001:db8::1: speaks 7 1;"
	    "ns2.example.net 192.0.2.2: speaks 7 1;" },
	{ "PUB-TLSA-09 the name servers cannot be found out, and why",
	    { "example.org NS servfail" },
	    "secure " OWNER " example.org;servers: SERVFAIL;" },
	{ "a zone whose SOA is nowhere to be found", { "example.org SOA S 60 nodata" },
	    "unknown " OWNER " ;" },
};

static void
check_view(void **state)
{
	const struct view_case *c = *state;
	struct audit_options options = { .dns_deadline_ms = DEADLINE };
	struct domain name = domain_named(OWNER);
	struct strbuf got = STRBUF_INIT;
	size_t i;

	fake_begin(NOON);
	/* The alias takes the place of the records. */
	for (i = strstr(c->want, OWNER) == NULL; i < COUNT_OF(usual); i++)
		dns_says(usual[i]);
	for (i = 0; i < COUNT_OF(c->lines) && c->lines[i] != NULL; i++)
		dns_says(c->lines[i]);
	(void)zone_view_start(&options, &name, DNS_TLSA, on_view, &got);
	assert_string_equal(strbuf_str(&got), "");
	fake_pass(60);
	assert_string_equal(strbuf_str(&got), c->want);
	strbuf_clear(&got);
}

/* It is changed at one server between the two questions to it. */
static void
check_change(void **state)
{
	struct audit_options options = { .dns_deadline_ms = DEADLINE };
	struct domain name = domain_named(OWNER);
	struct strbuf got = STRBUF_INIT;
	size_t i;

	(void)state;
	fake_begin(NOON);
	dns_takes_ms(100);
	for (i = 0; i < COUNT_OF(usual); i++)
		dns_says(usual[i]);
	(void)zone_view_start(&options, &name, DNS_TLSA, on_view, &got);
	fake_pass_ms(550);
	assert_int_equal(dns_asked("@192.0.2.2 " OWNER " TLSA"), 1);
	assert_int_equal(dns_asked("@192.0.2.2 example.org SOA"), 2);
	dns_says("@192.0.2.2 example.org SOA I 3600 8 900");
	dns_says("@192.0.2.2 " OWNER " TLSA I 300 " NEW);
	fake_pass(60);
	assert_string_equal(strbuf_str(&got), "secure " OWNER " example.org;"
					      "ns1.example.org 192.0.2.1: speaks 7 2;"
					      "ns1.example.org 2001:db8::1: speaks 7 2;"
					      "ns2.example.net 192.0.2.2: speaks 8 1;");
	assert_int_equal(dns_asked("@192.0.2.1 " OWNER " TLSA"), 1);
	strbuf_clear(&got);
}

/* One name server more than are asked, none of which has an address. */
static void
check_many(void **state)
{
	struct audit_options options = { .dns_deadline_ms = DEADLINE };
	struct domain name = domain_named(OWNER);
	struct strbuf got = STRBUF_INIT, line = STRBUF_INIT;
	size_t i;

	(void)state;
	fake_begin(NOON);
	for (i = 0; i < COUNT_OF(usual); i++)
		dns_says(usual[i]);
	strbuf_adds(&line, "example.org NS S 3600 ns10.example.net");
	for (i = 1; i <= ZONE_SERVERS_MAX; i++)
		strbuf_addf(&line, "; ns%zu.example.net", 10 + i);
	dns_says(strbuf_str(&line));
	(void)zone_view_start(&options, &name, DNS_TLSA, on_view, &got);
	fake_pass(60);
	assert_non_null(
	    strstr(strbuf_str(&got), "ns73.example.net: nameless no address;"));
	assert_non_null(strstr(
	    strbuf_str(&got), "ns74.example.net: left-out too many name servers;"));
	strbuf_clear(&line);
	strbuf_clear(&got);
}

static void
check_cancel(void **state)
{
	struct audit_options options = { .dns_deadline_ms = DEADLINE };
	struct domain name = domain_named(OWNER);
	struct strbuf got = STRBUF_INIT;
	struct zone_view_ask *ask;
	int64_t ms;
	size_t i;

	(void)state;
	for (ms = 0; ms < 20; ms++) { /* at every step */
		fake_begin(NOON);
		dns_takes_ms(2);
		for (i = 0; i < COUNT_OF(usual); i++)
			dns_says(usual[i]);
		ask = zone_view_start(&options, &name, DNS_TLSA, on_view, &got);
		fake_pass_ms(ms);
		if (got.len > 0)
			break;
		zone_view_cancel(ask);
		fake_pass(60);
		assert_string_equal(strbuf_str(&got), "");
	}
	assert_in_range(ms, 10, 19);
	strbuf_clear(&got);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_view, view_cases),
		CASE("SEED-20 a zone that is changed between two questions",
		    check_change),
		CASE("SEED-20 a name server too many is left out, and said so",
		    check_many),
		CASE("what is cancelled tells nothing", check_cancel),
	};

	return cases_run("zone_view", tables, COUNT_OF(tables));
}
