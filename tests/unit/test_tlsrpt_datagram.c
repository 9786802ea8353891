/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "wire/tlsrpt_datagram.h"

#define NOW 1732233600

#define STS_POLICY(d)                                                                  \
	"\"policy-type\":2,\"policy-domain\": \"" d "\",\"policy-string\":"            \
	"[\"version: STSv1\",\"mode: enforce\",\"mx: mx-" d "\",\"max_age: 86400\"],"  \
	"\"mx-host\":[\"mx-" d "\"]"
#define D   "\"d\": \"example.com\",\"pr\": \"v=TLSRPTv1; rua=mailto:r@example.com\","
#define ODD "\"a\": \"add \\\"info\\\" \\\\ tab\\there \xc3\xa9\",\"f\": \"reason_x\"}"
#define TLSA_1                                                                         \
	"{\"policy-type\":1,\"policy-domain\": \"mx.example.com\","                    \
	"\"policy-string\":[\"3 1 1 AABB\"],"
#define NONE_9 "{\"d\":\"x.example\",\"policies\":[{\"policy-type\":9,"

/* Datagrams as Postfix and the library sent them, and what is in them, line by line. */
static const struct read_case {
	const char *name;
	const char *json;
	const char *want;
} read_cases[] = {
	{ "Postfix 3.10 without dpv: success",
	    "{\"d\": \"good.plain.test\",\"pr\": \"v=TLSRPTv1; "
	    "rua=mailto:tlsrpt@good.plain.test\",\"policies\":[{" STS_POLICY(
		"good.plain.test") ",\"t\":0,\"f\":0}]}",
	    "good.plain.test record=v=TLSRPTv1; rua=mailto:tlsrpt@good.plain.test\n"
	    "sts good.plain.test ok text=version: STSv1|mode: enforce|"
	    "mx: mx-good.plain.test|max_age: 86400 mx=mx-good.plain.test\n" },
	{ "RPT-TYPE-03 RPT-JSON-16 Postfix 3.12: expired, the EHLO reply in h",
	    "{\"dpv\": \"1\",\"d\": \"expired.plain.test\",\"pr\": \"v=TLSRPTv1; "
	    "rua=mailto:tlsrpt@expired.plain.test\",\"policies\":[{" STS_POLICY(
		"expired.plain.test") ",\"failure-details\":[{\"c\":204,"
				      "\"s\": \"127.0.0.1\","
				      "\"n\": \"mx-expired.plain.test\",\"h\": "
				      "\"250-sink-127.0.0.12\\r\\n250-STARTTLS\\r\\n"
				      "250 8BITMIME\",\"r\": \"127.0.0.12\"}],"
				      "\"t\":1,\"f\":1}]}",
	    "expired.plain.test record=v=TLSRPTv1; "
	    "rua=mailto:tlsrpt@expired.plain.test\n"
	    "sts expired.plain.test failed text=version: STSv1|mode: enforce|"
	    "mx: mx-expired.plain.test|max_age: 86400 mx=mx-expired.plain.test\n"
	    "- certificate-expired mx-expired.plain.test 127.0.0.1>127.0.0.12 "
	    "helo=sink-127.0.0.12 reason=\n" },
	{ "RPT-TYPE-05 Postfix 3.10: the reason of a failed handshake",
	    "{\"d\": \"hsfail.plain.test\",\"policies\":[{\"policy-type\":2,"
	    "\"failure-details\":[{\"c\":205,\"s\": \"127.0.0.1\","
	    "\"n\": \"mx-hsfail.plain.test\",\"r\": \"127.0.0.17\","
	    "\"f\": \"tls-handshake-failure\"}],\"t\":1,\"f\":1}]}",
	    "hsfail.plain.test\nsts failed\n"
	    "- validation-failure mx-hsfail.plain.test 127.0.0.1>127.0.0.17 "
	    "helo= reason=tls-handshake-failure\n" },
	{ "Postfix: no policy found",
	    "{\"dpv\": \"1\",\"d\": \"sub.good.plain.test\",\"pr\": \"v=TLSRPTv1; "
	    "rua=mailto:tlsrpt@good.plain.test\",\"policies\":[{\"policy-type\":9,"
	    "\"policy-domain\": \"sub.good.plain.test\",\"t\":0,\"f\":0}]}",
	    "sub.good.plain.test record=v=TLSRPTv1; rua=mailto:tlsrpt@good.plain.test\n"
	    "no-policy-found sub.good.plain.test ok\n" },
	{ "a star in mx-host stays",
	    "{\"d\": \"multi.plain.test\",\"policies\":[{\"policy-type\":2,"
	    "\"policy-string\":[\"version: STSv1\",\"mx: *.plain.test\"],"
	    "\"mx-host\":[\"*.plain.test\",\"mx.test\"],\"t\":0,\"f\":0}]}",
	    "multi.plain.test\n"
	    "sts ok text=version: STSv1|mx: *.plain.test mx=*.plain.test|mx.test\n" },
	{ "libtlsrpt: odd characters, IPv6, an EHLO name alone",
	    "{\"dpv\": \"1\"," D "\"policies\":[" TLSA_1
	    "\"failure-details\":[{\"c\":202,\"s\": \"192.0.2.1\","
	    "\"n\": \"mx.example.com\",\"h\": \"mx.example.com\","
	    "\"r\": \"2001:db8::1\"," ODD "],\"t\":1,\"f\":1}]}",
	    "example.com record=v=TLSRPTv1; rua=mailto:r@example.com\n"
	    "tlsa mx.example.com failed text=3 1 1 AABB\n"
	    "- certificate-host-mismatch mx.example.com 192.0.2.1>2001:db8::1 "
	    "helo=mx.example.com reason=reason_x\n" },
	{ "RPT-CNT-05 libtlsrpt: two policies, two failures",
	    "{\"dpv\": \"1\"," D "\"policies\":[" TLSA_1
	    "\"failure-details\":[{\"c\":304,\"s\": \"192.0.2.1\","
	    "\"n\": \"mx.example.com\"},{\"c\":203,\"s\": \"192.0.2.1\","
	    "\"n\": \"mx.example.com\"}],\"t\":2,\"f\":1},{\"policy-type\":2,"
	    "\"policy-domain\": \"example.com\",\"policy-string\":"
	    "[\"version: STSv1\"],\"t\":0,\"f\":0}]}",
	    "example.com record=v=TLSRPTv1; rua=mailto:r@example.com\n"
	    "tlsa mx.example.com failed text=3 1 1 AABB\n"
	    "- tlsa-invalid mx.example.com 192.0.2.1 helo= reason=\n"
	    "- certificate-not-trusted mx.example.com 192.0.2.1 helo= reason=\n"
	    "sts example.com ok text=version: STSv1\n" },
	{ "code 901 is the library's own failure",
	    NONE_9 "\"failure-details\":[{\"c\":901,\"f\":\"x\"},{\"c\":201},"
		   "{\"c\":901}],\"f\":1}]}",
	    "x.example\nno-policy-found failed\n"
	    "- starttls-not-supported helo= reason=\n" },
	{ "only code 901", NONE_9 "\"failure-details\":[{\"c\":901}],\"f\":1}]}",
	    "x.example\nno-policy-found failed\n" },
	{ "RPT-TYPE-13 an unknown code is named in the reason",
	    NONE_9 "\"failure-details\":[{\"c\":299},{\"c\":-9},"
		   "{\"c\":99999999999999999999}],\"f\":1}]}",
	    "x.example\nno-policy-found failed\n"
	    "- validation-failure helo= reason=tlsrpt-code-299\n"
	    "- validation-failure helo= reason=tlsrpt-code--9\n"
	    "- validation-failure helo= reason=tlsrpt-code-9223372036854775807\n" },
	{ "RPT-TYPE-13 the reason of an unknown code stays",
	    NONE_9 "\"failure-details\":[{\"c\":299,\"f\":\"odd\"}],\"f\":1}]}",
	    "x.example\nno-policy-found failed\n"
	    "- validation-failure helo= reason=odd\n" },
	{ "a success with a failure beside it",
	    NONE_9 "\"failure-details\":[{\"c\":301}],\"f\":0}]}",
	    "x.example\nno-policy-found ok\n"
	    "- sts-policy-fetch-error helo= reason=\n" },
	{ "empty arrays are as good as missing ones",
	    NONE_9 "\"policy-string\":[],\"mx-host\":[],\"failure-details\":[],"
		   "\"f\":0}]}",
	    "x.example\nno-policy-found ok\n" },
	{ "null is as good as missing",
	    "{\"dpv\":null,\"d\":\"x.example\",\"pr\":null,\"policies\":["
	    "{\"policy-type\":9,\"policy-domain\":null,\"policy-string\":null,"
	    "\"failure-details\":null,\"f\":0}]}",
	    "x.example\nno-policy-found ok\n" },
	{ "the next-hop of a host in brackets",
	    "{\"d\":\"[MX.x.example]:587\",\"policies\":[{\"policy-type\":9,"
	    "\"f\":0}]}",
	    "[mx.x.example]\nno-policy-found ok\n" },
	{ "RPT-JSON-24 octets that are no UTF-8 go, UTF-8 in a policy stays",
	    "{\"d\":\"x.example\",\"pr\":\"v=TLSRPTv1; x=\xff\",\"policies\":["
	    "{\"policy-type\":2,\"policy-string\":[\"a: \xc3\xa9\",\"b\xff: \xc3\xa9\","
	    "\"c\\nd\\u0000\"],\"failure-details\":[{\"c\":201,\"h\":\"m\xff\x01x.example "
	    "hello\",\"f\":\"r\xfc\\u0007x\"}],\"f\":1}]}",
	    "x.example\nsts failed text=a: \xc3\xa9|b: |cd\n"
	    "- starttls-not-supported helo=mx.example reason=rx\n" },
	{ "RPT-JSON-14 RPT-JSON-15 what is no address or name is not said",
	    NONE_9 "\"policy-domain\":\"-\",\"failure-details\":[{\"c\":201,"
		   "\"s\":\"fe80::1%eth0\",\"r\":\"x\",\"n\":\"192.0.2.1\"}],"
		   "\"f\":1}]}",
	    "x.example\nno-policy-found failed\n"
	    "- starttls-not-supported helo= reason=\n" },
	{ "RPT-JSON-17 an IPv4 address in IPv6's clothes",
	    NONE_9 "\"failure-details\":[{\"c\":201,\"s\":\"::FFFF:192.0.2.1\","
		   "\"r\":\"2001:db8::1\"}],\"f\":1}]}",
	    "x.example\nno-policy-found failed\n"
	    "- starttls-not-supported 192.0.2.1>2001:db8::1 helo= reason=\n" },
	{ "RPT-JSON-16 a last EHLO line",
	    NONE_9
	    "\"failure-details\":[{\"c\":201,\"h\":\"250 mx.x.example\"}],\"f\":1}]}",
	    "x.example\nno-policy-found failed\n"
	    "- starttls-not-supported helo=mx.x.example reason=\n" },
};

