/* SPDX-License-Identifier: ISC */
#include "base/base64.h"
#include "cases.h"
#include "wire/tls_event.h"

#define NOW 1732233600

#define HEAD "{\"source\":\"exim\",\"tls\":\"up\",\"next-hop\":\"example.org\""
#define ID64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct refused_case {
	const char *name;
	const char *json;
	size_t len;
	const char *why;
} refused_cases[] = {
	{ "nothing", BYTES(""), "ends too early" },
	{ "no JSON", BYTES("hello"), "no value" },
	{ "JSON that is cut off", BYTES("{\"source\":\"ex"),
	    "column 14: ends too early" },
	{ "no object", BYTES("[1]"), "no object" },
	{ "null", BYTES("null "), "no object" },
	{ "more behind the end", BYTES(HEAD "} x"), "goes on behind its end" },
	{ "a NUL behind the end", BYTES(HEAD "}\0"), "goes on behind its end" },
	{ "a NUL inside", BYTES("{\"source\":\0\"exim\"}"), "column 11: no value" },
	{ "a comma too many", BYTES(HEAD ",}"), "no string" },
	{ "a comment", BYTES(HEAD "/* */}"), "neither a comma nor" },
	{ "33 levels", BYTES(HEAD ",\"x\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1"),
	    "nested too deeply" },
	{ "no source", BYTES("{\"tls\":\"up\",\"next-hop\":\"example.org\"}"),
	    "\"source\" is no word for it: \"\"" },
	{ "another source",
	    BYTES("{\"source\":\"qma\\nil\",\"tls\":\"up\","
		  "\"next-hop\":\"example.org\"}"),
	    "\"source\" is no word for it: \"qma\\x0ail\"" },
	{ "a source that is no text",
	    BYTES("{\"source\":1,\"tls\":\"up\",\"next-hop\":\"example.org\"}"),
	    "\"source\" is a number, not a text" },
	{ "no tls", BYTES("{\"source\":\"exim\",\"next-hop\":\"example.org\"}"),
	    "\"tls\" is no word for it" },
	{ "another tls",
	    BYTES("{\"source\":\"exim\",\"tls\":\"Up\",\"next-hop\":\"example.org\"}"),
	    "\"tls\" is no word for it" },
	{ "no next-hop", BYTES("{\"source\":\"exim\",\"tls\":\"up\"}"),
	    "\"next-hop\" is no domain" },
	{ "no next-hop, and no address to find it by",
	    BYTES("{\"source\":\"opensmtpd\",\"tls\":\"failed\"}"),
	    "\"next-hop\" is no domain" },
	{ "no next-hop, from who always knows it",
	    BYTES("{\"source\":\"exim\",\"tls\":\"up\",\"remote\":\"192.0.2.1\"}"),
	    "\"next-hop\" is no domain" },
	{ "a next-hop that is none, of a known address",
	    BYTES("{\"source\":\"opensmtpd\",\"tls\":\"failed\",\"next-hop\":\"..\","
		  "\"remote\":\"192.0.2.1\"}"),
	    "\"next-hop\" is no domain" },
	{ "an address as next-hop",
	    BYTES("{\"source\":\"exim\",\"tls\":\"up\",\"next-hop\":\"[192.0.2.1]\"}"),
	    "\"next-hop\" is no domain" },
	{ "a parent as next-hop",
	    BYTES("{\"source\":\"exim\",\"tls\":\"up\",\"next-hop\":\".example.org\"}"),
	    "\"next-hop\" is no domain" },
	{ "another direction", BYTES(HEAD ",\"direction\":\"sideways\"}"),
	    "\"direction\" is no word for it" },
	{ "another verified", BYTES(HEAD ",\"verified\":\"yes\"}"),
	    "\"verified\" is no word for it" },
	{ "a time that is no number", BYTES(HEAD ",\"when\":\"now\"}"),
	    "\"when\" is a text, not a number" },
	{ "a time with a fraction", BYTES(HEAD ",\"when\":1.5}"),
	    "\"when\" is no whole number" },
	{ "a time before 1970", BYTES(HEAD ",\"when\":-1}"), "before 1970" },
	{ "an id of 65 octets", BYTES(HEAD ",\"id\":\"x" ID64 "\"}"), "\"id\" is not" },
	{ "a blank in an id", BYTES(HEAD ",\"id\":\"a b\"}"), "\"id\" is not" },
	{ "a NUL in an id", BYTES(HEAD ",\"id\":\"a\\u0000b\"}"), "\"id\" is not" },
	{ "a chain that is no array", BYTES(HEAD ",\"chain\":\"MAA=\"}"),
	    "\"chain\" is a text, not an array" },
	{ "a number in a chain", BYTES(HEAD ",\"chain\":[\"MAA=\",1]}"),
	    "an item of a list is a number, not a text" },
	{ "a certificate that is no base64", BYTES(HEAD ",\"chain\":[\"MAA=\",\"M\"]}"),
	    "certificate 2 is no base64" },
	{ "an empty certificate", BYTES(HEAD ",\"chain\":[\"\"]}"),
	    "certificate 1 is no base64" },
};

