/* SPDX-License-Identifier: ISC */
#include "cases.h"
#include "report/render.h"

#include "report/schedule.h"
#include "wire/gzip.h"
#include "wire/tls_report.h"

#define DAY    1730851200 /* 2024-11-06 */
#define DOMAIN "example.net"

/* The store: what it holds of one domain and day. */
static struct {
	const struct tally *tallies;
	size_t count;
	enum status rc;
} held;

enum status
store_each_tally(
    struct store *store, time_t day, const char *domain, store_tally_fn *fn, void *arg)
{
	size_t i;

	assert_null(store);
	assert_int_equal(day, DAY);
	assert_string_equal(domain, DOMAIN);
	for (i = 0; i < held.count; i++)
		fn(&held.tallies[i], arg);
	return held.rc;
}

static void
hold(const struct tally *tallies, size_t count)
{
	held.tallies = tallies;
	held.count = count;
	held.rc = ST_OK;
}

static struct report_options
options(void)
{
	return (struct report_options){
		.contact = "tls@example.org",
		.organization = "Example Org",
		.sender = "",
		.is_heartbeat = true,
		.is_reason_shown = true,
	};
}

/* --- one policy with details: what is shown of them ------------------------------------------ */

#define EXPIRED RESULT_EXPIRED
#define NONE    RESULT_STARTTLS_NOT_SUPPORTED

static const struct detail_case {
	const char *name;
	bool hides_reason, hides_others; /* shows 192.0.2.0/24 and 2001:db8::/32 only */
	size_t count;
	struct tally_detail details[4];
	const char *want; /* COUNT RESULT CODE LOCAL REMOTE HOST HELO; ... */
} detail_cases[] = {
	{ "RPT-JSON-13..20 all there is", false, false, 1,
	    { { EXPIRED, "X", "192.0.2.1", "203.0.113.2", "mx.example", "helo.example",
		3 } },
	    "3 certificate-expired X 192.0.2.1 203.0.113.2 mx.example helo.example" },
	{ "RPT-JSON-21 nothing but the result", false, false, 1,
	    { { NONE, "", "", "", "", "", 3 } }, "3 starttls-not-supported" },
	{ "RPT-JSON-14 IPv6 in its canonical form", false, false, 1,
	    { { NONE, "", "2001:0DB8:abcd:0012:0:0:0:1", "", "", "", 1 } },
	    "1 starttls-not-supported 2001:db8:abcd:12::1" },
	{ "RPT-JSON-17 IPv4 in IPv6 is IPv4", false, false, 1,
	    { { NONE, "", "::ffff:192.0.2.1", "::FFFF:cb00:7138", "", "", 1 } },
	    "1 starttls-not-supported 192.0.2.1 203.0.113.56" },
	{ "RPT-JSON-14 RPT-JSON-17 what is no address is left out", false, false, 1,
	    { { NONE, "", "[192.0.2.1]", "fe80::1%eth0", "mx.example", "", 1 } },
	    "1 starttls-not-supported mx.example" },
	{ "RPT-SEC-02 no reasons", true, false, 1,
	    { { EXPIRED, "X", "192.0.2.1", "", "mx.example", "", 3 } },
	    "3 certificate-expired 192.0.2.1 mx.example" },
	{ "RPT-SEC-02 an address of ours that may not be shown", false, true, 2,
	    { { NONE, "", "10.1.2.3", "203.0.113.2", "a.example", "", 1 },
		{ NONE, "", "192.0.2.7", "203.0.113.2", "b.example", "", 1 } },
	    "1 starttls-not-supported 203.0.113.2 a.example; "
	    "1 starttls-not-supported 192.0.2.7 203.0.113.2 b.example" },
	{ "RPT-SEC-02 IPv6, and IPv4 in it, in the ranges shown", false, true, 2,
	    { { NONE, "", "2001:db8::7", "", "a.example", "", 1 },
		{ NONE, "", "::ffff:192.0.2.7", "", "b.example", "", 1 } },
	    "1 starttls-not-supported 2001:db8::7 a.example; "
	    "1 starttls-not-supported 192.0.2.7 b.example" },
	{ "RPT-JSON-12 two that differ in nothing that is shown", true, true, 4,
	    { { EXPIRED, "X", "10.0.0.1", "", "mx.example", "", 3 },
		{ EXPIRED, "Y", "10.0.0.2", "", "mx.example", "", 4 },
		{ NONE, "", "", "", "mx.example", "", 1 },
		{ EXPIRED, "", "", "", "mx.example", "", 5 } },
	    "12 certificate-expired mx.example; 1 starttls-not-supported mx.example" },
	{ "RPT-JSON-12 one address in two forms", false, false, 2,
	    { { NONE, "", "", "::ffff:192.0.2.1", "", "", 3 },
		{ NONE, "", "", "192.0.2.1", "", "", 4 } },
	    "7 starttls-not-supported 192.0.2.1" },
	{ "RPT-JSON-12 in one order, however they are held", false, false, 3,
	    { { NONE, "", "", "", "b.example", "", 1 },
		{ EXPIRED, "", "", "", "b.example", "", 2 },
		{ EXPIRED, "", "", "", "a.example", "", 3 } },
	    "3 certificate-expired a.example; 2 certificate-expired b.example; "
	    "1 starttls-not-supported b.example" },
};

