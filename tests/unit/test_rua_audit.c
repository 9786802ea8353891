/* SPDX-License-Identifier: ISC */
#include "audit/rua_audit.h"
#include "publish/rua_make.h"
#include "remark_lines.h"

#define GOOD "v=TLSRPTv1; rua=mailto:a@x.example"
#define AT   "_smtp._tls.example.com"

static const struct audit_case {
	const char *name;
	const char *records;  /* with a newline between */
	const char *want;     /* as of assert_remarks() */
	enum rua_place place; /* of every destination */
	bool is_error, is_secure;
	uint32_t ttl_s; /* 0: a day */
} audit_cases[] = {
	{ .name = "PUB-RPT-01 SEED-58 one destination", .records = GOOD, .want = "" },
	{ .name = "PUB-RPT-01 two destinations, both valid",
	    .records = "v=TLSRPTv1; rua=mailto:a@x.example,https://r.example/v1",
	    .want = "" },
	{ .name = "PUB-RPT-01 SEED-69 no record",
	    .records = "",
	    .want = "note " AT ": no TXT record|!broken" },
	{ .name = "PUB-RPT-01 RPT-DNS-02 two records",
	    .records = GOOD "\n" GOOD,
	    .want = "broken " AT ": 2 TXT records start with|RFC 8460, 3" },
	{ .name = "PUB-RPT-01 RPT-DNS-04 no destination",
	    .records = "v=TLSRPTv1;",
	    .want = "broken " AT ": " },
	{ .name = "PUB-RPT-01 RPT-DNS-04 v=tlsrptv1",
	    .records = "v=tlsrptv1; rua=mailto:a@x.example",
	    .want = "broken " AT ": the TXT record|upper and lower case count" },
	{ .name = "PUB-RPT-01 another TXT record alone is none",
	    .records = "v=spf1 -all",
	    .want = "note " AT ": |!broken" },
	{ .name = "PUB-RPT-01 RPT-DNS-07 SEED-58 an unencoded !",
	    .records = GOOD ",mailto:b@x.example!10m",
	    .want = "broken " AT ": |percent-encoded" },
	{ .name = "PUB-RPT-01 more destinations than anybody uses",
	    .records = "v=TLSRPTv1; rua=mailto:a@x.example,mailto:b@x.example,"
		       "mailto:c@x.example,mailto:d@x.example,mailto:e@x.example,"
		       "mailto:f@x.example,mailto:g@x.example,mailto:h@x.example,"
		       "mailto:i@x.example,mailto:j@x.example,mailto:k@x.example",
	    .want = "advice " AT ": more than 10 destinations" },
	{ .name = "PUB-RPT-01 the lookup fails",
	    .records = "",
	    .is_error = true,
	    .want = "unsure " AT ": the lookup of TXT fails: SERVFAIL|!note" },
	{ .name = "PUB-RPT-01 nobody at the mailbox's domain",
	    .records = GOOD,
	    .place = RUA_PLACE_NONE,
	    .want = "broken mailto:a@x.example: x.example has neither MX hosts" },
	{ .name = "PUB-RPT-01 an HTTPS host without address",
	    .records = "v=TLSRPTv1; rua=https://r.example/v1",
	    .place = RUA_PLACE_NONE,
	    .want = "broken https://r.example/v1: r.example has no address" },
	{ .name = "PUB-RPT-01 a domain that takes no mail",
	    .records = GOOD,
	    .place = RUA_PLACE_NULL_MX,
	    .want = "broken mailto:a@x.example: x.example takes no mail" },
	{ .name = "PUB-RPT-01 private addresses",
	    .records = "v=TLSRPTv1; rua=https://r.example/v1",
	    .place = RUA_PLACE_GUARDED,
	    .want = "unsure https://r.example/v1: r.example has private addresses" },
	{ .name = "PUB-RPT-01 a destination that cannot be looked up",
	    .records = GOOD,
	    .place = RUA_PLACE_ERROR,
	    .want =
		"unsure mailto:a@x.example: the lookup of x.example fails: timeout" },
	{ .name = "PUB-RPT-01 RPT-DNS-11 a TTL of a minute, unsigned",
	    .records = GOOD,
	    .ttl_s = 60,
	    .want = "note " AT ": not secure by DNSSEC, and a TTL of 60 s|RFC 8460, 7|"
		    "sign the zone" },
	{ .name = "PUB-RPT-01 RPT-DNS-11 a TTL of a minute, signed",
	    .records = GOOD,
	    .ttl_s = 60,
	    .is_secure = true,
	    .want = "" },
};