static void
show_lines(struct strbuf *out, const char *name, const char *lines)
{
	if (lines[0] == '\0')
		return;
	strbuf_addf(out, " %s=", name);
	for (; *lines != '\0'; lines++)
		strbuf_addc(out, *lines == '\n' ? '|' : *lines);
}

static void
show_failure(struct strbuf *out, const struct event_failure *f)
{
	char text[ADDRESS_TEXT_MAX];

	strbuf_addf(out, "- %s", tls_result_word(f->result));
	if (f->host.len > 0)
		strbuf_addf(out, " %s", f->host.text);
	if (f->has_local)
		strbuf_addf(out, " %s", address_text(&f->local, text));
	if (f->has_remote)
		strbuf_addf(out, ">%s", address_text(&f->remote, text));
	strbuf_addf(out, " helo=%s reason=%s\n", f->helo, f->reason);
}

static void
show(struct strbuf *out, const struct tls_event *e)
{
	size_t i, k;

	strbuf_addf(out, e->is_next_hop_host ? "[%s]" : "%s", e->next_hop.text);
	show_lines(out, "record", e->record != NULL ? e->record : "");
	for (i = 0; i < e->policy_count; i++) {
		const struct event_policy *p = &e->policies[i];

		strbuf_addf(out, "\n%s", policy_type_word(p->type));
		if (p->domain.len > 0)
			strbuf_addf(out, " %s", p->domain.text);
		strbuf_adds(out, p->is_failed ? " failed" : " ok");
		show_lines(out, "text", p->text);
		show_lines(out, "mx", p->mx);
		for (k = 0; k < p->failure_count; k++) {
			strbuf_adds(out, k == 0 ? "\n" : "");
			show_failure(out, &p->failures[k]);
		}
		if (p->failure_count > 0)
			strbuf_truncate(out, out->len - 1);
	}
	strbuf_addc(out, '\n');
}