static void
add_word(struct strbuf *out, const char *word)
{
	if (word[0] != '\0')
		strbuf_addf(out, " %s", word);
}

static void
show_details(struct strbuf *out, const struct report_policy *policy)
{
	size_t i;

	for (i = 0; i < policy->detail_count; i++) {
		const struct report_detail *d = &policy->details[i];

		strbuf_addf(out, "%s%llu %s", i > 0 ? "; " : "",
		    (unsigned long long)d->count, d->result);
		add_word(out, d->code);
		add_word(out, d->local);
		add_word(out, d->remote);
		add_word(out, d->host);
		add_word(out, d->helo);
	}
}

static void
check_detail(void **state)
{
	static const char *const ranges[] = { "192.0.2.0/24", "2001:db8::/32" };
	const struct detail_case *c = *state;
	const struct tally tally = { DAY, DOMAIN, POLICY_NOT_FOUND, DOMAIN, "", "", 0,
		9, c->details, c->count };
	struct address_range shown[COUNT_OF(ranges)];
	struct report_options o = options();
	struct rendered rendered = { 0 };
	struct strbuf details = STRBUF_INIT;
	struct renderer *renderer;
	struct tls_report report;
	size_t i;

	for (i = 0; i < COUNT_OF(ranges); i++)
		assert_int_equal(
		    address_range_parse(ranges[i], strlen(ranges[i]), &shown[i]),
		    ST_OK);
	o.is_reason_shown = !c->hides_reason;
	if (c->hides_others)
		o.shown = (struct guard){ shown, COUNT_OF(shown) };
	renderer = renderer_new(&o);
	memset(shown, 0, sizeof(shown)); /* copied */
	hold(&tally, 1);
	assert_int_equal(render(renderer, NULL, DAY, DOMAIN, &rendered), ST_OK);
	assert_int_equal(
	    tls_report_read(rendered.json.data, rendered.json.len, &report, NULL),
	    ST_OK);
	show_details(&details, &report.policies[0]);
	assert_string_equal(details.data, c->want);
	tls_report_clear(&report);
	strbuf_clear(&details);
	rendered_clear(&rendered);
	renderer_free(renderer);
}

/* --- whether there is a report ------------------------------------------------------------------- */

static const struct tally_detail one_detail = { RESULT_STS_FETCH, "http-404", "", "",
	"", "", 1 };

static const struct wanted_case {
	const char *name;
	bool is_heartbeat;
	uint64_t successes, failures;
	size_t details, policies;
	enum status want;
} wanted_cases[] = {
	{ "RPT-CNT-15 successes only: a heartbeat", true, 3, 0, 0, 1, ST_OK },
	{ "successes only, and no heartbeat wanted", false, 3, 0, 0, 1, ST_NOTFOUND },
	{ "failures, without heartbeat", false, 3, 1, 1, 1, ST_OK },
	{ "RPT-CNT-12 a failure beside a success is told, without heartbeat", false, 1,
	    0, 1, 1, ST_OK },
	{ "RPT-CNT-15 nothing counted: no report", true, 0, 0, 0, 0, ST_NOTFOUND },
	{ "RPT-CNT-15 zeros counted: no report", true, 0, 0, 0, 1, ST_NOTFOUND },
};