static enum status
parse(const char *json, size_t len, struct tls_event *event, struct why *why)
{
	char *exact = xmalloc(len);
	enum status rc;

	memcpy(exact, json, len);
	rc = tls_event_parse(exact, len, NOW, event, why);
	free(exact);
	return rc;
}

static void
check_refused(void **state)
{
	const struct refused_case *c = *state;
	struct tls_event event;
	struct why why = { "" };

	assert_int_equal(parse(c->json, c->len, &event, &why), ST_SYNTAX);
	if (strstr(why.text, c->why) == NULL)
		assert_string_equal(why.text, c->why);
}

/* What is read, written again: members in their order, those not said left out. */
#define OUT(tail) "{\"source\":\"exim\",\"direction\":\"out\",\"when\":1732233600," tail
#define PLAIN                                                                          \
	OUT("\"next-hop\":\"example.org\",\"tls\":\"up\",\"verified\":\"unknown\"}")

static const struct read_case {
	const char *name;
	const char *json;
	const char *want;
} read_cases[] = {
	{ "the least that is needed", HEAD "}", PLAIN },
	{ "unknown members are ignored", HEAD ",\"x\":{\"y\":[1,null]},\"z\":1.5e400}",
	    PLAIN },
	{ "null is as good as missing",
	    HEAD ",\"when\":null,\"id\":null,\"chain\":null,\"result\":null}", PLAIN },
	{ "RPT-CNT-14 a time later than now counts as now",
	    HEAD ",\"when\":1732233601}", PLAIN },
	{ "a time beyond 64 bits counts as now",
	    HEAD ",\"when\":99999999999999999999999}", PLAIN },
	{ "everything at once",
	    "{\"source\":\"opensmtpd\",\"direction\":\"out\",\"when\":1732233599,"
	    "\"id\":\"" ID64 "\",\"session\":\"2d5e41327d9a9e52\","
	    "\"next-hop\":\"[Mail.Example.Org.]:587\","
	    "\"host\":\"MX.example.org.\",\"local\":\"192.0.2.7\","
	    "\"remote\":\"2001:DB8:0::1\",\"helo\":\"mx.example.org\","
	    "\"tls\":\"failed\",\"version\":\"TLSv1.3\","
	    "\"cipher\":\"TLS_AES_256_GCM_SHA384\",\"verified\":\"no\","
	    "\"result\":\"certificate-expired\",\"reason\":\"say \\\"no\\\" \\\\\","
	    "\"chain\":[\"MAA=\",\"MAEA\"]}",
	    "{\"source\":\"opensmtpd\",\"direction\":\"out\",\"when\":1732233599,"
	    "\"id\":\"" ID64 "\",\"session\":\"2d5e41327d9a9e52\","
	    "\"next-hop\":\"[mail.example.org]\","
	    "\"host\":\"mx.example.org\",\"local\":\"192.0.2.7\","
	    "\"remote\":\"2001:db8::1\",\"helo\":\"mx.example.org\","
	    "\"tls\":\"failed\",\"version\":\"TLSv1.3\","
	    "\"cipher\":\"TLS_AES_256_GCM_SHA384\",\"verified\":\"no\","
	    "\"result\":\"certificate-expired\",\"reason\":\"say \\\"no\\\" \\\\\","
	    "\"chain\":[\"MAA=\",\"MAEA\"]}" },
	{ "a U-label as next-hop",
	    "{\"source\":\"exim\",\"tls\":\"refused\","
	    "\"next-hop\":\"b\xc3\xbc"
	    "cher.example\"}",
	    OUT("\"next-hop\":\"xn--bcher-kva.example\",\"tls\":\"refused\","
		"\"verified\":\"unknown\"}") },
	{ "OpenSMTPD's session without a next-hop has an address",
	    "{\"source\":\"opensmtpd\",\"tls\":\"failed\","
	    "\"remote\":\"192.0.2.1\"}",
	    "{\"source\":\"opensmtpd\",\"direction\":\"out\",\"when\":1732233600,"
	    "\"remote\":\"192.0.2.1\",\"tls\":\"failed\","
	    "\"verified\":\"unknown\"}" },
	{ "an inbound client without a name",
	    "{\"source\":\"milter\",\"direction\":\"in\",\"tls\":\"not-offered\"}",
	    "{\"source\":\"milter\",\"direction\":\"in\",\"when\":1732233600,"
	    "\"tls\":\"not-offered\",\"verified\":\"unknown\"}" },
	{ "an inbound client whose name is none",
	    "{\"source\":\"milter\",\"direction\":\"in\",\"tls\":\"up\","
	    "\"next-hop\":\"[192.0.2.1]\"}",
	    "{\"source\":\"milter\",\"direction\":\"in\",\"when\":1732233600,"
	    "\"tls\":\"up\",\"verified\":\"unknown\"}" },
	{ "RPT-TYPE-13 a type beyond RFC 8460 becomes the reason",
	    HEAD ",\"result\":\"tls-version-too-old\",\"reason\":\"x\"}",
	    OUT("\"next-hop\":\"example.org\",\"tls\":\"up\","
		"\"verified\":\"unknown\",\"result\":\"validation-failure\","
		"\"reason\":\"tls-version-too-old\"}") },
	{ "RPT-TYPE-13 a known type stays", HEAD ",\"result\":\"dane-required\"}",
	    OUT("\"next-hop\":\"example.org\",\"tls\":\"up\","
		"\"verified\":\"unknown\",\"result\":\"dane-required\"}") },
	{ "RPT-JSON-17 an IPv4 address in IPv6's clothes",
	    HEAD ",\"remote\":\"::ffff:203.0.113.56\",\"local\":\"::fffe:0:1\"}",
	    OUT("\"next-hop\":\"example.org\",\"local\":\"::fffe:0:1\","
		"\"remote\":\"203.0.113.56\",\"tls\":\"up\","
		"\"verified\":\"unknown\"}") },
	{ "RPT-JSON-14 what is no address is not said",
	    HEAD ",\"remote\":\"fe80::1%eth0\",\"local\":\"[2001:db8::1]\"}", PLAIN },
	{ "RPT-JSON-15 what is no host name is not said",
	    HEAD ",\"host\":\"mx example\"}", PLAIN },
	{ "RPT-JSON-24 texts are cleaned",
	    HEAD ",\"helo\":\"mx\\u0000\\u0001\xff\\u00fc.example\","
		 "\"reason\":\"a\\tb\\r\\nc\\u007f\"}",
	    OUT("\"next-hop\":\"example.org\",\"helo\":\"mx.example\","
		"\"tls\":\"up\",\"verified\":\"unknown\",\"reason\":\"abc\"}") },
	{ "an empty chain is none", HEAD ",\"chain\":[]}", PLAIN },
	{ "of two members the first counts", HEAD ",\"tls\":\"failed\"}", PLAIN },
};

