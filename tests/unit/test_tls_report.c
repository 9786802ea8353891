/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "wire/tls_report.h"

#define BEGIN 1730851200 /* 2024-11-06 */
#define END   1730937599

/* --- writing: one policy, its JSON ------------------------------------------------ */

#define ENTRY(policy, successes, failures, rest)                                       \
	"{\"policy\":{" policy                                                         \
	"},\"summary\":{\"total-successful-session-count\":" successes                 \
	",\"total-failure-session-count\":" failures "}" rest "}"
#define NET "\"policy-domain\":\"example.net\""

static const struct write_case {
	const char *name;
	struct report_policy policy;
	struct report_detail details[3];
	const char *want;
} write_cases[] = {
	{ "RPT-JSON-08 RPT-JSON-10 the lines of an STS policy, its patterns",
	    { "sts", "example.net",
		"version: STSv1\nmode: testing\nmx: *.mail.example\nmx: b.example\nmax_age: 86400",
		"*.mail.example\nb.example", 15, 1, NULL, 0 },
	    { { 0 } },
	    ENTRY(
		"\"policy-type\":\"sts\",\"policy-string\":[\"version: STSv1\",\"mode: testing\","
		"\"mx: *.mail.example\",\"mx: b.example\",\"max_age: 86400\"]," NET
		",\"mx-host\":[\"*.mail.example\",\"b.example\"]",
		"15", "1", "") },
	{ "RPT-JSON-10 one pattern is an array as well",
	    { "sts", "example.net", "mx: a.example", "a.example", 1, 0, NULL, 0 },
	    { { 0 } },
	    ENTRY("\"policy-type\":\"sts\",\"policy-string\":[\"mx: a.example\"]," NET
		  ",\"mx-host\":[\"a.example\"]",
		"1", "0", "") },
	{ "RPT-JSON-08 RPT-JSON-09 one string for each TLSA record, no mx-host",
	    { "tlsa", "mx1.provider.example", "3 1 1 4d3d\n2 1 1 00ff", "", 2, 0, NULL,
		0 },
	    { { 0 } },
	    ENTRY("\"policy-type\":\"tlsa\",\"policy-string\":[\"3 1 1 4d3d\",\"2 1 1 "
		  "00ff\"],\"policy-domain\":\"mx1.provider.example\"",
		"2", "0", "") },
	{ "RPT-JSON-07 RPT-JSON-08 no-policy-found: neither strings nor patterns, but a domain",
	    { "no-policy-found", "example.net", "", "", 3, 0, NULL, 0 }, { { 0 } },
	    ENTRY("\"policy-type\":\"no-policy-found\"," NET, "3", "0", "") },
	{ "RPT-CNT-12 RPT-TYPE-08 a policy that could not be had: no strings, said so",
	    { "sts", "example.net", "", "", 0, 3, NULL, 0 }, { { 0 } },
	    ENTRY("\"policy-type\":\"sts\",\"policy-string\":[]," NET, "0", "3", "") },
	{ "RPT-JSON-11 counts of 64 bits, zero too",
	    { "no-policy-found", "example.net", "", "", UINT64_MAX, 0, NULL, 0 },
	    { { 0 } },
	    ENTRY("\"policy-type\":\"no-policy-found\"," NET, "18446744073709551615",
		"0", "") },
	{ "RPT-JSON-12..20 every member of a detail, in the order of RFC 8460",
	    { "no-policy-found", "example.net", "", "", 0, 3, NULL, 1 },
	    { { "validation-failure", "alert", "2001:db8::1", "203.0.113.56",
		"mx1.example.net", "helo.example", "https://a.example/", 3 } },
	    ENTRY("\"policy-type\":\"no-policy-found\"," NET, "0", "3",
		",\"failure-details\":[{\"result-type\":\"validation-failure\","
		"\"sending-mta-ip\":\"2001:db8::1\",\"receiving-mx-hostname\":\"mx1.example.net\","
		"\"receiving-mx-helo\":\"helo.example\",\"receiving-ip\":\"203.0.113.56\","
		"\"failed-session-count\":3,\"additional-information\":\"https://a.example/\","
		"\"failure-reason-code\":\"alert\"}]") },
	{ "RPT-JSON-21 RPT-JSON-19 what is not known is not there",
	    { "no-policy-found", "example.net", "", "", 0, 3, NULL, 2 },
	    { { "sts-policy-fetch-error", "", "", "", "", "", "", 2 },
		{ "starttls-not-supported", "", "", "", "", "", "", 1 } },
	    ENTRY("\"policy-type\":\"no-policy-found\"," NET, "0", "3",
		",\"failure-details\":[{\"result-type\":\"sts-policy-fetch-error\","
		"\"failed-session-count\":2},{\"result-type\":\"starttls-not-supported\","
		"\"failed-session-count\":1}]") },
};