static void
check_wanted(void **state)
{
	const struct wanted_case *c = *state;
	const struct tally tally = { DAY, DOMAIN, POLICY_STS, DOMAIN, "", "",
		c->successes, c->failures, &one_detail, c->details };
	struct report_options o = options();
	struct rendered rendered = { 0 };
	struct renderer *renderer;

	o.is_heartbeat = c->is_heartbeat;
	renderer = renderer_new(&o);
	hold(&tally, c->policies);
	assert_int_equal(render(renderer, NULL, DAY, DOMAIN, &rendered), c->want);
	rendered_clear(&rendered);
	renderer_free(renderer);
}

static void
check_store_fails(void **state)
{
	struct report_options o = options();
	struct renderer *renderer = renderer_new(&o);
	struct rendered rendered = { 0 };

	(void)state;
	hold(NULL, 0);
	held.rc = ST_IO;
	assert_int_equal(render(renderer, NULL, DAY, DOMAIN, &rendered), ST_IO);
	rendered_clear(&rendered);
	renderer_free(renderer);
	renderer_free(NULL);
}

/* --- the whole file -------------------------------------------------------------------------------- */

static const struct tally_detail expired = { RESULT_EXPIRED,
	"X509_V_ERR_CERT_HAS_EXPIRED", "2001:db8::25", "203.0.113.2", "mx2.example.net",
	"", 1 };

/* Two policy texts on one day, two policy types on one session. */
static const struct tally tallies[] = {
	{ DAY, DOMAIN, POLICY_TLSA, "mx1.example.net", "3 1 1 00ff", "", 15, 0, NULL,
	    0 },
	{ DAY, DOMAIN, POLICY_STS, DOMAIN, "version: STSv1\nmode: enforce",
	    "*.example.net", 9, 0, NULL, 0 },
	{ DAY, DOMAIN, POLICY_STS, DOMAIN, "version: STSv1\nmode: testing",
	    "*.example.net", 5, 1, &expired, 1 },
};

#define HEAD                                                                           \
	"{\"organization-name\":\"Example Org\",\"date-range\":{\"start-datetime\":"   \
	"\"2024-11-06T00:00:00Z\",\"end-datetime\":\"2024-11-06T23:59:59Z\"},"         \
	"\"contact-info\":\"tls@example.org\",\"report-id\":\"%s\",\"policies\":["
#define ENTRY(type, text, domain, rest, successes, failures, details)                  \
	"{\"policy\":{\"policy-type\":\"" type "\",\"policy-string\":[" text           \
	"],\"policy-domain\":\"" domain "\"" rest                                      \
	"},\"summary\":{\"total-successful-session-count\":" successes                 \
	",\"total-failure-session-count\":" failures "}" details "}"
#define MX ",\"mx-host\":[\"*.example.net\"]"

static void
check_file(void **state)
{
	struct report_options o = options();
	struct renderer *renderer = renderer_new(&o);
	struct rendered rendered = { 0 };
	struct strbuf want = STRBUF_INIT, unpacked = STRBUF_INIT;

	(void)state;
	hold(tallies, COUNT_OF(tallies));
	assert_int_equal(render(renderer, NULL, DAY, DOMAIN, &rendered), ST_OK);
	strbuf_addf(&want,
	    HEAD ENTRY("tlsa", "\"3 1 1 00ff\"", "mx1.example.net", "", "15", "0",
		"") "," ENTRY("sts", "\"version: STSv1\",\"mode: enforce\"", DOMAIN, MX,
		"9", "0", "") "," ENTRY("sts", "\"version: STSv1\",\"mode: testing\"",
		DOMAIN, MX, "5", "1",
		",\"failure-details\":[{\"result-type\":\"certificate-expired\","
		"\"sending-mta-ip\":\"2001:db8::25\",\"receiving-mx-hostname\":\"mx2.example.net\","
		"\"receiving-ip\":\"203.0.113.2\",\"failed-session-count\":1,"
		"\"failure-reason-code\":\"X509_V_ERR_CERT_HAS_EXPIRED\"}]") "]}\n",
	    rendered.report_id);
	assert_string_equal(rendered.json.data, want.data);
	assert_int_equal(rendered.successes, 29);
	assert_int_equal(rendered.failures, 1);
	assert_int_equal(gunzip_add(&unpacked, rendered.gzip.data, rendered.gzip.len,
			     rendered.json.len, NULL),
	    ST_OK);
	assert_string_equal(unpacked.data, rendered.json.data);
	strbuf_clear(&want);
	strbuf_clear(&unpacked);
	rendered_clear(&rendered);
	renderer_free(renderer);
}

