/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "wire/tlsrpt_record.h"

#define TXT_MAX 3

#define X100                                                                           \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"                           \
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X1000 X100 X100 X100 X100 X100 X100 X100 X100 X100 X100
#define X64   "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static const struct select_case {
	const char *name;
	const char *txt[TXT_MAX]; /* up to the first NULL */
	enum tlsrpt_record_outcome outcome;
	const char *want; /* targets with a blank between, or what why must say */
	size_t skipped;
} select_cases[] = {
	{ "RPT-DNS-02 one record beside SPF",
	    { "v=spf1 -all", "v=TLSRPTv1; rua=mailto:a@x.example" },
	    TLSRPT_RECORD_FOUND, "a@x.example", 0 },
	{ "RPT-DNS-02 two records",
	    { "v=TLSRPTv1; rua=mailto:a@x.example",
		"v=TLSRPTv1; rua=mailto:a@x.example" },
	    TLSRPT_RECORD_SEVERAL, "2 TXT records start with", 0 },
	{ "RPT-DNS-02 a valid and a broken record",
	    { "v=TLSRPTv1; rua=mailto:a@x.example", "v=TLSRPTv1;" },
	    TLSRPT_RECORD_SEVERAL, "2 TXT records start with", 0 },
	{ "RPT-DNS-02 no TXT record", { NULL }, TLSRPT_RECORD_NONE, "no TXT record",
	    0 },
	{ "RPT-DNS-02 none of several", { "v=spf1 -all", "v=STSv1; id=1" },
	    TLSRPT_RECORD_NONE, "none of 2 TXT records", 0 },
	{ "RPT-DNS-02 white space before the first semicolon",
	    { "v=TLSRPTv1 ; rua=mailto:a@x.example" }, TLSRPT_RECORD_NONE,
	    "does not start with \"v=TLSRPTv1;\"", 0 },
	{ "RPT-DNS-03 strings joined with a blank would be broken",
	    { "v=TLSRPTv1; rua=mail to:a@example.com" }, TLSRPT_RECORD_INVALID,
	    "octet 0x20", 0 },
	{ "RPT-DNS-04 SEED-58 a usual record",
	    { "v=TLSRPTv1;rua=mailto:reports@example.com" }, TLSRPT_RECORD_FOUND,
	    "reports@example.com", 0 },
	{ "RPT-DNS-04 SEED-59 two destinations, blanks around the comma",
	    { "v=TLSRPTv1; rua=mailto:a@x.example , https://r.example/v1;" },
	    TLSRPT_RECORD_FOUND, "a@x.example /v1", 0 },
	{ "RPT-DNS-04 an extension in front",
	    { "v=TLSRPTv1; foo=bar; rua=mailto:a@x.example" }, TLSRPT_RECORD_FOUND,
	    "a@x.example", 0 },
	{ "RPT-DNS-04 blanks and tabs around semicolons",
	    { "v=TLSRPTv1;\t rua=mailto:a@x.example \t; \t" }, TLSRPT_RECORD_FOUND,
	    "a@x.example", 0 },
	{ "RPT-DNS-04 the version in lower case",
	    { "v=tlsrptv1; rua=mailto:a@x.example" }, TLSRPT_RECORD_NONE,
	    "does not start with", 0 },
	{ "RPT-DNS-04 only the version", { "v=TLSRPTv1" }, TLSRPT_RECORD_NONE,
	    "does not start with", 0 },
	{ "RPT-DNS-04 only the version and a semicolon", { "v=TLSRPTv1;" },
	    TLSRPT_RECORD_INVALID, "no field \"rua\"", 0 },
	{ "RPT-DNS-04 an empty rua", { "v=TLSRPTv1; rua=" }, TLSRPT_RECORD_INVALID,
	    "rua \"\": no URI", 0 },
	{ "RPT-DNS-04 RUA is an extension, so rua is missing",
	    { "v=TLSRPTv1; RUA=mailto:a@x.example" }, TLSRPT_RECORD_INVALID,
	    "no field \"rua\"", 0 },
	{ "RPT-DNS-04 the version is not first",
	    { "rua=mailto:a@x.example; v=TLSRPTv1" }, TLSRPT_RECORD_NONE,
	    "does not start with", 0 },
	{ "RPT-DNS-04 two semicolons at the end",
	    { "v=TLSRPTv1; rua=mailto:a@x.example;;" }, TLSRPT_RECORD_INVALID,
	    "no field \"NAME=VALUE\" at octet 36", 0 },
	{ "RPT-DNS-04 an extension without a value",
	    { "v=TLSRPTv1; foo=; rua=mailto:a@x.example" }, TLSRPT_RECORD_INVALID,
	    "field without a value at octet 17", 0 },
	{ "RPT-DNS-04 a blank at the end of an extension",
	    { "v=TLSRPTv1; rua=mailto:a@x.example; a=b " }, TLSRPT_RECORD_INVALID,
	    "white space at the end", 0 },
	{ "RPT-DNS-05 unknown fields on both sides",
	    { "v=TLSRPTv1; x=1; rua=mailto:a@x.example; y=2" }, TLSRPT_RECORD_FOUND,
	    "a@x.example", 0 },
	{ "RPT-DNS-05 of two rua the first counts",
	    { "v=TLSRPTv1; x=1; rua=mailto:a@x.example; rua=mailto:b@x.example" },
	    TLSRPT_RECORD_FOUND, "a@x.example", 0 },
	{ "RPT-DNS-05 of two rua the first counts, even if it is of no use",
	    { "v=TLSRPTv1; rua=ftp://x.example/; rua=mailto:b@x.example" },
	    TLSRPT_RECORD_INVALID, "neither mailto nor https", 0 },
	{ "RPT-DNS-06 another scheme is skipped, the rest is used",
	    { "v=TLSRPTv1; rua=ftp://x.example/,mailto:a@x.example" },
	    TLSRPT_RECORD_FOUND, "a@x.example", 1 },
	{ "RPT-DNS-06 only another scheme", { "v=TLSRPTv1; rua=http://x.example/" },
	    TLSRPT_RECORD_INVALID, "rua \"http://x.example/\": neither", 0 },
	{ "RPT-DNS-07 a DMARC size suffix",
	    { "v=TLSRPTv1; rua=mailto:a@x.example!10m" }, TLSRPT_RECORD_INVALID,
	    "\"!\" that is not percent-encoded", 0 },
	{ "RPT-DNS-07 a semicolon that is not encoded ends the field",
	    { "v=TLSRPTv1; rua=https://x.example/a;b" }, TLSRPT_RECORD_INVALID,
	    "no field \"NAME=VALUE\"", 0 },
	{ "RPT-DNS-07 a comma that is not encoded ends the URI",
	    { "v=TLSRPTv1; rua=mailto:a,b@x.example,mailto:c@x.example" },
	    TLSRPT_RECORD_FOUND, "c@x.example", 2 },
	{ "RPT-DNS-07 a comma at the end", { "v=TLSRPTv1; rua=mailto:a@x.example," },
	    TLSRPT_RECORD_FOUND, "a@x.example", 1 },
	{ "RPT-SEC-01 the same destination listed thrice",
	    { "v=TLSRPTv1; rua=mailto:a@x.example,MAILTO:%61@X.Example,"
	      "mailto:a@x.example?subject=x,https://x.example,"
	      "https://x.example:443/#a" },
	    TLSRPT_RECORD_FOUND, "a@x.example /", 0 },
	{ "RPT-SEC-01 another port is another destination",
	    { "v=TLSRPTv1; rua=https://x.example/a,https://x.example:444/a" },
	    TLSRPT_RECORD_FOUND, "/a /a", 0 },
};

