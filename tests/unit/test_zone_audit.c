/* SPDX-License-Identifier: ISC */
#include "audit/zone_audit.h"
#include "zone_made.h"

#define SERVERS_MAX 3
#define DAY_S       86400
#define DAYS(from, to)                                                                 \
	{                                                                              \
		.is_there = true, .begins = (uint32_t)(CERT_NOW + (from)*DAY_S),       \
		.ends = (uint32_t)(CERT_NOW + (to)*DAY_S)                              \
	}

static const struct audit_case {
	const char *name;
	const char *servers[SERVERS_MAX];
	const char *want; /* words */
	struct dns_signature signature;
	uint32_t refresh_s; /* 0: 300 */
	enum zone_security security;
} audit_cases[] = {
	{ "PUB-TLSA-09 a good zone", { "311l@300", "311l@300" }, "", DAYS(-4, 10), 0,
	    ZONE_SECURE },
	{ "PUB-TLSA-09 SEED-31 an unsigned zone", { "311l@300" }, " zone-unsigned",
	    { 0 }, 0, ZONE_INSECURE },
	{ "PUB-TLSA-09 SEED-31 a bogus zone", { "311l@300" }, " zone-bogus", { 0 }, 0,
	    ZONE_BOGUS },
	{ "PUB-TLSA-09 SEED-31 nobody knows", { "311l@300" }, " zone-unknown", { 0 }, 0,
	    ZONE_UNKNOWN },
	{ "PUB-TLSA-09 a signature of four weeks ends in two days", { "311l@300" },
	    " zone-signature-ends", DAYS(-26, 2), 0, ZONE_SECURE },
	{ "PUB-TLSA-09 one that has ended", { "311l@300" }, " zone-signature-ends",
	    DAYS(-26, -2), 0, ZONE_SECURE },
	{ "PUB-TLSA-09 one of a month has a week left", { "311l@300" }, "",
	    DAYS(-23, 7), 0, ZONE_SECURE },
	{ "PUB-TLSA-09 who signs for two days at a time has one left", { "311l@300" },
	    "", DAYS(-1, 1), 0, ZONE_SECURE },
	{ "PUB-TLSA-09 one of a year", { "311l@300" }, " zone-signature-long",
	    DAYS(-1, 364), 0, ZONE_SECURE },
	{ "PUB-TLSA-09 one of a year that ends tomorrow", { "311l@300" },
	    " zone-signature-ends zone-signature-long", DAYS(-364, 1), 0, ZONE_SECURE },
	{ "SEED-29 refresh above the TTL of the records", { "311l@300", "311l@300" },
	    " zone-refresh-long", DAYS(-4, 10), 301, ZONE_SECURE },
	{ "SEED-29 refresh as long as the TTL", { "311l@300", "311l@300" }, "",
	    DAYS(-4, 10), 300, ZONE_SECURE },
	{ "SEED-29 with one name server there is nothing to refresh", { "311l@300" },
	    "", DAYS(-4, 10), 86400, ZONE_SECURE },
	{ "SEED-29 the TTL that the servers say, not what is left of it",
	    { "311l@10", "311l@900" }, "", DAYS(-4, 10), 900, ZONE_SECURE },
	{ "SEED-29 without records it does not matter", { "@60", "@60" }, "",
	    DAYS(-4, 10), 86400, ZONE_SECURE },
	{ "SEED-20 another RRset at a secondary with an older serial",
	    { "8:311l 311a@300", "311l@300" }, " zone-server-late", DAYS(-4, 10), 0,
	    ZONE_SECURE },
	{ "SEED-20 none at all there", { "8:311l@300", "@60" }, " zone-server-late",
	    DAYS(-4, 10), 0, ZONE_SECURE },
	{ "SEED-20 another RRset under the same serial",
	    { "311l 311a@300", "311l@300" }, " zone-server-differs", DAYS(-4, 10), 0,
	    ZONE_SECURE },
	{ "the order of records does not matter", { "311l 311a@300", "311a 311l@300" },
	    "", DAYS(-4, 10), 0, ZONE_SECURE },
	{ "an older serial with the same records",
	    { "4294967295:311l@300", "2:311l@300" }, " zone-server-behind",
	    DAYS(-4, 10), 0, ZONE_SECURE },
	{ "PUB-TLSA-09 one server silent, one lame", { "311l@300", "?", "!" },
	    " zone-server-silent zone-server-lame", DAYS(-4, 10), 0, ZONE_SECURE },
	{ "no way to IPv6", { "311l@300", "6" }, " zone-server-no-route", DAYS(-4, 10),
	    0, ZONE_SECURE },
	{ "no server at all is heard from here", { "?", "?" }, " zone-servers-unheard",
	    DAYS(-4, 10), 0, ZONE_SECURE },
};