static void
check_read(void **state)
{
	const struct read_case *c = *state;
	struct strbuf text = STRBUF_INIT;
	struct tls_event event;
	struct why why;

	if (parse(c->json, strlen(c->json), &event, &why) != ST_OK)
		fail_msg("%s", why.text);
	assert_null(event.record);
	assert_int_equal(event.policy_count, 0);
	tls_event_add(&text, &event);
	tls_event_clear(&event);
	assert_string_equal(strbuf_str(&text), c->want);

	/* And what was written reads as the same. */
	assert_int_equal(parse(text.data, text.len, &event, NULL), ST_OK);
	strbuf_reset(&text);
	tls_event_add(&text, &event);
	tls_event_clear(&event);
	assert_string_equal(strbuf_str(&text), c->want);
	strbuf_clear(&text);
}

static void
check_cut(void **state)
{
	struct strbuf json = STRBUF_INIT;
	struct tls_event event;
	int i;

	(void)state;
	strbuf_adds(&json, HEAD ",\"reason\":\"");
	for (i = 0; i < 1000; i++)
		strbuf_adds(&json, "x\\u0001");
	strbuf_adds(&json, "\",\"helo\":\"");
	for (i = 0; i < 1000; i++)
		strbuf_adds(&json, "h");
	strbuf_adds(&json, "\"}");
	assert_int_equal(parse(json.data, json.len, &event, NULL), ST_OK);
	assert_int_equal(strlen(event.reason), REASON_CODE_MAX);
	assert_int_equal(strlen(event.helo), HELO_MAX);
	tls_event_clear(&event);
	strbuf_clear(&json);
}

