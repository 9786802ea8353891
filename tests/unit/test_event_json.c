/*
 * client/event_json: whatever is put in, at whatever size, the event is one that the daemon reads, or the caller knows.
 * SPDX-License-Identifier: ISC
 */
#include "base/strbuf.h"
#include "cases.h"
#include "client/event_json.h"
#include "wire/json_in.h"

#define NOW   1732233600
#define START "{\"source\":\"exim\",\"direction\":\"out\",\"when\":1732233600"

/* --- texts ----------------------------------------------------------------------------- */

static const struct text_case {
	const char *name;
	const char *text;
	size_t len, max;
	const char *want;
} text_cases[] = {
	{ "a text", BYTES("mx.example.org"), 255, ",\"helo\":\"mx.example.org\"" },
	{ "none", BYTES(""), 255, "" },
	{ "quotes and backslashes", BYTES("a\"b\\c\\\""), 255,
	    ",\"helo\":\"a\\\"b\\\\c\\\\\\\"\"" },
	{ "control characters, NUL among them", BYTES("a\0b\r\n\tc\x1b[0m\x7f"), 255,
	    ",\"helo\":\"abc[0m\"" },
	{ "another alphabet",
	    BYTES("b\xc3\xbc\xe2\x82\xac"
		  "cher"),
	    255, ",\"helo\":\"bcher\"" },
	{ "octets of no alphabet", BYTES("\xff\xfe\xc3(\x80"), 255, ",\"helo\":\"(\"" },
	{ "nothing that can be kept", BYTES("\x01\x02\xff"), 255, "" },
	{ "cut at its bound", BYTES("abcdef"), 3, ",\"helo\":\"abc\"" },
	{ "a quote counts as one octet", BYTES("\"\"\"\""), 3,
	    ",\"helo\":\"\\\"\\\"\\\"\"" },
	{ "what is dropped does not count", BYTES("\n\n\nabc"), 3,
	    ",\"helo\":\"abc\"" },
};

static void
check_text(void **state)
{
	const struct text_case *c = *state;
	char *exact = xmalloc(c->len + 1), buf[1000];
	struct strbuf want = STRBUF_INIT;
	struct event_json json;

	memcpy(exact, c->text, c->len);
	event_json_begin(&json, buf, sizeof(buf), SOURCE_EXIM, false, NOW);
	event_json_text(&json, "helo", exact, c->len, c->max);
	assert_int_equal(event_json_end(&json), ST_OK);
	strbuf_addf(&want, START "%s}", c->want);
	assert_string_equal(buf, strbuf_str(&want));
	strbuf_clear(&want);
	free(exact);
}

static const struct domain_case {
	const char *name;
	const char *text;
	size_t len;
	const char *want;
} domain_cases[] = {
	{ "a domain", BYTES("example.org"), START ",\"next-hop\":\"example.org\"}" },
	{ "DNS-12 in UTF-8",
	    BYTES("b\xc3\xbc"
		  "cher.test"),
	    START ",\"next-hop\":\"b\xc3\xbc"
		  "cher.test\"}" },
	{ "with octets that are none", BYTES("b\xc3\xff\"\n.test"),
	    START ",\"next-hop\":\"b\\\".test\"}" },
	{ "none", BYTES(""), START "}" },
};

static void
check_domain(void **state)
{
	const struct domain_case *c = *state;
	struct event_json json;
	char buf[1000];

	event_json_begin(&json, buf, sizeof(buf), SOURCE_EXIM, false, NOW);
	event_json_domain(&json, "next-hop", c->text, c->len);
	assert_int_equal(event_json_end(&json), ST_OK);
	assert_string_equal(buf, c->want);
}

static void
check_long_domain(void **state)
{
	char name[1025], buf[4096];
	struct event_json json;

	(void)state;
	memset(name, 'a', sizeof(name));
	event_json_begin(&json, buf, sizeof(buf), SOURCE_EXIM, false, NOW);
	event_json_domain(&json, "next-hop", name, sizeof(name));
	assert_int_equal(event_json_end(&json), ST_OK);
	assert_string_equal(buf, START "}");
}

/* --- whole events ----------------------------------------------------------------------- */

static void
add_texts(struct event_json *json)
{
	event_json_text(json, "id", "0123", 4, EVENT_ID_MAX);
	event_json_domain(json, "next-hop", "example.org", 11);
	event_json_domain(json, "host", "mx.example.org", 14);
	event_json_text(json, "remote", "2001:db8::1", 11, 100);
	event_json_tls(json, TLS_UP, VERIFIED_NAME);
	event_json_text(json, "reason", "it's \"so\"", 9, REASON_CODE_MAX);
}