/* What introductions to TLSRPT show: 15 good sessions under a policy in testing, its MX hosts as a list. */
static void
check_sample(void **state)
{
	static const struct tally good = { DAY, DOMAIN, POLICY_STS, DOMAIN,
		"version: STSv1\nmode: testing", "mx1.example.net\nmx2.example.net", 15,
		0, NULL, 0 };
	struct report_options o = options();
	struct renderer *renderer = renderer_new(&o);
	struct rendered rendered = { 0 };
	struct strbuf want = STRBUF_INIT;

	(void)state;
	hold(&good, 1);
	assert_int_equal(render(renderer, NULL, DAY, DOMAIN, &rendered), ST_OK);
	strbuf_addf(&want,
	    HEAD ENTRY("sts", "\"version: STSv1\",\"mode: testing\"", DOMAIN,
		",\"mx-host\":[\"mx1.example.net\",\"mx2.example.net\"]", "15", "0",
		"") "]}\n",
	    rendered.report_id);
	assert_string_equal(rendered.json.data, want.data);
	strbuf_clear(&want);
	rendered_clear(&rendered);
	renderer_free(renderer);
}

static void
check_names(void **state)
{
	struct report_options o = options();
	struct renderer *renderer;
	struct rendered rendered = { 0 };
	char id[128], file[128];
	size_t i;

	(void)state;
	o.organization = "";
	renderer = renderer_new(&o);
	hold(tallies, COUNT_OF(tallies));
	assert_int_equal(render(renderer, NULL, DAY, DOMAIN, &rendered), ST_OK);
	assert_non_null(
	    strstr(rendered.json.data, "{\"organization-name\":\"example.org\","));
	snprintf(id, sizeof(id), "%s", rendered.report_id);
	snprintf(file, sizeof(file), "%s", rendered.file_name);
	/* dot-atom-text of RFC 5322, section 3.2.3 */
	assert_int_equal(strncmp(id, "20241106T000000Z.example.net.", 29), 0);
	assert_int_equal(strlen(id), 29 + 16);
	assert_int_equal(
	    strspn(id, "abcdefghijklmnopqrstuvwxyzTZ0123456789."), 29 + 16);
	assert_int_equal(
	    strncmp(file, "example.org!example.net!1730851200!1730937599!", 46), 0);
	assert_int_equal(strncmp(file + 46, id + 29, 16), 0);
	assert_string_equal(file + 46 + 16, ".json.gz");
	for (i = 0; i < 3; i++) {
		assert_int_equal(render(renderer, NULL, DAY, DOMAIN, &rendered), ST_OK);
		assert_string_not_equal(rendered.report_id, id);
		assert_string_not_equal(rendered.file_name, file);
	}
	rendered_clear(&rendered);
	renderer_free(renderer);
}

/* --- how big it may become ---------------------------------------------------------------------------- */

/* Details of which no two are alike, and which compress badly. */
struct crowd {
	struct tally_detail *details;
	char (*texts)[2][254];
	size_t count;
};

static struct crowd
crowd_new(size_t count, size_t text_len)
{
	struct crowd c = { xcalloc(count, sizeof(*c.details)),
		xcalloc(count, sizeof(*c.texts)), count };
	uint32_t x = 1;
	size_t i, k;

	for (i = 0; i < count; i++) {
		for (k = 0; k < 2 * text_len; k++) {
			x = x * 1664525 + 1013904223;
			c.texts[i][k % 2][k / 2] =
			    "abcdefghijklmnopqrstuvwxyz012345"[x >> 27];
		}
		c.details[i] = (struct tally_detail){ i % 2 == 0 ? EXPIRED : NONE,
			c.texts[i][0], "192.0.2.1", "203.0.113.2", "mx.example",
			c.texts[i][1], i + 1 };
	}
	return c;
}

static void
crowd_free(struct crowd *c)
{
	free(c->details);
	free(c->texts);
}

