/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "cli/report_page.h"

#define DAY ((time_t)1730851200) /* 2024-11-06 */

/* --- reports, and the page of them --------------------------------------------------------------- */

#define SENT(day, who, policies)                                                       \
	"{\"organization-name\":\"" who                                                \
	"\",\"date-range\":{\"start-datetime\":\"2024-11-" day                         \
	"T00:00:00Z\",\"end-datetime\":\"2024-11-" day                                 \
	"T23:59:59Z\"},\"policies\":[" policies "]}"
#define POLICY(good, bad, details)                                                     \
	"{\"policy\":{\"policy-type\":\"sts\",\"policy-domain\":\"example.net\"},"     \
	"\"summary\":{\"total-successful-session-count\":" good                        \
	",\"total-failure-session-count\":" bad "},\"failure-details\":[" details "]}"
#define FAILED(result, host, address, count)                                           \
	"{\"result-type\":\"" result "\",\"receiving-mx-hostname\":\"" host            \
	"\",\"receiving-ip\":\"" address "\",\"failed-session-count\":" count "}"

static struct strbuf
page_of(const char *const *reports, enum overview_side side)
{
	struct report_overview overview;
	const struct report_page page = { .side = side,
		.domain = "",
		.now = DAY + (time_t)1000 * 86400,
		.overview = &overview };
	struct strbuf html = STRBUF_INIT;

	report_overview_init(&overview);
	for (; *reports != NULL; reports++) {
		struct tls_report report;
		struct why why;

		if (tls_report_read(*reports, strlen(*reports), &report, &why) != ST_OK)
			fail_msg("%s", why.text);
		report_overview_add(&overview, &report, "mail.example");
		tls_report_clear(&report);
	}
	report_page_add(&html, &page);
	report_overview_clear(&overview);
	return html;
}

#define REPORTS_MAX 4
#define TEXTS_MAX   8

static const struct page_case {
	const char *name;
	enum overview_side side;
	const char *reports[REPORTS_MAX];
	const char *has[TEXTS_MAX], *lacks[TEXTS_MAX];
} page_cases[] = {
	{ "SEED-70 PUB-RPT-03 who failed, how, how often, since when",
	    OVERVIEW_RECEIVED,
	    { SENT("06", "Them", POLICY("90", "0", "")),
		SENT("07", "Them",
		    POLICY("88", "2",
			FAILED("certificate-expired", "mx2.example.net", "192.0.2.1",
			    "2"))),
		SENT("09", "Us",
		    POLICY("95", "5",
			FAILED("certificate-expired", "mx2.example.net", "192.0.2.1",
			    "4") "," FAILED("starttls-not-supported", "mx1.example.net",
			    "2001:db8::1", "1"))) },
	    { "3 reports of 2 organizations; <time>2024-11-06</time> to "
	      "<time>2024-11-09</time>",
		"7 of 280 sessions failed: 2.5",
		"<dt>Who</dt><dd><bdi>mx2.example.net</bdi> <span "
		"class=\"dim\"><bdi>192.0.2.1</bdi>",
		"<dt>How</dt><dd><bdi>certificate-expired</bdi>: the certificate is out "
		"of date",
		"<dt>How often</dt><dd>6 sessions of the 7 that failed</dd>",
		"<dt>When</dt><dd>since <time>2024-11-07</time>, last "
		"<time>2024-11-09</time>",
		"1 other of host and type", "2024-11-08: no report" },
	    { NULL } },
	{ "PUB-RPT-03 nothing failed", OVERVIEW_RECEIVED,
	    { SENT("06", "Them", POLICY("90", "0", "")),
		SENT("07", "Them", POLICY("90", "0", "")) },
	    { "All 180 sessions succeeded", "Sessions per day", "Who reported",
		"mail from <bdi>mail.example</bdi>" },
	    { "<dl>", "Failures by", "Every failure", "failed\">" } },
	{ "PUB-RPT-03 everything failed, and no report tells more", OVERVIEW_RECEIVED,
	    { SENT("06", "Them", POLICY("0", "9", "")) },
	    { "All 9 sessions failed", "No report tells which host failed" },
	    { "<dl>", "Failures by", "Every failure" } },
	{ "of one day there is a number, and no picture", OVERVIEW_RECEIVED,
	    { SENT("06", "Them", POLICY("1", "0", "")) },
	    { "The one session succeeded", "<time>2024-11-06</time>" },
	    { "role=\"img\"" } },
	{ "reports of no session at all", OVERVIEW_RECEIVED,
	    { SENT("06", "Them", POLICY("0", "0", "")),
		SENT("07", "Them", POLICY("0", "0", "")) },
	    { "No session was reported", "2 reports" }, { "role=\"img\"" } },
	{ "PUB-RPT-03 no report at all is said in words", OVERVIEW_RECEIVED, { NULL },
	    { "No report of others has come in", "hopseal-tlsrpt(7)" },
	    { "<table", "<svg", "<dl>" } },
	{ "nothing was sent", OVERVIEW_SENT, { NULL },
	    { "TLS reports we sent", "No report was made for these days" },
	    { "<table", "<svg" } },
	{ "RPT-SEC-03 what a report says stays text", OVERVIEW_RECEIVED,
	    { SENT("06", "<script>alert(1)</script>",
		POLICY("1", "1",
		    FAILED("<img src=x onerror=y>", "\\u202emx\\u0007", "\\\"><b>",
			"1"))) },
	    { "&lt;script&gt;alert(1)&lt;/script&gt;",
		"&lt;img src=x onerror=y&gt;</bdi>: no type of RFC 8460",
		"\xef\xbf\xbdmx\xef\xbf\xbd", "&quot;&gt;&lt;b&gt;" },
	    { "<script", "<img", "<b>", "\xe2\x80\xae" } },
	{ "a failure without a host is its domain's", OVERVIEW_RECEIVED,
	    { SENT("06", "Them",
		POLICY("1", "1", FAILED("sts-policy-fetch-error", "", "", "1"))) },
	    { "<dt>Who</dt><dd><bdi>example.net</bdi></dd>" }, { NULL } },
};

