/* SPDX-License-Identifier: ISC */
#include "base/strbuf.h"
#include "cases.h"
#include "report/digest.h"
#include "wire/gzip.h"

#define NOW ((time_t)1730937600) /* 2024-11-07 */

/* --- a report in words, and what is kept of it ---------------------------------------------------- */

#define REPORT(policies)                                                               \
	"{\"organization-name\":\"Them\",\"contact-info\":\"tls@them.example\","       \
	"\"report-id\":\"7\",\"date-range\":{"                                         \
	"\"start-datetime\":\"2024-11-06T00:00:00Z\","                                 \
	"\"end-datetime\":\"2024-11-06T23:59:59Z\"},\"policies\":[" policies "]}"
#define ENDLESS                                                                        \
	"{\"organization-name\":\"Them\",\"report-id\":\"8\",\"date-range\":{"         \
	"\"start-datetime\":\"2024-11-06T00:00:00Z\","                                 \
	"\"end-datetime\":\"9999-12-31T23:59:59Z\"},\"policies\":[]}"
#define POLICY(type, domain, good, bad, details)                                       \
	"{\"policy\":{\"policy-type\":\"" type "\",\"policy-domain\":\"" domain        \
	"\"},\"summary\":{\"total-successful-session-count\":" good                    \
	",\"total-failure-session-count\":" bad "},\"failure-details\":[" details "]}"
#define DETAIL(result, host, ip, count)                                                \
	"{\"result-type\":\"" result "\",\"receiving-mx-hostname\":\"" host            \
	"\",\"receiving-ip\":\"" ip "\",\"failed-session-count\":" count "}"

#define SENT_FROM(ip, count)                                                            \
	"{\"result-type\":\"certificate-expired\",\"sending-mta-ip\":\"" ip             \
	"\",\"receiving-mx-hostname\":\"mx.a.example\",\"failed-session-count\":" count \
	"}"

static enum status
digest(const char *text, const char *submitter, time_t now, struct digest *out)
{
	struct strbuf json = STRBUF_INIT;
	struct tls_report report;
	enum status rc;
	struct why why = { "" };

	strbuf_adds(&json, text);
	if (tls_report_read(text, strlen(text), &report, &why) != ST_OK)
		fail_msg("%s", why.text);
	rc = digest_make(&report, submitter, &json, now, out, &why);
	assert_true((rc == ST_OK) == (why.text[0] == '\0'));
	tls_report_clear(&report);
	strbuf_clear(&json);
	return rc;
}

static void
add_words(struct strbuf *out, const struct stored_received *r)
{
	size_t i;

	strbuf_addf(out, "%s %llu/%llu", r->domain, (unsigned long long)r->successes,
	    (unsigned long long)r->failures);
	for (i = 0; i < r->policy_count; i++)
		strbuf_addf(out, "; %s %s %llu/%llu", r->policies[i].domain,
		    r->policies[i].type, (unsigned long long)r->policies[i].successes,
		    (unsigned long long)r->policies[i].failures);
	for (i = 0; i < r->detail_count; i++)
		strbuf_addf(out, "; %s %s %s %s %llu", r->details[i].type,
		    r->details[i].host, r->details[i].result,
		    r->details[i].code[0] ? r->details[i].code : "-",
		    (unsigned long long)r->details[i].count);
}