static void
check_read_back(void **state)
{
	static const uint8_t der[] = { 0x30, 0, 1 };
	struct chain chain = { .count = 2, .certs = { { der, 3 }, { der, 2 } } };
	struct strbuf again = STRBUF_INIT;
	struct tls_event event;
	struct event_json json;
	char buf[1000];

	(void)state;
	event_json_begin(&json, buf, sizeof(buf), SOURCE_OPENSMTPD, false, NOW);
	add_texts(&json);
	event_json_chain(&json, &chain);
	assert_int_equal(event_json_end(&json), ST_OK);
	assert_int_equal(tls_event_parse(buf, strlen(buf), NOW, &event, NULL), ST_OK);
	tls_event_add(&again, &event);
	assert_string_equal(buf, strbuf_str(&again));
	tls_event_clear(&event);
	strbuf_clear(&again);
}

static void
check_no_time(void **state)
{
	struct event_json json;
	char buf[100];

	(void)state;
	event_json_begin(&json, buf, sizeof(buf), SOURCE_MILTER, true, 0);
	assert_int_equal(event_json_end(&json), ST_OK);
	assert_string_equal(buf, "{\"source\":\"milter\",\"direction\":\"in\"}");
}

/* One octet of room more each time, in memory of exactly that size. */
static void
check_every_size(void **state)
{
	static const uint8_t der[30] = { 0x30 };
	struct chain chain = { .count = 2, .certs = { { der, 30 }, { der, 29 } } };
	size_t size, whole = 0;

	(void)state;
	for (size = EVENT_JSON_LEAST; size < 500; size++) {
		char *buf = xmalloc(size);
		struct event_json json;
		struct json_document document;
		enum status rc;

		event_json_begin(&json, buf, size, SOURCE_POSTFIX_LOG, false, NOW);
		add_texts(&json);
		event_json_chain(&json, &chain);
		rc = event_json_end(&json);
		assert_true(strlen(buf) < size);
		assert_int_equal(
		    json_in_parse(buf, strlen(buf), &document, NULL), ST_OK);
		json_document_clear(&document);
		if (rc == ST_OK && whole == 0)
			whole = size;
		assert_int_equal(rc == ST_OK, whole != 0);
		free(buf);
	}
	assert_in_range(whole, EVENT_JSON_LEAST + 1, 400);
}

/* --- chains ----------------------------------------------------------------------------- */

static const struct chain_case {
	const char *name;
	size_t count, len; /* certificates, octets of each */
	size_t want;       /* that are told */
} chain_cases[] = {
	{ "none", 0, 0, 0 },
	{ "one", 1, 1000, 1 },
	{ "as many as there may be", CHAIN_CERTS_MAX, 3000, CHAIN_CERTS_MAX },
	{ "the largest certificate", 1, 65536, 1 },
	{ "more than an event holds: the end is left out", 5, 65536, 2 },
	{ "a certificate larger than an event", 1, EVENT_BYTES_MAX, 0 },
	{ "an empty certificate ends it", 3, 0, 0 },
};

static void
check_chain(void **state)
{
	const struct chain_case *c = *state;
	uint8_t *der = xcalloc(c->len + 1, 1);
	struct chain chain = { .count = c->count };
	struct tls_event event;
	struct event_json json;
	size_t size, i;
	char *buf;

	for (i = 0; i < c->count; i++) {
		chain.certs[i].der = der;
		chain.certs[i].len = c->len;
	}
	size = event_json_size(&chain);
	assert_true(size <= EVENT_BYTES_MAX + 1);
	buf = xmalloc(size);
	event_json_begin(&json, buf, size, SOURCE_EXIM, false, NOW);
	add_texts(&json);
	event_json_chain(&json, &chain);
	assert_int_equal(event_json_end(&json), ST_OK);
	assert_int_equal(tls_event_parse(buf, strlen(buf), NOW, &event, NULL), ST_OK);
	assert_int_equal(event.chain.count, c->want);
	for (i = 0; i < c->want; i++)
		assert_int_equal(event.chain.certs[i].len, c->len);
	tls_event_clear(&event);
	free(buf);
	free(der);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_text, text_cases),
		CASES(check_domain, domain_cases),
		CASE("a domain that is too long is left out", check_long_domain),
		CASE("what is written reads as the same", check_read_back),
		CASE("without a time", check_no_time),
		CASE("one JSON object at any size", check_every_size),
		CASES(check_chain, chain_cases),
	};

	return cases_run("event_json", tables, COUNT_OF(tables));
}