static void
make_view(const struct audit_case *c, struct txt texts[2], struct rua_view *v)
{
	const char *text = c->records;
	size_t i;

	memset(v, 0, sizeof(*v));
	assert_int_equal(domain_parse(BYTES(AT), &v->record.name, NULL), ST_OK);
	v->record.texts = texts;
	v->record.is_error = c->is_error;
	v->record.is_secure = c->is_secure;
	v->record.ttl_s = c->ttl_s != 0 ? c->ttl_s : 86400;
	snprintf(v->record.detail, sizeof(v->record.detail), "SERVFAIL");
	for (; *text != '\0'; v->record.count++) {
		size_t len = strcspn(text, "\n");

		texts[v->record.count] = (struct txt){ text, len };
		text += len + (text[len] == '\n');
	}
	v->outcome =
	    tlsrpt_record_select(texts, v->record.count, NULL, &v->list, &v->why);
	for (i = 0; i < v->list.count; i++) {
		v->seen[i].place = c->place;
		snprintf(v->seen[i].detail, sizeof(v->seen[i].detail), "timeout");
	}
}

static void
check_audit(void **state)
{
	const struct audit_case *c = *state;
	struct remarks remarks = REMARKS_INIT;
	struct strbuf got = STRBUF_INIT;
	struct txt texts[2];
	struct rua_view view;

	make_view(c, texts, &view);
	rua_audit(&view, &remarks);
	add_remarks(&got, &remarks);
	assert_remarks(strbuf_str(&got), c->want);
	remarks_clear(&remarks);
	strbuf_clear(&got);
}

/* --- a record to publish ------------------------------------------------------------------------ */

static const struct make_case {
	const char *name;
	const char *places[2]; /* up to the first NULL */
	const char *want;      /* the record behind "rua="; or what why has in it */
	enum status status;
} make_cases[] = {
	{ "PUB-RPT-01 SEED-58 a mailbox", { "tls@example.com" },
	    "mailto:tls@example.com", ST_OK },
	{ "PUB-RPT-01 SEED-58 two destinations",
	    { "tls@example.com", "https://r.example/v1?a=b" },
	    "mailto:tls@example.com,https://r.example/v1?a=b", ST_OK },
	{ "PUB-RPT-01 RPT-DNS-07 ! , and ; are encoded", { "a!b,c;d@example.com" },
	    "mailto:a%21b%2Cc%3Bd@example.com", ST_OK },
	{ "PUB-RPT-01 what else a URI would not bear is encoded",
	    { "a b%c@example.com" }, "mailto:a%20b%25c@example.com", ST_OK },
	{ "PUB-RPT-01 RPT-DNS-07 a URI, commas in it",
	    { "https://r.example/v1,v2;v3!" }, "https://r.example/v1%2Cv2%3Bv3%21",
	    ST_OK },
	{ "PUB-RPT-01 a URI that is encoded stays as it is",
	    { "mailto:a%2Cb@x.example" }, "mailto:a%2Cb@x.example", ST_OK },
	{ "PUB-RPT-01 RPT-DNS-06 another scheme", { "http://r.example/" },
	    "\"http://r.example/\": neither mailto nor https", ST_UNKNOWN },
	{ "PUB-RPT-01 a name alone is no destination", { "example.com" },
	    "\"example.com\": ", ST_UNKNOWN },
	{ "PUB-RPT-01 a mailbox without a domain", { "tls@localhost" },
	    "a host name is needed, in full", ST_SYNTAX },
};

static void
check_make(void **state)
{
	const struct make_case *c = *state;
	struct strbuf record = STRBUF_INIT;
	struct why why = { "" };
	size_t count = c->places[1] != NULL ? 2 : 1;
	struct rua_list list;
	struct txt txt;

	assert_int_equal(rua_make(c->places, count, &record, &why), c->status);
	txt = (struct txt){ strbuf_str(&record), record.len };
	if (c->status != ST_OK) {
		assert_non_null(strstr(why.text, c->want));
	} else {
		assert_memory_equal(txt.text, "v=TLSRPTv1; rua=", 16);
		assert_string_equal(txt.text + 16, c->want);
		/* It passes its own parser, with nothing skipped. */
		assert_int_equal(tlsrpt_record_select(&txt, 1, NULL, &list, NULL),
		    TLSRPT_RECORD_FOUND);
		assert_int_equal(list.count, count);
		assert_int_equal(list.skipped, 0);
	}
	strbuf_clear(&record);
}

static void
check_make_many(void **state)
{
	static const char *const places[RUA_MAX + 1] = { "a@x.example" };
	struct strbuf record = STRBUF_INIT;
	struct why why;

	(void)state;
	assert_int_equal(rua_make(places, COUNT_OF(places), &record, &why), ST_TOO_BIG);
	strbuf_clear(&record);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_audit, audit_cases),
		CASES(check_make, make_cases),
		CASE("PUB-RPT-01 more than senders use are not written",
		    check_make_many),
	};

	return cases_run("rua_audit", tables, COUNT_OF(tables));
}