static void
check_write(void **state)
{
	const struct write_case *c = *state;
	struct report_policy policy = c->policy;
	struct strbuf out = STRBUF_INIT;

	strbuf_addc(&out, '[');
	policy.details = c->details;
	tls_report_write_policy(&out, &policy);
	assert_string_equal(out.data + 1, c->want);
	tls_report_write_policy(&out, &policy);
	assert_int_equal(out.len, 2 + 2 * strlen(c->want));
	assert_int_equal(out.data[1 + strlen(c->want)], ',');
	strbuf_clear(&out);
}

static void
check_head(void **state)
{
	const struct tls_report report = { "Example Org", "tls@example.org", "id.1",
		BEGIN, END, NULL, 0, NULL };
	const struct tls_report bare = { "", "", "", BEGIN, END, NULL, 0, NULL };
	struct strbuf out = STRBUF_INIT;

	(void)state;
	tls_report_write_head(&out, &report);
	tls_report_write_end(&out);
	assert_string_equal(out.data,
	    "{\"organization-name\":\"Example Org\",\"date-range\":{\"start-datetime\":"
	    "\"2024-11-06T00:00:00Z\",\"end-datetime\":\"2024-11-06T23:59:59Z\"},"
	    "\"contact-info\":\"tls@example.org\",\"report-id\":\"id.1\",\"policies\":[]}\n");
	strbuf_reset(&out);
	tls_report_write_head(&out, &bare);
	tls_report_write_end(&out);
	assert_string_equal(out.data,
	    "{\"date-range\":{\"start-datetime\":\"2024-11-06T00:00:00Z\","
	    "\"end-datetime\":\"2024-11-06T23:59:59Z\"},\"policies\":[]}\n");
	strbuf_clear(&out);
}

/* What a server said in its EHLO, and what stands in the report. */
static const struct escape_case {
	const char *name, *text, *want;
} escape_cases[] = {
	{ "RPT-JSON-24 quotes and backslashes", "a\"b\\c", "a\\\"b\\\\c" },
	{ "RPT-JSON-24 control characters are gone", "a\"\x01\x1f\t\r\x7f.", "a\\\"." },
	{ "RPT-JSON-24 a slash needs nothing", "a/b", "a/b" },
	{ "RPT-JSON-01 characters of 2, 3 and 4 octets", "ü€😀", "ü€😀" },
	{ "RPT-JSON-01 Latin-1 is gone", "caf\xe9.", "caf." },
	{ "RPT-JSON-01 a character cut short is gone", "x\xe2\x82", "x" },
	{ "RPT-JSON-01 overlong characters are gone", "x\xc0\xaf.", "x." },
	{ "RPT-JSON-01 surrogates are gone", "x\xed\xa0\x80.", "x." },
	{ "RPT-JSON-24 control characters of ISO 6429 are gone", "x\xc2\x9b\x33m",
	    "x3m" },
	{ "a blank of ISO 8859 is none of them", "x\xc2\xa0y", "x\xc2\xa0y" },
	{ "RPT-JSON-01 U+FDD0 is no character", "x\xef\xb7\x90.", "x." },
	{ "U+FDCF is one", "x\xef\xb7\x8f.", "x\xef\xb7\x8f." },
	{ "RPT-JSON-01 U+FFFE and U+FFFF are none", "x\xef\xbf\xbe\xef\xbf\xbf.",
	    "x." },
	{ "U+FFFD is one", "x\xef\xbf\xbd.", "x\xef\xbf\xbd." },
	{ "U+BFFE is one", "x\xeb\xbf\xbe.", "x\xeb\xbf\xbe." },
	{ "RPT-JSON-01 U+1FFFE is none", "x\xf0\x9f\xbf\xbe.", "x." },
	{ "U+1FFFD is one", "x\xf0\x9f\xbf\xbd.", "x\xf0\x9f\xbf\xbd." },
};