static void
join_targets(const struct rua_list *list, struct strbuf *out)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		strbuf_addf(out, "%s%s", i > 0 ? " " : "", list->items[i].target);
}

static void
check_select(void **state)
{
	const struct select_case *c = *state;
	struct txt txt[TXT_MAX];
	struct rua_list list = { .count = 99 };
	struct strbuf targets = STRBUF_INIT;
	struct why why = { "old" };
	char *exact[TXT_MAX];
	size_t n, i;

	/* Without a NUL behind them, as records come out of a message. */
	for (n = 0; n < TXT_MAX && c->txt[n] != NULL; n++) {
		txt[n].len = strlen(c->txt[n]);
		exact[n] = xmalloc(txt[n].len);
		memcpy(exact[n], c->txt[n], txt[n].len);
		txt[n].text = exact[n];
	}
	assert_int_equal(tlsrpt_record_select(txt, n, NULL, &list, &why), c->outcome);
	for (i = 0; i < n; i++)
		free(exact[i]);
	if (c->outcome == TLSRPT_RECORD_FOUND) {
		join_targets(&list, &targets);
		assert_string_equal(strbuf_str(&targets), c->want);
		assert_int_equal(list.skipped, c->skipped);
		assert_int_equal(why.text[0] != '\0', c->skipped > 0);
		strbuf_clear(&targets);
		return;
	}
	assert_int_equal(list.count, 99);
	if (strstr(why.text, c->want) == NULL)
		assert_string_equal(why.text, c->want);
}