static enum status
parse(const char *json, size_t len, struct tls_event *event, struct why *why)
{
	char *exact = xmalloc(len);
	enum status rc;

	memcpy(exact, json, len);
	rc = tlsrpt_datagram_parse(exact, len, NOW, event, why);
	free(exact);
	return rc;
}

static void
check_read(void **state)
{
	const struct read_case *c = *state;
	struct strbuf shown = STRBUF_INIT;
	struct tls_event event;
	struct why why;

	if (parse(c->json, strlen(c->json), &event, &why) != ST_OK)
		fail_msg("%s", why.text);
	assert_int_equal(event.source, SOURCE_TLSRPT);
	assert_int_equal(event.tls, TLS_UNKNOWN);
	assert_int_equal(event.when, NOW);
	assert_false(event.is_inbound);
	show(&shown, &event);
	assert_string_equal(strbuf_str(&shown), c->want);
	strbuf_clear(&shown);
	tls_event_clear(&event);
}

/* Every code, as the library gives it, with every type of policy. */
static void
check_all_codes(void **state)
{
	static const long long codes[] = { 201, 202, 203, 204, 205, 301, 302, 303, 304,
		305, 306 };
	static const int types[] = { 1, 2, 9 };
	struct strbuf json = STRBUF_INIT;
	struct tls_event event;
	enum tls_result want;
	size_t i, k;

	(void)state;
	for (i = 0; i < COUNT_OF(codes); i++)
		for (k = 0; k < COUNT_OF(types); k++) {
			strbuf_reset(&json);
			strbuf_addf(&json,
			    "{\"dpv\": \"1\"," D "\"policies\":[{\"policy-type\":%d,"
			    "\"failure-details\":[{\"c\":%lld,\"s\": \"192.0.2.1\","
			    "\"n\": \"mx.example.com\",\"r\": \"2001:db8::1\"," ODD
			    "],\"t\":1,\"f\":1}]}",
			    types[k], codes[i]);
			assert_int_equal(
			    parse(json.data, json.len, &event, NULL), ST_OK);
			assert_int_equal(tls_result_of_code(codes[i], &want), ST_OK);
			assert_int_equal(event.policies[0].failures[0].result, want);
			tls_event_clear(&event);
		}
	strbuf_clear(&json);
}