static void
check_escape(void **state)
{
	const struct escape_case *c = *state;
	const struct report_detail detail = { "tlsa-invalid", "", "", "", "", c->text,
		"", 1 };
	const struct report_policy policy = { "tlsa", "a.example", "", "", 0, 1,
		&detail, 1 };
	struct strbuf out = STRBUF_INIT, want = STRBUF_INIT;

	strbuf_addc(&out, '[');
	tls_report_write_policy(&out, &policy);
	strbuf_addf(&want, "\"receiving-mx-helo\":\"%s\",", c->want);
	if (strstr(out.data, want.data) == NULL)
		assert_string_equal(out.data, want.data);
	strbuf_clear(&out);
	strbuf_clear(&want);
}

/* --- reading: the report in short ------------------------------------------------------ */

static void
show(struct strbuf *out, const struct tls_report *r)
{
	size_t i, k;

	strbuf_addf(out, "%s <%s> %s %lld+%lld", r->organization, r->contact, r->id,
	    (long long)r->begin, (long long)(r->end - r->begin));
	for (i = 0; i < r->policy_count; i++) {
		const struct report_policy *p = &r->policies[i];

		strbuf_addf(out, "|%s %s (%s) (%s) %llu %llu", p->type, p->domain,
		    p->text, p->mx, (unsigned long long)p->successes,
		    (unsigned long long)p->failures);
		for (k = 0; k < p->detail_count; k++)
			strbuf_addf(out, "; %llu %s [%s] %s>%s %s %s %s",
			    (unsigned long long)p->details[k].count,
			    p->details[k].result, p->details[k].code,
			    p->details[k].local, p->details[k].remote,
			    p->details[k].host, p->details[k].helo,
			    p->details[k].information);
	}
}

#define RANGE                                                                          \
	"\"date-range\":{\"start-datetime\":\"2024-11-06T00:00:00Z\",\"end-datetime\":\"2024-11-06T23:59:59Z\"}"
#define REPORT(policies) "{" RANGE ",\"policies\":" policies "}"
#define STS(members)     REPORT("[{\"policy\":{\"policy-type\":\"sts\"," members "}}]")
#define ANON             " <>  1730851200+86399"