static const struct rua_case {
	const char *name;
	const char *uri;
	size_t len;
	enum rua_kind kind;
	const char *target, *domain;
	unsigned port;
} rua_cases[] = {
	{ "RPT-DNS-06 the scheme in any case", BYTES("MailTo:a@x.example"), RUA_MAILTO,
	    "a@x.example", "x.example", 0 },
	{ "RPT-DNS-07 SEED-58 an encoded comma", BYTES("mailto:a%2Cb@x.example"),
	    RUA_MAILTO, "\"a,b\"@x.example", "x.example", 0 },
	{ "RPT-DNS-07 an encoded exclamation mark", BYTES("mailto:a%21b@x.example"),
	    RUA_MAILTO, "a!b@x.example", "x.example", 0 },
	{ "RPT-DNS-07 encoded in a path stays as it is",
	    BYTES("https://r.example/a%2cb%21%0d%0a"), RUA_HTTPS, "/a%2cb%21%0d%0a",
	    "r.example", 443 },
	{ "RPT-DNS-08 header fields are ignored",
	    BYTES("mailto:rpt@x.example?subject=x&bcc=y@z.example"), RUA_MAILTO,
	    "rpt@x.example", "x.example", 0 },
	{ "RPT-DNS-08 a fragment is ignored", BYTES("mailto:rpt@x.example#top"),
	    RUA_MAILTO, "rpt@x.example", "x.example", 0 },
	{ "RPT-DNS-08 encoded letters, also in the domain",
	    BYTES("mailto:%72pt@%78.ex%61mple"), RUA_MAILTO, "rpt@x.example",
	    "x.example", 0 },
	{ "RPT-DNS-08 a quoted local part", BYTES("mailto:%22a%20b%22@x.example"),
	    RUA_MAILTO, "\"a b\"@x.example", "x.example", 0 },
	{ "RPT-DNS-08 quotes that are not needed", BYTES("mailto:%22ab%22@x.example"),
	    RUA_MAILTO, "ab@x.example", "x.example", 0 },
	{ "RPT-DNS-08 an escaped quote", BYTES("mailto:%22a%5C%22%5C%5Cb%22@x.example"),
	    RUA_MAILTO, "\"a\\\"\\\\b\"@x.example", "x.example", 0 },
	{ "RPT-DNS-08 an encoded at sign is in the local part",
	    BYTES("mailto:a%40b@x.example"), RUA_MAILTO, "\"a@b\"@x.example",
	    "x.example", 0 },
	{ "RPT-DNS-08 angle brackets stay within quotes",
	    BYTES("mailto:a%3E%20SIZE=1@x.example"), RUA_MAILTO,
	    "\"a> SIZE=1\"@x.example", "x.example", 0 },
	{ "RPT-DNS-08 two dots in a local part", BYTES("mailto:a..b@x.example"),
	    RUA_MAILTO, "\"a..b\"@x.example", "x.example", 0 },
	{ "RPT-DNS-08 a local part of 64 octets", BYTES("mailto:" X64 "@x.example"),
	    RUA_MAILTO, X64 "@x.example", "x.example", 0 },
	{ "RPT-DNS-08 an A-label", BYTES("mailto:a@xn--bcher-kva.example"), RUA_MAILTO,
	    "a@xn--bcher-kva.example", "xn--bcher-kva.example", 0 },
	{ "RPT-DNS-06 https with nothing else", BYTES("https://r.example"), RUA_HTTPS,
	    "/", "r.example", 443 },
	{ "RPT-DNS-06 https in full", BYTES("HTTPS://R.Example.:8443/v1/x?a=b&c=/?"),
	    RUA_HTTPS, "/v1/x?a=b&c=/?", "r.example", 8443 },
	{ "RPT-DNS-06 a query without a path", BYTES("https://r.example?a=b"),
	    RUA_HTTPS, "/?a=b", "r.example", 443 },
	{ "RPT-DNS-06 a fragment is dropped", BYTES("https://r.example/v1#frag?x"),
	    RUA_HTTPS, "/v1", "r.example", 443 },
	{ "RPT-DNS-06 a fragment without a path", BYTES("https://r.example#frag"),
	    RUA_HTTPS, "/", "r.example", 443 },
	{ "RPT-DNS-06 a colon without a port", BYTES("https://r.example:/v1"),
	    RUA_HTTPS, "/v1", "r.example", 443 },
	{ "RPT-DNS-06 the greatest port", BYTES("https://r.example:65535/"), RUA_HTTPS,
	    "/", "r.example", 65535 },
	{ "RPT-DNS-06 at signs and colons in a path", BYTES("https://r.example/@a:b"),
	    RUA_HTTPS, "/@a:b", "r.example", 443 },
};