static const struct refused_case {
	const char *name;
	const char *json;
	size_t len;
	const char *why;
} refused_cases[] = {
	{ "nothing", BYTES(""), "ends too early" },
	{ "garbage", BYTES("\x80\x00\x01\x1b[2J"), "no value" },
	{ "cut off in the middle", BYTES(NONE_9 "\"f\":0}"), "ends too early" },
	{ "cut off in a text", BYTES("{\"d\":\"x.exam"), "ends too early" },
	{ "two objects", BYTES(NONE_9 "\"f\":0}]}{}"), "goes on behind its end" },
	{ "a NUL at the end", BYTES(NONE_9 "\"f\":0}]}\0"), "goes on behind its end" },
	{ "no object", BYTES("\"x\""), "no object" },
	{ "another protocol version",
	    BYTES("{\"dpv\":\"2\",\"d\":\"x.example\","
		  "\"policies\":[]}"),
	    "\"dpv\" is another protocol version: \"2\"" },
	{ "a protocol version that starts alike",
	    BYTES("{\"dpv\":\"1\\u001b\",\"d\":\"x.example\",\"policies\":[]}"),
	    "\"dpv\" is another protocol version: \"1\\x1b\"" },
	{ "a protocol version that is a number",
	    BYTES("{\"dpv\":1,\"d\":\"x.example\",\"policies\":[]}"),
	    "\"dpv\" is a number, not a text" },
	{ "no domain", BYTES("{\"policies\":[{\"policy-type\":9,\"f\":0}]}"),
	    "\"d\" is no domain: \"\"" },
	{ "a domain that is none",
	    BYTES("{\"d\":\"\\u001b[2J\",\"policies\":[{\"policy-type\":9,\"f\":0}]}"),
	    "\"d\" is no domain: \"\\x1b[2J\"" },
	{ "a domain that is an address",
	    BYTES("{\"d\":\"[192.0.2.1]\",\"policies\":[{\"policy-type\":9,"
		  "\"f\":0}]}"),
	    "\"d\" is no domain" },
	{ "a domain that is a list",
	    BYTES("{\"d\":[\"x.example\"],\"policies\":[{\"policy-type\":9,"
		  "\"f\":0}]}"),
	    "\"d\" is an array, not a text" },
	{ "no policies", BYTES("{\"d\":\"x.example\"}"), "0 policies" },
	{ "an empty list of policies", BYTES("{\"d\":\"x.example\",\"policies\":[]}"),
	    "0 policies" },
	{ "nine policies",
	    BYTES("{\"d\":\"x.example\",\"policies\":[{},{},{},{},{},{},{},{},{}]}"),
	    "9 policies" },
	{ "policies that are an object",
	    BYTES("{\"d\":\"x.example\",\"policies\":{\"policy-type\":9}}"),
	    "\"policies\" is an object, not an array" },
	{ "a policy that is null", BYTES("{\"d\":\"x.example\",\"policies\":[null]}"),
	    "an item of a list is a word, not an object" },
	{ "no policy type", BYTES("{\"d\":\"x.example\",\"policies\":[{\"f\":0}]}"),
	    "\"policy-type\" is none that we know" },
	{ "an unknown policy type",
	    BYTES("{\"d\":\"x.example\",\"policies\":[{\"policy-type\":3,\"f\":0}]}"),
	    "\"policy-type\" is none that we know" },
	{ "a policy type in words",
	    BYTES("{\"d\":\"x.example\",\"policies\":[{\"policy-type\":\"sts\","
		  "\"f\":0}]}"),
	    "\"policy-type\" is a text, not a number" },
	{ "a policy type that is no whole number",
	    BYTES("{\"d\":\"x.example\",\"policies\":[{\"policy-type\":2.0,"
		  "\"f\":0}]}"),
	    "\"policy-type\" is no whole number" },
	{ "no outcome", BYTES(NONE_9 "\"t\":0}]}"), "a policy without \"f\"" },
	{ "an outcome in words", BYTES(NONE_9 "\"f\":\"0\"}]}"), "\"f\" is a text" },
	{ "a policy string that is none",
	    BYTES(NONE_9 "\"policy-string\":[1],\"f\":0}]}"),
	    "an item of a list is a number, not a text" },
	{ "a pattern that is a list", BYTES(NONE_9 "\"mx-host\":[\"a\",[]],\"f\":0}]}"),
	    "an item of a list is an array, not a text" },
	{ "a failure that is a number",
	    BYTES(NONE_9 "\"failure-details\":[1],\"f\":1}]}"),
	    "an item of a list is a number, not an object" },
	{ "a failure without a code",
	    BYTES(NONE_9 "\"failure-details\":[{\"f\":\"x\"}],\"f\":1}]}"),
	    "a failure without \"c\"" },
	{ "a code in words",
	    BYTES(NONE_9 "\"failure-details\":[{\"c\":\"201\"}],\"f\":1}]}"),
	    "\"c\" is a text" },
	{ "an address that is a number",
	    BYTES(NONE_9 "\"failure-details\":[{\"c\":201,\"s\":1}],\"f\":1}]}"),
	    "\"s\" is a number" },
};

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