static const struct row_case {
	const char *name, *json, *want;
} row_cases[] = {
	{ "a report of nothing", REPORT(""), " 0/0" },
	{ "two policies of one domain",
	    REPORT(POLICY("sts", "a.example", "1", "2", "") "," POLICY(
		"tlsa", "mx.a.example", "4", "0", "")),
	    "a.example 5/2; a.example sts 1/2; mx.a.example tlsa 4/0" },
	{ "two texts of one policy are one row",
	    REPORT(POLICY("sts", "a.example", "1", "2", "") "," POLICY(
		"sts", "a.example", "4", "8", "")),
	    "a.example 5/10; a.example sts 5/10" },
	{ "failures at two addresses of a host are two rows",
	    REPORT(POLICY("sts", "a.example", "0", "5",
		DETAIL("certificate-expired", "mx.a.example", "192.0.2.1",
		    "2") "," DETAIL("certificate-expired", "mx.a.example", "192.0.2.2",
		    "3"))),
	    "a.example 0/5; a.example sts 0/5; sts mx.a.example certificate-expired - 3;"
	    " sts mx.a.example certificate-expired - 2" },
	{ "failures that differ in the sender's address are one row",
	    REPORT(POLICY("sts", "a.example", "0", "5",
		SENT_FROM("192.0.2.1", "2") "," SENT_FROM("192.0.2.2", "3"))),
	    "a.example 0/5; a.example sts 0/5; sts mx.a.example certificate-expired - 5" },
	{ "the worst first",
	    REPORT(POLICY("sts", "a.example", "0", "5",
		DETAIL("certificate-expired", "mx1.a.example", "192.0.2.1",
		    "2") "," DETAIL("validation-failure", "mx2.a.example", "192.0.2.2",
		    "3"))),
	    "a.example 0/5; a.example sts 0/5; sts mx2.a.example validation-failure - 3;"
	    " sts mx1.a.example certificate-expired - 2" },
	{ "of a failure without a host the domain says most",
	    REPORT(POLICY("sts", "a.example", "0", "1",
		"{\"result-type\":\"sts-webpki-invalid\",\"failed-session-count\":1,"
		"\"failure-reason-code\":\"expired\"}")),
	    "a.example 0/1; a.example sts 0/1; sts a.example sts-webpki-invalid expired 1" },
	{ "RPT-JSON-09 names as they are everywhere else",
	    REPORT(POLICY("sts",
		"B\xc3\xbc"
		"cher.Example.",
		"0", "1", DETAIL("x", "MX.A.example.", "", "1"))),
	    "xn--bcher-kva.example 0/1; xn--bcher-kva.example sts 0/1; sts mx.a.example x - 1" },
	{ "what is no name is kept as it is",
	    REPORT(POLICY(
		"sts", "not a name", "0", "1", DETAIL("x", "[192.0.2.1]", "", "1"))),
	    "not a name 0/1; not a name sts 0/1; sts [192.0.2.1] x - 1" },
	{ "RPT-JSON-24 control characters are blanks",
	    REPORT(POLICY("s\\u0007ts", "a\\u001b[31m\\u007f.", "0", "0", "")),
	    "a [31m . 0/0; a [31m . s ts 0/0" },
	{ "failures that differ in codes are two rows",
	    REPORT(POLICY("sts", "a.example", "0", "3",
		"{\"result-type\":\"x\",\"failed-session-count\":2,"
		"\"failure-reason-code\":\"one\"},"
		"{\"result-type\":\"x\",\"failed-session-count\":1,"
		"\"failure-reason-code\":\"other\"}")),
	    "a.example 0/3; a.example sts 0/3; sts a.example x one 2; sts a.example x other 1" },
	{ "sums stay numbers of the database",
	    REPORT(POLICY("sts", "a.example", "1000000000000", "1", "") "," POLICY(
		"sts", "a.example", "1000000000000", "1", "")),
	    "a.example 1000000000000/2; a.example sts 1000000000000/2" },
};

static void
check_rows(void **state)
{
	const struct row_case *c = *state;
	struct strbuf sb = STRBUF_INIT;
	struct digest d;

	assert_int_equal(digest(c->json, "", NOW, &d), ST_OK);
	add_words(&sb, &d.received);
	assert_string_equal(strbuf_str(&sb), c->want);
	strbuf_clear(&sb);
	digest_clear(&d);
}

static void
check_whole(void **state)
{
	static const char json[] = REPORT(POLICY("sts", "a.example", "1", "2", ""));
	struct strbuf text = STRBUF_INIT;
	struct digest d;

	(void)state;
	assert_int_equal(digest(json, "Mail.Them.example", NOW, &d), ST_OK);
	assert_string_equal(d.received.submitter, "mail.them.example");
	assert_string_equal(d.received.organization, "Them");
	assert_string_equal(d.received.contact, "tls@them.example");
	assert_string_equal(d.received.report_id, "7");
	assert_int_equal(d.received.begin, NOW - 86400);
	assert_int_equal(d.received.end, NOW - 1);
	assert_int_equal(d.received.received, NOW);
	assert_int_equal(
	    gunzip_add(&text, d.received.bytes, d.received.len, sizeof(json), NULL),
	    ST_OK);
	assert_string_equal(strbuf_str(&text), json);
	strbuf_clear(&text);
	digest_clear(&d);
}

/* 255 octets end within a character of two, three or four. */
static const struct cut_case {
	const char *name, *character;
} cut_cases[] = {
	{ "a long text is cut", "x" },
	{ "a long text is cut before a character of two octets", "\xc3\xbc" },
	{ "a long text is cut before a character of three octets", "\xe2\x82\xac" },
	{ "a long text is cut before a character of four octets", "\xf0\x9f\x93\xae" },
};

static void
check_cut(void **state)
{
	const struct cut_case *c = *state;
	size_t size = strlen(c->character), want, i;
	struct strbuf json = STRBUF_INIT;
	struct digest d;

	strbuf_adds(&json, "{\"organization-name\":\"");
	for (i = 0; i < 1000; i++)
		strbuf_adds(&json, c->character);
	strbuf_adds(&json,
	    "\",\"date-range\":{\"start-datetime\":\"2024-11-06T00:00:00Z\","
	    "\"end-datetime\":\"2024-11-06T23:59:59Z\"},\"policies\":[]}");
	assert_int_equal(digest(strbuf_str(&json), "", NOW, &d), ST_OK);
	want = DIGEST_TEXT_MAX / size * size;
	assert_int_equal(strlen(d.received.organization), want);
	assert_memory_equal(d.received.organization + want - size, c->character, size);
	strbuf_clear(&json);
	digest_clear(&d);
}