static void
check_rua(void **state)
{
	const struct rua_case *c = *state;
	char *exact = xmalloc(c->len);
	struct rua rua;
	struct why why = { "" };

	memcpy(exact, c->uri, c->len);
	if (rua_parse(exact, c->len, &rua, &why) != ST_OK)
		fail_msg("%s", why.text);
	free(exact);
	assert_int_equal(rua.kind, c->kind);
	assert_string_equal(rua.uri, c->uri);
	assert_string_equal(rua.target, c->target);
	assert_string_equal(rua.domain.text, c->domain);
	assert_int_equal(rua.port, c->port);
}

static const struct refused_case {
	const char *name;
	const char *uri;
	size_t len;
	enum status status;
	const char *why;
} refused_cases[] = {
	{ "RPT-DNS-06 http", BYTES("http://r.example/"), ST_UNKNOWN,
	    "neither mailto nor https" },
	{ "RPT-DNS-06 no scheme", BYTES("a@x.example"), ST_UNKNOWN, "neither" },
	{ "RPT-DNS-06 only a scheme", BYTES("mailto"), ST_UNKNOWN, "neither" },
	{ "RPT-DNS-06 a scheme that starts like one", BYTES("httpsx://r.example/"),
	    ST_UNKNOWN, "neither" },
	{ "RPT-DNS-06 https without slashes", BYTES("https:r.example/"), ST_SYNTAX,
	    "no \"//\"" },
	{ "RPT-DNS-06 https without a host", BYTES("https:///v1"), ST_SYNTAX,
	    "a host name is needed" },
	{ "RPT-DNS-06 https with a port only", BYTES("https://:443/v1"), ST_SYNTAX,
	    "a host name is needed" },
	{ "RPT-DNS-06 user info", BYTES("https://user:pass@r.example/"), ST_SYNTAX,
	    "user info" },
	{ "RPT-DNS-06 an empty user info", BYTES("https://@r.example/"), ST_SYNTAX,
	    "user info" },
	{ "RPT-DNS-06 port 0", BYTES("https://r.example:0/"), ST_SYNTAX,
	    "not 1 to 65535" },
	{ "RPT-DNS-06 port 65536", BYTES("https://r.example:65536/"), ST_SYNTAX,
	    "not 1 to 65535" },
	{ "RPT-DNS-06 a port with a sign", BYTES("https://r.example:+443/"), ST_SYNTAX,
	    "not 1 to 65535" },
	{ "RPT-DNS-06 two ports", BYTES("https://r.example:443:443/"), ST_SYNTAX,
	    "not 1 to 65535" },
	{ "RPT-HTTP-04 an IPv4 address", BYTES("https://127.0.0.1/"), ST_SYNTAX,
	    "a host name is needed" },
	{ "RPT-HTTP-04 an IPv4 address in one number", BYTES("https://2130706433/"),
	    ST_SYNTAX, "a host name is needed" },
	{ "RPT-HTTP-04 an IPv4 address in hexadecimal", BYTES("https://127.0.0.0x1/"),
	    ST_SYNTAX, "a host name is needed" },
	{ "RPT-HTTP-04 an IPv6 address", BYTES("https://[::1]/"), ST_SYNTAX,
	    "a host name is needed" },
	{ "RPT-HTTP-04 a host of one label", BYTES("https://localhost/"), ST_SYNTAX,
	    "a host name is needed, in full" },
	{ "RPT-HTTP-04 an encoded host", BYTES("https://r%2eexample/"), ST_SYNTAX,
	    "a host name is needed" },
	{ "RPT-DNS-07 an exclamation mark", BYTES("mailto:a@x.example!10m"), ST_SYNTAX,
	    "\"!\" that is not percent-encoded" },
	{ "RPT-DNS-07 a comma", BYTES("mailto:a,b@x.example"), ST_SYNTAX,
	    "\",\" that is not percent-encoded" },
	{ "RPT-DNS-07 a semicolon", BYTES("https://r.example/a;b"), ST_SYNTAX,
	    "\";\" that is not percent-encoded" },
	{ "RPT-DNS-08 an encoded line end",
	    BYTES("mailto:a@x.example%0D%0ABcc:b@y.example"), ST_SYNTAX,
	    "not one mailbox" },
	{ "RPT-DNS-08 an encoded line end in the local part",
	    BYTES("mailto:a%0D%0Ab@x.example"), ST_SYNTAX, "not printable ASCII" },
	{ "RPT-DNS-08 an encoded line end in the domain",
	    BYTES("mailto:a@x.example%0a"), ST_SYNTAX, "not printable ASCII" },
	{ "RPT-DNS-08 an encoded NUL", BYTES("mailto:a%00@x.example"), ST_SYNTAX,
	    "not printable ASCII" },
	{ "RPT-DNS-08 an encoded octet above ASCII", BYTES("mailto:%C3%BC@x.example"),
	    ST_SYNTAX, "not printable ASCII" },
	{ "RPT-DNS-08 a line end as it is", BYTES("mailto:a@x.example\r\nX:"),
	    ST_SYNTAX, "octet 0x0d" },
	{ "RPT-DNS-08 a NUL as it is", BYTES("mailto:a@x.example\0"), ST_SYNTAX,
	    "octet 0x00" },
	{ "RPT-DNS-08 a U-label",
	    BYTES("mailto:a@b\xc3\xbc"
		  "cher.example"),
	    ST_SYNTAX, "octet 0xc3" },
	{ "RPT-DNS-08 a U-label as host",
	    BYTES("https://b\xc3\xbc"
		  "cher.example/"),
	    ST_SYNTAX, "octet 0xc3" },
	{ "RPT-DNS-08 a blank", BYTES("mailto:a b@x.example"), ST_SYNTAX,
	    "octet 0x20" },
	{ "RPT-DNS-08 a percent sign alone", BYTES("mailto:a%@x.example"), ST_SYNTAX,
	    "hexadecimal" },
	{ "RPT-DNS-08 a percent sign and one digit at the end",
	    BYTES("mailto:a@x.example%4"), ST_SYNTAX, "hexadecimal" },
	{ "RPT-DNS-08 two addresses", BYTES("mailto:a@x.example%2Cb@y.example"),
	    ST_SYNTAX, "not one mailbox" },
	{ "RPT-DNS-08 no address", BYTES("mailto:?to=a@x.example"), ST_SYNTAX,
	    "not one mailbox" },
	{ "RPT-DNS-08 no local part", BYTES("mailto:@x.example"), ST_SYNTAX,
	    "no local part" },
	{ "RPT-DNS-08 empty quotes", BYTES("mailto:%22%22@x.example"), ST_SYNTAX,
	    "no local part" },
	{ "RPT-DNS-08 a quote without its end", BYTES("mailto:%22a@x.example"),
	    ST_SYNTAX, "quotes that do not fit" },
	{ "RPT-DNS-08 only one quote", BYTES("mailto:%22@x.example"), ST_SYNTAX,
	    "quotes that do not fit" },
	{ "RPT-DNS-08 a quote inside quotes", BYTES("mailto:%22a%22b%22@x.example"),
	    ST_SYNTAX, "quotes that do not fit" },
	{ "RPT-DNS-08 an escaped quote at the end",
	    BYTES("mailto:%22a%5C%22@x.example"), ST_SYNTAX, "quotes that do not fit" },
	{ "RPT-DNS-08 an address literal", BYTES("mailto:a@[192.0.2.1]"), ST_SYNTAX,
	    "a host name is needed" },
	{ "RPT-DNS-08 a domain of one label", BYTES("mailto:root@localhost"), ST_SYNTAX,
	    "in full" },
	{ "RPT-DNS-08 a local part of 65 octets", BYTES("mailto:x" X64 "@x.example"),
	    ST_SYNTAX, "longer than an address" },
	{ "RPT-SEC-01 a URI of 1025 octets", BYTES("https://r.example/1234567" X1000),
	    ST_TOO_BIG, "1025 octets" },
};