/* Every beginning of a datagram is refused, and only the whole one taken. */
static void
check_truncated(void **state)
{
	const char *whole = read_cases[1].json;
	size_t len = strlen(whole), n;
	struct tls_event event;

	(void)state;
	for (n = 0; n < len; n++)
		assert_int_equal(parse(whole, n, &event, NULL), ST_SYNTAX);
	assert_int_equal(parse(whole, len, &event, NULL), ST_OK);
	tls_event_clear(&event);
}

/* What the kernel lets through at most, measured with its default buffer. */
static void
check_greatest(void **state)
{
	struct strbuf json = STRBUF_INIT;
	struct tls_event event;
	struct why why;

	(void)state;
	strbuf_adds(&json, NONE_9 "\"policy-string\":[\"");
	while (json.len < 212900 - 9)
		strbuf_addc(&json, 'x');
	strbuf_adds(&json, "\"],\"f\":0}]}");
	if (parse(json.data, json.len, &event, &why) != ST_OK)
		fail_msg("%s", why.text);
	assert_true(strlen(event.policies[0].text) > 212000);
	tls_event_clear(&event);
	strbuf_clear(&json);
}

static void
check_nesting(void **state)
{
	size_t len = 1024 * 1024;
	char *json = xmalloc(len);
	struct tls_event event;
	struct why why;

	(void)state;
	memset(json, '[', len);
	memcpy(json, "{\"d\":", 5);
	assert_int_equal(
	    tlsrpt_datagram_parse(json, len, NOW, &event, &why), ST_TOO_BIG);
	assert_int_equal(
	    tlsrpt_datagram_parse(json, EVENT_BYTES_MAX, NOW, &event, &why), ST_SYNTAX);
	assert_non_null(strstr(why.text, "nested too deeply"));
	free(json);
}