static const struct read_case {
	const char *name, *json, *want;
} read_cases[] = {
	{ "all members",
	    "{\"organization-name\":\"Google Inc.\"," RANGE
	    ",\"contact-info\":\"a@google.com\",\"report-id\":\"2024-11-06T00:00:00Z_example.net\","
	    "\"policies\":[{\"policy\":{\"policy-type\":\"sts\",\"policy-string\":[\"version: STSv1\","
	    "\"mode: enforce\"],\"policy-domain\":\"example.net\",\"mx-host\":[\"a.example\",\"*.b.example\"]},"
	    "\"summary\":{\"total-successful-session-count\":8,\"total-failure-session-count\":2},"
	    "\"failure-details\":[{\"result-type\":\"certificate-expired\",\"sending-mta-ip\":\"2001:db8::1\","
	    "\"receiving-mx-hostname\":\"a.example\",\"receiving-mx-helo\":\"h.example\",\"receiving-ip\":"
	    "\"203.0.113.2\",\"failed-session-count\":2,\"additional-information\":\"https://x/\","
	    "\"failure-reason-code\":\"X\"},{\"result-type\":\"future\",\"failed-session-count\":1}]}]}",
	    "Google Inc. <a@google.com> 2024-11-06T00:00:00Z_example.net "
	    "1730851200+86399|sts example.net (version: STSv1\nmode: enforce) "
	    "(a.example\n*.b.example) 8 2; 2 certificate-expired [X] "
	    "2001:db8::1>203.0.113.2 a.example h.example https://x/; 1 future [] >   " },
	{ "no policies at all", REPORT("[]"), ANON },
	{ "policies before the dates", "{\"policies\":[]," RANGE "}", ANON },
	{ "unknown members are passed over",
	    REPORT("[{\"x\":[{\"policy\":1}],\"policy\":{\"y\":{}}}]"),
	    ANON "|  () () 0 0" },
	{ "RPT-SEC-04 mx-host as one string", STS("\"mx-host\":\"*.a.example\""),
	    ANON "|sts  () (*.a.example) 0 0" },
	{ "RPT-SEC-04 \"mx: \" inside mx-host",
	    STS("\"mx-host\":[\"mx: a.example\",\"mx:b.example\"]"),
	    ANON "|sts  () (a.example\nb.example) 0 0" },
	{ "RPT-SEC-04 nothing but \"mx: \" in it",
	    STS("\"mx-host\":[\"mx: \",\"b.example\"]"),
	    ANON "|sts  () (b.example) 0 0" },
	{ "RPT-SEC-04 policy-string as one string", STS("\"policy-string\":\"a\\nb\""),
	    ANON "|sts  (a\nb) () 0 0" },
	{ "RPT-SEC-04 a whole array inside a policy-string, as Microsoft has it",
	    STS("\"policy-string\":[\"[\\\"3 1 1 00\\\", \\\"3 1 1 \\\\u0041A\\\"]\",\"c\"]"),
	    ANON "|sts  (3 1 1 00\n3 1 1 AA\nc) () 0 0" },
	{ "what only begins like such an array is left as it is",
	    STS("\"policy-string\":[\"[\\\"a\\\"\",\"[1]\",\"[]\"]"),
	    ANON "|sts  ([\"a\"\n[1]) () 0 0" },
	{ "RPT-SEC-04 one policy without its array",
	    REPORT("{\"policy\":{\"policy-type\":\"tlsa\"}}"),
	    ANON "|tlsa  () () 0 0" },
	{ "RPT-SEC-04 null for every member",
	    "{" RANGE
	    ",\"organization-name\":null,\"contact-info\":null,\"report-id\":null,\"policies\":"
	    "[null,{\"policy\":null,\"summary\":null,\"failure-details\":null},{\"failure-details\":[null],"
	    "\"summary\":{\"total-failure-session-count\":null},\"policy\":{\"policy-string\":null,\"mx-host\":"
	    "[null]}}]}",
	    ANON "|  () () 0 0|  () () 0 0" },
	{ "RPT-SEC-04 counts as strings",
	    REPORT("[{\"summary\":{\"total-successful-session-count\":\"12\"}}]"),
	    ANON "|  () () 12 0" },
	{ "RPT-SEC-04 a number for a text",
	    REPORT("[{\"failure-details\":[{\"failure-reason-code\":-42.5}]}]"),
	    ANON "|  () () 0 0; 0  [-42.5] >   " },
	{ "RPT-SEC-04 an array for a text",
	    REPORT("[{\"policy\":{\"policy-type\":[\"sts\"]}}]"), ANON "|  () () 0 0" },
	{ "RPT-SEC-04 times without zone",
	    "{\"policies\":[],\"date-range\":{\"start-datetime\":\"2024-11-06T00:00:00\","
	    "\"end-datetime\":\"2024-11-06T23:59:59\"}}",
	    ANON },
	{ "RPT-SEC-04 the end as the next midnight",
	    "{\"policies\":[],\"date-range\":{\"start-datetime\":\"2024-11-06T00:00:00Z\","
	    "\"end-datetime\":\"2024-11-07T00:00:00Z\"}}",
	    ANON },
	{ "counts that do not add up are not mended",
	    REPORT(
		"[{\"summary\":{\"total-failure-session-count\":3},\"failure-details\":"
		"[{\"failed-session-count\":7}]}]"),
	    ANON "|  () () 0 3; 7  [] >   " },
	{ "RPT-SEC-04 a byte order mark", "\xef\xbb\xbf" REPORT("[]"), ANON },
	{ "of one member twice the last counts",
	    "{" RANGE ",\"report-id\":\"a\",\"report-id\":\"b\",\"policies\":[]}",
	    " <> b 1730851200+86399" },
	{ "\\u0000 ends no text", STS("\"policy-domain\":\"a\\u0000b\""),
	    ANON "|sts a\xef\xbf\xbd"
		 "b () () 0 0" },
};