static void
check_page(void **state)
{
	const struct page_case *c = *state;
	struct strbuf html = page_of(c->reports, c->side);
	size_t i;

	for (i = 0; i < TEXTS_MAX && c->has[i] != NULL; i++)
		if (strstr(html.data, c->has[i]) == NULL)
			fail_msg("lacks %s\n%s", c->has[i], html.data);
	for (i = 0; i < TEXTS_MAX && c->lacks[i] != NULL; i++)
		if (strstr(html.data, c->lacks[i]) != NULL)
			fail_msg("has %s\n%s", c->lacks[i], html.data);
	strbuf_clear(&html);
}

/* --- many ------------------------------------------------------------------------------------------ */

#define MANY_REPORTS 10000
#define MANY_HOSTS   1000
#define PAGE_MAX     250000 /* octets, whoever writes how much */

static size_t
count_of(const char *text, const char *what)
{
	size_t n = 0;

	for (; (text = strstr(text, what)) != NULL; text++)
		n++;
	return n;
}

static void
add_one(struct report_overview *overview, unsigned i, const char *filler)
{
	char host[512], who[512];
	const struct report_detail detail = { .result = filler,
		.code = filler,
		.local = "",
		.remote = filler,
		.host = host,
		.helo = "",
		.information = "",
		.count = 1 };
	const struct report_policy policy = { .type = filler,
		.domain = who,
		.text = "",
		.mx = "",
		.successes = 10,
		.failures = 1,
		.details = &detail,
		.detail_count = 1 };
	const struct tls_report report = { .organization = who,
		.contact = "",
		.id = "",
		.begin = DAY + (time_t)(i % 400) * 86400,
		.end = DAY + (time_t)(i % 400) * 86400 + 86399,
		.policies = &policy,
		.policy_count = 1 };

	snprintf(host, sizeof(host), "mx%u.%s", i % MANY_HOSTS, filler);
	snprintf(who, sizeof(who), "o%u.%s", i, filler);
	report_overview_add(overview, &report, filler);
}

static void
check_many(void **state UNUSED)
{
	struct report_overview overview;
	const struct report_page page = { .side = OVERVIEW_RECEIVED,
		.domain = "",
		.now = DAY + (time_t)1000 * 86400,
		.overview = &overview };
	struct strbuf html = STRBUF_INIT;
	char filler[300];
	unsigned i;

	memset(filler, '<', sizeof(filler) - 1);
	filler[sizeof(filler) - 1] = '\0';
	report_overview_init(&overview);
	for (i = 0; i < MANY_REPORTS; i++)
		add_one(&overview, i, filler);
	report_page_add(&html, &page);
	assert_in_range(html.len, 10000, PAGE_MAX);
	assert_non_null(strstr(html.data, "10,000 of 110,000 sessions failed"));
	assert_non_null(strstr(html.data, "and 980 more"));
	assert_non_null(strstr(html.data, "and 9,980 more"));
	assert_non_null(strstr(html.data, "and 9,960 more"));
	assert_non_null(strstr(html.data, "Sessions per week"));
	assert_int_equal(count_of(html.data, "<g>"), (400 + 6) / 7);
	report_overview_clear(&overview);
	strbuf_clear(&html);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_page, page_cases),
		CASE("RPT-SEC-03 10,000 reports of 1,000 hosts make no longer page",
		    check_many),
	};

	return cases_run("report_page", tables, COUNT_OF(tables));
}