static void
check_refused(void **state)
{
	const struct refused_case *c = *state;
	char *exact = xmalloc(c->len);
	struct rua rua = { .port = 99 };
	struct why why = { "" };

	memcpy(exact, c->uri, c->len);
	assert_int_equal(rua_parse(exact, c->len, &rua, &why), c->status);
	free(exact);
	assert_int_equal(rua.port, 99);
	if (strstr(why.text, c->why) == NULL)
		assert_string_equal(why.text, c->why);
}

static void
check_longest(void **state)
{
	static const char uri[] = "https://r.example?1234567" X1000;
	struct rua rua;

	(void)state;
	assert_int_equal(rua_parse(uri, RUA_URI_MAX, &rua, NULL), ST_OK);
	assert_int_equal(strlen(rua.uri), RUA_URI_MAX);
	assert_memory_equal(rua.target, "/?1234567x", 10);
}

static void
check_many(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct rua_list list;
	struct why why;
	struct txt txt;
	unsigned i;

	(void)state;
	strbuf_adds(&text, "v=TLSRPTv1; rua=mailto:0@x.example");
	for (i = 1; i < 12; i++)
		strbuf_addf(&text, ",mailto:%u@x.example", i);
	txt = (struct txt){ text.data, text.len };
	assert_int_equal(
	    tlsrpt_record_select(&txt, 1, NULL, &list, &why), TLSRPT_RECORD_FOUND);
	assert_int_equal(list.count, RUA_MAX);
	assert_true(list.is_cut);
	assert_string_equal(list.items[9].target, "9@x.example");
	assert_non_null(strstr(why.text, "more than 10 destinations"));
	strbuf_clear(&text);
}