static enum status
read_text(const char *json, struct tls_report *report, struct why *why)
{
	size_t len = strlen(json);
	char *exact = xmalloc(len);
	enum status rc;

	memcpy(exact, json, len);
	rc = tls_report_read(exact, len, report, why);
	free(exact); /* not kept */
	return rc;
}

static void
check_read(void **state)
{
	const struct read_case *c = *state;
	struct strbuf shown = STRBUF_INIT;
	struct tls_report report;
	struct why why = { "" };

	assert_int_equal(read_text(c->json, &report, &why), ST_OK);
	assert_string_equal(why.text, "");
	show(&shown, &report);
	assert_string_equal(shown.data, c->want);
	strbuf_clear(&shown);
	tls_report_clear(&report);
}

static const struct bad_case {
	const char *name, *json, *why;
} bad_cases[] = {
	{ "nothing", "", "line 1, column 1: ends too early" },
	{ "PUB-RPT-03 broken JSON, with its place", "{\n \"policies\":[}\n}",
	    "line 2, column 14: no value" },
	{ "an array", "[]", "line 1, column 1: no object" },
	{ "RPT-JSON-01 a trailing comma", REPORT("[],"),
	    "line 1, column 109: no string" },
	{ "garbage behind it", REPORT("[]") "}",
	    "line 1, column 109: goes on behind its end" },
	{ "no policies", "{" RANGE "}", "no policies" },
	{ "null policies", REPORT("null"), "no policies" },
	{ "no dates", "{\"policies\":[]}", "no date-range" },
	{ "half of the dates",
	    "{\"policies\":[],\"date-range\":{\"end-datetime\":\"2024-11-06T00:00:00Z\"}}",
	    "no date-range" },
	{ "dates that are none",
	    "{\"policies\":[],\"date-range\":{\"start-datetime\":\"yesterday\"}}",
	    "line 1, column 47: no date and time" },
	{ "a date with NUL behind it",
	    "{\"policies\":[],\"date-range\":{\"start-datetime\":\"2024-11-06T00:00:00Z\\u0000\"}}",
	    "line 1, column 47: no date and time" },
	{ "the end before the begin",
	    "{\"policies\":[],\"date-range\":{\"start-datetime\":\"2024-11-06T00:00:00Z\","
	    "\"end-datetime\":\"2024-11-05T00:00:00Z\"}}",
	    "date-range ends before it begins" },
	{ "a negative count",
	    REPORT("[{\"failure-details\":[{\"failed-session-count\":-1}]}]"),
	    "line 1, column 151: no count of sessions" },
	{ "a broken count",
	    REPORT("[{\"failure-details\":[{\"failed-session-count\":1.5}]}]"),
	    "line 1, column 151: no count of sessions" },
	{ "RPT-SEC-03 more sessions than there are",
	    REPORT(
		"[{\"failure-details\":[{\"failed-session-count\":1000000000001}]}]"),
	    "line 1, column 151: no count of sessions" },
	{ "an array for a count",
	    REPORT("[{\"failure-details\":[{\"failed-session-count\":[]}]}]"),
	    "line 1, column 151: no count of sessions" },
	{ "a text for a policy", REPORT("[\"sts\"]"), "line 1, column 107: no object" },
	{ "RPT-SEC-03 brackets without end",
	    REPORT("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["),
	    "line 1, column 107: no object" },
};

static void
check_bad(void **state)
{
	const struct bad_case *c = *state;
	struct tls_report report;
	struct why why = { "" };

	assert_int_equal(read_text(c->json, &report, &why), ST_SYNTAX);
	assert_string_equal(why.text, c->why);
	assert_int_equal(read_text(c->json, &report, NULL), ST_SYNTAX);
}

/* --- bounds ----------------------------------------------------------------------------- */