static void
check_too_big(void **state)
{
	char *json = xmalloc(EVENT_BYTES_MAX + 1);
	struct tls_event event;
	struct why why;

	(void)state;
	memset(json, ' ', EVENT_BYTES_MAX + 1);
	memcpy(json, HEAD "}", strlen(HEAD "}"));
	assert_int_equal(
	    tls_event_parse(json, EVENT_BYTES_MAX + 1, NOW, &event, &why), ST_TOO_BIG);
	assert_non_null(strstr(why.text, "262145 octets"));
	free(json);
}

/* n certificates of len octets each. */
static void
make_chain(struct strbuf *json, size_t n, size_t len)
{
	char *der = xcalloc(1, len);
	size_t i;

	strbuf_adds(json, HEAD ",\"chain\":[");
	for (i = 0; i < n; i++) {
		strbuf_adds(json, i > 0 ? ",\"" : "\"");
		base64_add(json, der, len);
		strbuf_addc(json, '"');
	}
	strbuf_adds(json, "]}");
	free(der);
}

static const struct chain_case {
	const char *name;
	size_t n, len, want;
} chain_cases[] = {
	{ "a chain of 32 certificates", 32, 3, 32 },
	{ "of a chain of 33 certificates 32 are kept", 33, 3, 32 },
	{ "a certificate of 64 KiB", 2, 65536, 2 },
	{ "a certificate of more ends the chain", 2, 65539, 0 },
};

static void
check_chain(void **state)
{
	const struct chain_case *c = *state;
	struct strbuf json = STRBUF_INIT;
	struct tls_event event;
	size_t i;

	make_chain(&json, c->n, c->len);
	assert_int_equal(parse(json.data, json.len, &event, NULL), ST_OK);
	assert_int_equal(event.chain.count, c->want);
	for (i = 0; i < event.chain.count; i++) {
		assert_int_equal(event.chain.certs[i].len, c->len);
		assert_int_equal(event.chain.certs[i].der[c->len - 1], 0);
	}
	tls_event_clear(&event);
	strbuf_clear(&json);
}

static void
check_long_chain_written(void **state)
{
	static const uint8_t der[65000];
	struct tls_event event = { .source = SOURCE_EXIM, .tls = TLS_UP };
	struct strbuf json = STRBUF_INIT;
	size_t i;

	(void)state;
	assert_int_equal(domain_parse("x.example", 9, &event.next_hop, NULL), ST_OK);
	for (i = 0; i < 5; i++) {
		event.chain.certs[i].der = der;
		event.chain.certs[i].len = sizeof(der);
	}
	event.chain.count = 5;
	tls_event_add(&json, &event);
	assert_true(json.len <= EVENT_BYTES_MAX);
	assert_int_equal(parse(json.data, json.len, &event, NULL), ST_OK);
	assert_int_equal(event.chain.count, 3);
	tls_event_clear(&event);
	strbuf_clear(&json);
}

static void
check_unclean_written(void **state)
{
	struct tls_event event = { .tls = TLS_UP, .reason = "a\n\"\\\x7f\xfc" };
	struct strbuf json = STRBUF_INIT;

	(void)state;
	assert_int_equal(domain_parse("x.example", 9, &event.next_hop, NULL), ST_OK);
	tls_event_add(&json, &event);
	assert_non_null(
	    strstr(json.data, "\"reason\":\"a\\u000a\\\"\\\\\\u007f\\u00fc\""));
	assert_int_equal(parse(json.data, json.len, &event, NULL), ST_OK);
	assert_string_equal(event.reason, "a\"\\");
	tls_event_clear(&event);
	strbuf_clear(&json);
}

static void
check_clean(void **state)
{
	char out[4] = "old";

	(void)state;
	event_text_clean(out, sizeof(out), "", 0);
	assert_string_equal(out, "");
	event_text_clean(out, sizeof(out), "\n1\0002\r\x80 345", 10);
	assert_string_equal(out, "12 ");
}