static void
check_audit(void **state)
{
	const struct audit_case *c = *state;
	struct zone_view *view = made_zone(c->servers, SERVERS_MAX);
	struct remarks remarks = REMARKS_INIT;
	struct strbuf got = STRBUF_INIT;

	view->security = c->security;
	view->reply.signature = c->signature;
	if (c->refresh_s != 0)
		view->soa.refresh_s = c->refresh_s;
	zone_audit(view, CERT_NOW, &remarks);
	made_words(&remarks, &got);
	assert_string_equal(strbuf_str(&got), c->want);
	remarks_clear(&remarks);
	zone_view_free(view);
	strbuf_clear(&got);
}

/* Whom it is about: the server that is behind, not the one that is ahead. */
static void
check_about(void **state)
{
	static const char *const servers[] = { "1:311l@300", "2:311l 311a@300" };
	struct zone_view *view = made_zone(servers, COUNT_OF(servers));
	struct remarks remarks = REMARKS_INIT;

	(void)state;
	zone_audit(view, CERT_NOW, &remarks);
	assert_int_equal(remarks.count, 1);
	assert_string_equal(remarks.items[0].about, "ns1." MADE_APEX " 192.0.2.1");
	assert_string_equal(remarks.items[0].seen,
	    "TLSA of " MADE_OWNER " is other than at ns2." MADE_APEX
	    "; serial 2 there, 1 here");
	remarks_clear(&remarks);
	zone_view_free(view);
}

static void
check_unknown(void **state)
{
	struct zone_view view = { .security = ZONE_SECURE,
		.apex = domain_named(MADE_APEX),
		.has_soa = true,
		.servers_detail = "timeout" };
	struct remarks remarks = REMARKS_INIT;

	(void)state;
	zone_audit(&view, CERT_NOW, &remarks);
	assert_int_equal(remarks.count, 1);
	assert_string_equal(remarks.items[0].kind->word, "zone-servers-unknown");
	assert_string_equal(
	    remarks.items[0].seen, "its name servers could not be found out: timeout");
	remarks_clear(&remarks);
}

/* Without a DS record in the parent signatures are worth nothing. */
static void
check_insecurity(void **state)
{
	struct zone_view view = { .security = ZONE_INSECURE };

	(void)state;
	assert_string_equal(zone_insecurity(&view), "the zone is not signed");
	view.soa_signature.is_there = true;
	assert_non_null(strstr(zone_insecurity(&view), "no DS record in its parent"));
}

static const struct pair_case {
	const char *name;
	enum zone_security mail, host;
	const char *want;
} pair_cases[] = {
	{ "SEED-31 both signed", ZONE_SECURE, ZONE_SECURE, "" },
	{ "SEED-31 DANE-MX-02 the mail domain is not, the MX host is", ZONE_INSECURE,
	    ZONE_SECURE, " zone-mail-unsigned" },
	{ "PUB-TLSA-09 SEED-31 the mail domain is, the MX host is not", ZONE_SECURE,
	    ZONE_INSECURE, " zone-mx-unsigned" },
	{ "SEED-31 neither is", ZONE_INSECURE, ZONE_INSECURE, "" },
	{ "SEED-31 a bogus mail domain is not an unsigned one", ZONE_BOGUS, ZONE_SECURE,
	    "" },
};

static void
check_pair(void **state)
{
	const struct pair_case *c = *state;
	struct zone_view mail = { .security = c->mail,
		.apex = domain_named("example.org") };
	struct zone_view host = { .security = c->host,
		.apex = domain_named(MADE_APEX) };
	struct remarks remarks = REMARKS_INIT;
	struct strbuf got = STRBUF_INIT;

	zone_audit_pair(&mail, &host, &remarks);
	made_words(&remarks, &got);
	assert_string_equal(strbuf_str(&got), c->want);
	remarks_clear(&remarks);
	strbuf_clear(&got);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_audit, audit_cases),
		CASE("SEED-20 the server that is behind is named", check_about),
		CASE("PUB-TLSA-09 the name servers could not be found out",
		    check_unknown),
		CASE(
		    "PUB-TLSA-09 SEED-34 signatures without a DS record are told apart",
		    check_insecurity),
		CASES(check_pair, pair_cases),
	};
	int failed;

	certs_make();
	failed = cases_run("zone_audit", tables, COUNT_OF(tables));
	certs_clear();
	return failed;
}