/* A report with so many of the same thing. */
static struct strbuf
many(const char *before, const char *each, size_t count, const char *after)
{
	struct strbuf json = STRBUF_INIT;
	size_t i;

	strbuf_addf(&json, "{%s,\"policies\":%s%s", RANGE, before, each);
	for (i = 1; i < count; i++)
		strbuf_addf(&json, ",%s", each);
	strbuf_addf(&json, "%s}", after);
	return json;
}

static const struct bound_case {
	const char *name, *before, *each;
	size_t count;
	const char *after, *why;
} bound_cases[] = {
	{ "RPT-SEC-03 10,000 policies", "[", "{}", REPORT_POLICIES_MAX, "]", "" },
	{ "RPT-SEC-03 one policy more", "[", "{}", REPORT_POLICIES_MAX + 1, "]",
	    "too many policies" },
	{ "RPT-SEC-03 200,000 details", "[{\"failure-details\":[", "{}",
	    REPORT_DETAILS_MAX, "]}]", "" },
	{ "RPT-SEC-03 one detail more", "[{\"failure-details\":[", "{}",
	    REPORT_DETAILS_MAX + 1, "]}]", "too many failure-details" },
	{ "RPT-SEC-03 half a million empty arrays that nobody wants", "[{\"x\":[", "[]",
	    500000, "]}]", "" },
};

static void
check_bound(void **state)
{
	const struct bound_case *c = *state;
	struct strbuf json = many(c->before, c->each, c->count, c->after);
	struct tls_report report;
	struct why why = { "" };
	enum status rc = tls_report_read(json.data, json.len, &report, &why);

	if (c->why[0] == '\0') {
		assert_int_equal(rc, ST_OK);
		tls_report_clear(&report);
	} else {
		assert_int_equal(rc, ST_TOO_BIG);
		assert_non_null(strstr(why.text, c->why));
	}
	strbuf_clear(&json);
}

static void
check_too_big(void **state)
{
	struct tls_report report;
	struct why why;

	(void)state;
	assert_int_equal(
	    tls_report_read("{}", REPORT_JSON_MAX + (size_t)1, &report, &why),
	    ST_TOO_BIG);
}

/* --- there and back ------------------------------------------------------------------------ */

static void
check_back(void **state)
{
	static const struct report_detail details[] = {
		{ "certificate-expired", "X509_V_ERR_CERT_HAS_EXPIRED", "2001:db8::25",
		    "203.0.113.2", "mx2.example.net", "h\"i", "", 199 },
		{ "sts-policy-fetch-error", "http-404", "", "", "", "", "", 1 },
	};
	static const struct report_policy policies[] = {
		{ "sts", "example.net", "version: STSv1\nx: \"ü\\\"", "a.example", 15,
		    200, details, 2 },
		{ "tlsa", "mx1.example.net", "3 1 1 00\n2 1 1 ff", "", 1000000000000, 0,
		    NULL, 0 },
		{ "no-policy-found", "example.net", "", "", 0, 1, details + 1, 1 },
	};
	const struct tls_report report = { "Example \"Org\"", "tls@example.org", "id.1",
		BEGIN, END, policies, COUNT_OF(policies), NULL };
	struct strbuf json = STRBUF_INIT, want = STRBUF_INIT, got = STRBUF_INIT;
	struct tls_report again;
	size_t i;

	(void)state;
	tls_report_write_head(&json, &report);
	for (i = 0; i < report.policy_count; i++)
		tls_report_write_policy(&json, &policies[i]);
	tls_report_write_end(&json);
	assert_int_equal(tls_report_read(json.data, json.len, &again, NULL), ST_OK);
	show(&want, &report);
	show(&got, &again);
	assert_string_equal(got.data, want.data);
	tls_report_clear(&again);
	strbuf_clear(&json);
	strbuf_clear(&want);
	strbuf_clear(&got);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("RPT-JSON-02..06 what stands around the policies", check_head),
		CASES(check_write, write_cases),
		CASES(check_escape, escape_cases),
		CASES(check_read, read_cases),
		CASES(check_bad, bad_cases),
		CASES(check_bound, bound_cases),
		CASE("RPT-SEC-03 more than 64 MiB are not looked at", check_too_big),
		CASE("PUB-RPT-03 what we write reads back the same", check_back),
	};

	return cases_run("tls_report", tables, COUNT_OF(tables));
}