static void
check_repeated(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct rua_list list;
	struct txt txt;
	unsigned i;

	(void)state;
	strbuf_adds(&text, "v=TLSRPTv1; rua=mailto:a@x.example");
	for (i = 1; i < 50; i++)
		strbuf_adds(&text, ", mailto:a@x.example");
	txt = (struct txt){ text.data, text.len };
	assert_int_equal(
	    tlsrpt_record_select(&txt, 1, NULL, &list, NULL), TLSRPT_RECORD_FOUND);
	assert_int_equal(list.count, 1);
	assert_false(list.is_cut);
	strbuf_clear(&text);
}

static void
check_which(void **state)
{
	const struct txt txt[] = { { "v=spf1", 6 },
		{ BYTES("v=TLSRPTv1; rua=https://r.example/a") } };
	struct rua_list list;
	size_t which = 99;

	(void)state;
	assert_int_equal(
	    tlsrpt_record_select(txt, 2, &which, &list, NULL), TLSRPT_RECORD_FOUND);
	assert_int_equal(which, 1);
	assert_int_equal(
	    tlsrpt_record_select(txt, 1, &which, &list, NULL), TLSRPT_RECORD_NONE);
	assert_int_equal(which, 1);
}

static void
check_escaped(void **state)
{
	const struct txt txt = { BYTES("v=TLSRPTv1; rua=mailto:\x1b[2J\"") };
	struct rua_list list;
	struct why why;

	(void)state;
	assert_int_equal(
	    tlsrpt_record_select(&txt, 1, NULL, &list, &why), TLSRPT_RECORD_INVALID);
	assert_non_null(strstr(why.text, "\"mailto:\\x1b[2J\\\"\""));
}

static void
check_texts(void **state)
{
	(void)state;
	assert_string_equal(tlsrpt_record_outcome_text(TLSRPT_RECORD_FOUND), "found");
	assert_string_equal(
	    tlsrpt_record_outcome_text(TLSRPT_RECORD_INVALID), "invalid record");
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_select, select_cases),
		CASES(check_rua, rua_cases),
		CASES(check_refused, refused_cases),
		CASE("RPT-SEC-01 a URI of 1024 octets", check_longest),
		CASE("RPT-SEC-01 of twelve destinations ten are used", check_many),
		CASE("RPT-SEC-01 one destination listed fifty times is one",
		    check_repeated),
		CASE("RPT-DNS-02 which of the records it was", check_which),
		CASE("a peer's octets are escaped in the reason", check_escaped),
		CASE("every outcome has its words", check_texts),
	};

	return cases_run("tlsrpt_record", tables, COUNT_OF(tables));
}