static void
check_words(void **state)
{
	(void)state;
	assert_string_equal(event_source_word(SOURCE_OWN), "hopseald");
	assert_string_equal(event_tls_word(TLS_NOT_OFFERED), "not-offered");
	assert_string_equal(event_verified_word(VERIFIED_DANE), "dane");
}

/* The registry of RFC 8460, section 6.6, with libtlsrpt's numbers. */
static const struct result_case {
	const char *name;
	enum tls_result result;
	long long code;
	const char *word;
} result_cases[] = {
	{ "RPT-TYPE-01", RESULT_STARTTLS_NOT_SUPPORTED, 201, "starttls-not-supported" },
	{ "RPT-TYPE-02", RESULT_HOST_MISMATCH, 202, "certificate-host-mismatch" },
	{ "RPT-TYPE-03", RESULT_EXPIRED, 204, "certificate-expired" },
	{ "RPT-TYPE-04", RESULT_NOT_TRUSTED, 203, "certificate-not-trusted" },
	{ "RPT-TYPE-05", RESULT_VALIDATION, 205, "validation-failure" },
	{ "RPT-TYPE-06", RESULT_TLSA_INVALID, 304, "tlsa-invalid" },
	{ "RPT-TYPE-07", RESULT_DNSSEC_INVALID, 305, "dnssec-invalid" },
	{ "RPT-TYPE-08", RESULT_DANE_REQUIRED, 306, "dane-required" },
	{ "RPT-TYPE-09", RESULT_STS_FETCH, 301, "sts-policy-fetch-error" },
	{ "RPT-TYPE-10", RESULT_STS_INVALID, 302, "sts-policy-invalid" },
	{ "RPT-TYPE-11", RESULT_STS_WEBPKI, 303, "sts-webpki-invalid" },
};

static void
check_result(void **state)
{
	const struct result_case *c = *state;
	enum tls_result result = TLS_RESULT_COUNT;

	assert_string_equal(tls_result_word(c->result), c->word);
	assert_int_equal(tls_result_parse(c->word, strlen(c->word), &result), ST_OK);
	assert_int_equal(result, c->result);
	assert_int_equal(
	    tls_result_parse(c->word, strlen(c->word) - 1, &result), ST_UNKNOWN);
	result = TLS_RESULT_COUNT;
	assert_int_equal(tls_result_of_code(c->code, &result), ST_OK);
	assert_int_equal(result, c->result);
	assert_int_equal(tls_result_of_code(c->code + 100000, &result), ST_UNKNOWN);
}

static void
check_policy_types(void **state)
{
	static const struct {
		enum policy_type type;
		long long code;
		const char *word;
	} types[] = {
		{ POLICY_TLSA, 1, "tlsa" },
		{ POLICY_STS, 2, "sts" },
		{ POLICY_NOT_FOUND, 9, "no-policy-found" },
	};
	enum policy_type type;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(types); i++) {
		assert_string_equal(policy_type_word(types[i].type), types[i].word);
		assert_int_equal(policy_type_of_code(types[i].code, &type), ST_OK);
		assert_int_equal(type, types[i].type);
		assert_int_equal(
		    policy_type_parse(types[i].word, strlen(types[i].word), &type),
		    ST_OK);
		assert_int_equal(type, types[i].type);
	}
	assert_int_equal(policy_type_parse("dane", 4, &type), ST_UNKNOWN);
	assert_int_equal(policy_type_parse("STS", 3, &type), ST_UNKNOWN);
	assert_int_equal(policy_type_of_code(0, &type), ST_UNKNOWN);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_refused, refused_cases),
		CASES(check_read, read_cases),
		CASES(check_chain, chain_cases),
		CASES(check_result, result_cases),
		CASE("RPT-JSON-07 policy types", check_policy_types),
		CASE("RPT-TYPE-12 RPT-JSON-16 long texts are cut", check_cut),
		CASE("more than 256 KiB", check_too_big),
		CASE("a chain that does not fit is written as far as it does",
		    check_long_chain_written),
		CASE("RPT-JSON-24 what is not clean is still written as JSON",
		    check_unclean_written),
		CASE("RPT-JSON-24 only printable ASCII stays", check_clean),
		CASE("every value has its word", check_words),
	};

	return cases_run("tls_event", tables, COUNT_OF(tables));
}