static void
add_times(struct strbuf *out, const char *text, int n)
{
	int i;

	for (i = 0; i < n; i++)
		strbuf_addf(out, "%s%s", i > 0 ? "," : "", text);
}

static void
check_bounds(void **state)
{
	struct strbuf json = STRBUF_INIT;
	struct tls_event event;
	const char *p;
	size_t lines = 1;

	(void)state;
	strbuf_adds(&json, NONE_9 "\"failure-details\":[");
	add_times(&json, "{\"c\":901}", 40);
	strbuf_addc(&json, ',');
	add_times(&json, "{\"c\":299}", 40);
	strbuf_adds(&json, "],\"policy-string\":[");
	add_times(&json, "\"x\"", 600);
	strbuf_adds(&json, "],\"f\":1}]}");
	assert_int_equal(parse(json.data, json.len, &event, NULL), ST_OK);
	assert_int_equal(event.policies[0].failure_count, EVENT_FAILURES_MAX);
	for (p = event.policies[0].text; *p != '\0'; p++)
		lines += *p == '\n';
	assert_int_equal(lines, 600);
	tls_event_clear(&event);
	strbuf_clear(&json);
}

/* Only a failure says where the session went; two of one session were at the same place. */
static void
check_place(void **state)
{
	static const char json[] =
	    NONE_9 "\"f\":1,\"failure-details\":[{\"c\":203,\"s\":\"192.0.2.7\","
		   "\"r\":\"2001:db8::1\",\"n\":\"mx.example\",\"h\":\"250 said\"},"
		   "{\"c\":204,\"n\":\"other.example\"}]}]}";
	struct tls_event event;
	char text[ADDRESS_TEXT_MAX];

	(void)state;
	assert_int_equal(parse(json, strlen(json), &event, NULL), ST_OK);
	assert_string_equal(event.host.text, "mx.example");
	assert_string_equal(event.helo, "said");
	assert_true(event.has_local && event.has_remote);
	assert_string_equal(address_text(&event.local, text), "192.0.2.7");
	assert_string_equal(address_text(&event.remote, text), "2001:db8::1");
	tls_event_clear(&event);
}

static void
check_reason(void **state)
{
	struct strbuf json = STRBUF_INIT;
	struct tls_event event;
	int i;

	(void)state;
	strbuf_adds(&json, NONE_9 "\"failure-details\":[{\"c\":205,\"f\":\"");
	for (i = 0; i < 300; i++)
		strbuf_adds(&json, "y");
	strbuf_adds(&json, "\",\"h\":\"");
	for (i = 0; i < 300; i++)
		strbuf_adds(&json, "h");
	strbuf_adds(&json, "\"}],\"f\":1}]}");
	assert_int_equal(parse(json.data, json.len, &event, NULL), ST_OK);
	assert_int_equal(strlen(event.policies[0].failures[0].reason), REASON_CODE_MAX);
	assert_int_equal(strlen(event.policies[0].failures[0].helo), HELO_MAX);
	tls_event_clear(&event);
	strbuf_clear(&json);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_read, read_cases),
		CASES(check_refused, refused_cases),
		CASE("RPT-TYPE-01 to RPT-TYPE-11 every code of libtlsrpt",
		    check_all_codes),
		CASE("every beginning of a datagram is refused", check_truncated),
		CASE("a datagram of 212900 octets", check_greatest),
		CASE("1 MB of nesting", check_nesting),
		CASE("lists beyond their bounds are cut", check_bounds),
		CASE("RPT-JSON-15 RPT-JSON-17 a failure says where the session went",
		    check_place),
		CASE("RPT-TYPE-12 RPT-JSON-16 long texts are cut", check_reason),
	};

	return cases_run("tlsrpt_datagram", tables, COUNT_OF(tables));
}