static const struct size_case {
	const char *name;
	size_t policies, details, text_len;
	bool is_folded;
} size_cases[] = {
	{ "RPT-FILE-03 10,000 distinct failures under one policy are all told", 1,
	    10000, 20, false },
	{ "RPT-FILE-03 50,000 under five policies, too", 5, 10000, 20, false },
	{ "RPT-FILE-03 a million, as long as a hostile domain can make them", 100,
	    10000, 200, true },
};

static void
check_sums(const struct tls_report *report, const struct size_case *c)
{
	uint64_t sum = (uint64_t)c->details * (c->details + 1) / 2;
	size_t i, k, count = 0;

	assert_int_equal(report->policy_count, c->policies);
	for (i = 0; i < report->policy_count; i++) {
		const struct report_policy *p = &report->policies[i];
		uint64_t all = 0;

		for (k = 0; k < p->detail_count; k++)
			all += p->details[k].count;
		assert_int_equal(all, sum);
		assert_int_equal(p->failures, sum);
		count += p->detail_count;
	}
	if (c->is_folded)
		assert_in_range(count, 10000, c->policies * c->details - 1);
	else
		assert_int_equal(count, c->policies * c->details);
}

static void
check_size(void **state)
{
	const struct size_case *c = *state;
	struct crowd crowd = crowd_new(c->details, c->text_len);
	struct tally *many = xcalloc(c->policies, sizeof(*many));
	struct report_options o = options();
	struct renderer *renderer = renderer_new(&o);
	struct rendered rendered = { 0 };
	struct tls_report report;
	size_t i;

	for (i = 0; i < c->policies; i++)
		many[i] = (struct tally){ DAY, DOMAIN, POLICY_STS, DOMAIN, "", "", 0,
			(uint64_t)c->details * (c->details + 1) / 2, crowd.details,
			crowd.count };
	hold(many, c->policies);
	assert_int_equal(render(renderer, NULL, DAY, DOMAIN, &rendered), ST_OK);
	assert_in_range(rendered.gzip.len, 1000, 10000000);
	assert_int_equal(
	    tls_report_read(rendered.json.data, rendered.json.len, &report, NULL),
	    ST_OK);
	check_sums(&report, c);
	tls_report_clear(&report);
	rendered_clear(&rendered);
	renderer_free(renderer);
	free(many);
	crowd_free(&crowd);
}

/* Policy texts of 60 KB, more than there is room for: the last ones are left out, not the counts. */
static void
check_texts(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct tally many[200];
	struct report_options o = options();
	struct renderer *renderer = renderer_new(&o);
	struct rendered rendered = { 0 };
	struct tls_report report;
	size_t i;

	(void)state;
	for (i = 0; i < 6000; i++)
		strbuf_addf(&text, "%08zx: x\n", i * 2654435761);
	for (i = 0; i < COUNT_OF(many); i++)
		many[i] = (struct tally){ DAY, DOMAIN, POLICY_STS, DOMAIN, text.data,
			"", 1, 0, NULL, 0 };
	hold(many, COUNT_OF(many));
	assert_int_equal(render(renderer, NULL, DAY, DOMAIN, &rendered), ST_OK);
	assert_in_range(rendered.json.len, 5000000, 20000000);
	assert_int_equal(
	    tls_report_read(rendered.json.data, rendered.json.len, &report, NULL),
	    ST_OK);
	assert_int_equal(report.policy_count, COUNT_OF(many));
	assert_string_not_equal(report.policies[0].text, "");
	assert_string_equal(report.policies[COUNT_OF(many) - 1].text, "");
	assert_int_equal(rendered.successes, COUNT_OF(many));
	tls_report_clear(&report);
	rendered_clear(&rendered);
	renderer_free(renderer);
	strbuf_clear(&text);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_detail, detail_cases),
		CASES(check_wanted, wanted_cases),
		CASE("a store that cannot be read", check_store_fails),
		CASE(
		    "RPT-JSON-22 RPT-JSON-23 RPT-FILE-02 RPT-FILE-04 SEED-72 one file, all policies",
		    check_file),
		CASE("RPT-JSON-10 SEED-62 15 good sessions", check_sample),
		CASE("RPT-JSON-05 RPT-FILE-01 its names", check_names),
		CASES(check_size, size_cases),
		CASE("RPT-FILE-03 policy texts that do not fit", check_texts),
	};

	return cases_run("render", tables, COUNT_OF(tables));
}