/* As many policies, each with a failure of so many sessions as its number. */
static void
add_many(struct strbuf *json, size_t count)
{
	size_t i;

	for (i = 1; i <= count; i++)
		strbuf_addf(json,
		    "%s{\"policy\":{\"policy-type\":\"sts\",\"policy-domain\":\"%zu.example\"},"
		    "\"summary\":{\"total-failure-session-count\":%zu},\"failure-details\":["
		    "{\"result-type\":\"x\",\"failed-session-count\":%zu}]}",
		    i > 1 ? "," : "", i, i, i);
}

static void
check_many(void **state)
{
	const size_t count = DIGEST_ROWS_MAX + 100, rest = 101;
	const struct received_failure *last;
	struct strbuf json = STRBUF_INIT;
	struct digest d;

	(void)state;
	strbuf_adds(&json,
	    "{\"date-range\":{\"start-datetime\":\"2024-11-06T00:00:00Z\","
	    "\"end-datetime\":\"2024-11-06T23:59:59Z\"},\"policies\":[");
	add_many(&json, count);
	strbuf_adds(&json, "]}");
	assert_int_equal(digest(strbuf_str(&json), "", NOW, &d), ST_OK);
	assert_int_equal(d.received.policy_count, DIGEST_ROWS_MAX);
	assert_int_equal(d.received.detail_count, DIGEST_ROWS_MAX);
	assert_int_equal(d.received.details[0].count, count);
	assert_string_equal(d.received.details[0].host, "600.example");
	last = &d.received.details[DIGEST_ROWS_MAX - 1];
	assert_string_equal(last->result, DIGEST_OTHERS);
	assert_int_equal(last->count, rest * (rest + 1) / 2);
	assert_string_equal(
	    d.received.policies[DIGEST_ROWS_MAX - 1].type, DIGEST_OTHERS);
	assert_int_equal(d.received.failures, count * (count + 1) / 2);
	strbuf_clear(&json);
	digest_clear(&d);
}

/* Two policies that differ behind what is kept of their names. */
static void
check_same_when_cut(void **state)
{
	struct strbuf json = STRBUF_INIT;
	struct digest d;
	size_t i, k;

	(void)state;
	strbuf_adds(&json,
	    "{\"date-range\":{\"start-datetime\":\"2024-11-06T00:00:00Z\","
	    "\"end-datetime\":\"2024-11-06T23:59:59Z\"},\"policies\":[");
	for (i = 0; i < 2; i++) {
		strbuf_adds(&json, i > 0 ? "," : "");
		strbuf_adds(
		    &json, "{\"policy\":{\"policy-type\":\"sts\",\"policy-domain\":\"");
		for (k = 0; k < DIGEST_TEXT_MAX; k++)
			strbuf_addc(&json, 'x');
		strbuf_addf(&json,
		    "%zu\"},\"summary\":{\"total-successful-session-count\":1}}", i);
	}
	strbuf_adds(&json, "]}");
	assert_int_equal(digest(strbuf_str(&json), "", NOW, &d), ST_OK);
	assert_int_equal(d.received.policy_count, 1);
	assert_int_equal(d.received.policies[0].successes, 2);
	strbuf_clear(&json);
	digest_clear(&d);
}

/* As many as there may be stay what they are. */
static void
check_full(void **state)
{
	struct strbuf json = STRBUF_INIT;
	struct digest d;

	(void)state;
	strbuf_adds(&json,
	    "{\"date-range\":{\"start-datetime\":\"2024-11-06T00:00:00Z\","
	    "\"end-datetime\":\"2024-11-06T23:59:59Z\"},\"policies\":[");
	add_many(&json, DIGEST_ROWS_MAX);
	strbuf_adds(&json, "]}");
	assert_int_equal(digest(strbuf_str(&json), "", NOW, &d), ST_OK);
	assert_int_equal(d.received.detail_count, DIGEST_ROWS_MAX);
	assert_string_equal(d.received.details[DIGEST_ROWS_MAX - 1].result, "x");
	assert_string_equal(d.received.policies[DIGEST_ROWS_MAX - 1].type, "sts");
	strbuf_clear(&json);
	digest_clear(&d);
}

static void
check_future(void **state)
{
	struct digest d;

	(void)state;
	assert_int_equal(digest(REPORT(""), "", NOW - 86400, &d), ST_OK);
	digest_clear(&d);
	/* It begins a day from now, a second later, two days from now. */
	assert_int_equal(digest(REPORT(""), "", NOW - 2 * 86400, &d), ST_OK);
	digest_clear(&d);
	assert_int_equal(digest(REPORT(""), "", NOW - 2 * 86400 - 1, &d), ST_RANGE);
	assert_int_equal(digest(REPORT(""), "", NOW - 3 * 86400, &d), ST_RANGE);
	/* It began yesterday, and ends when nobody will read it. */
	assert_int_equal(digest(ENDLESS, "", NOW, &d), ST_RANGE);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("PUB-RPT-03 a report with its JSON as it came", check_whole),
		CASES(check_rows, row_cases),
		CASES(check_cut, cut_cases),
		CASE("RPT-SEC-03 of many rows the least are one", check_many),
		CASE("as many rows as there may be", check_full),
		CASE("rows that are the same when cut are one", check_same_when_cut),
		CASE("a report on days that are yet to come is none", check_future),
	};

	return cases_run("digest", tables, COUNT_OF(tables));
}
