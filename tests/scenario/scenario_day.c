/*
 * The whole way: sessions of a day, counted, closed, rendered, delivered, and read as a receiver reads it.
 * SPDX-License-Identifier: ISC
 */
#include "scenario/office.h"

#include <stdio.h>

#include "net/loop.h"
#include "wire/report_file.h"

/* The closing looks at the clock here for the first time after the grace. */
#define LOOK (MIDNIGHT + GRACE + 22)

#define TOLD(domain, end)                                                              \
	"{\"dpv\":\"1\",\"d\":\"" domain                                               \
	"\",\"policies\":[{\"policy-type\":2,\"policy-domain\":\"" domain              \
	"\",\"policy-string\":[\"version: STSv1\",\"mode: enforce\",\"mx: mx." domain  \
	"\",\"max_age: 604800\"],\"mx-host\":[\"mx." domain "\"]," end "}]}"
#define GOOD(domain) TOLD(domain, "\"t\":0,\"f\":0")
#define BAD(domain)                                                                    \
	TOLD(domain,                                                                   \
	    "\"failure-details\":[{\"c\":204,\"s\":\"192.0.2.7\",\"n\":\"mx." domain   \
	    "\",\"h\":\"250 mx." domain "\",\"r\":\"192.0.2.1\"}],\"t\":1,\"f\":1")

/* A domain that mail is sent to, of which nothing is known but its record. */
static void
add_domain(const char *domain, const char *record)
{
	char line[120];

	snprintf(line, sizeof(line), "%s MX I 3600 10 mx.%s", domain, domain);
	dns_says(line);
	snprintf(line, sizeof(line), "mx.%s A I 3600 192.0.2.1", domain);
	dns_says(line);
	office_record(domain, record);
}

static void
begin(struct office *o)
{
	office_begin(o);
	o->is_whole = true;
	add_domain("example.org", "I 300 " RECORD);
	office_open(o);
}

static void
tell(struct office *o, const char *datagram, int times)
{
	while (times-- > 0)
		office_tell(o, datagram);
	office_pass(o, 5);
}

/* "100/7 certificate-expired=7" of the last report that was posted, which is of this day. */
static const char *
received(time_t day)
{
	static char text[200];
	struct tls_report report;
	const struct report_policy *policy;
	struct why why = { "" };
	const void *body;
	size_t i, len;

	body = web_last_post(&len);
	assert_int_equal(report_file_read(body, len, &report, NULL, &why), ST_OK);
	assert_int_equal(report.begin, day);
	assert_int_equal(report.end, day + DAY - 1);
	assert_int_equal(report.policy_count, 1);
	policy = &report.policies[0];
	snprintf(text, sizeof(text), "%s %s %d/%d", policy->type, policy->domain,
	    (int)policy->successes, (int)policy->failures);
	for (i = 0; i < policy->detail_count; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), " %s=%d",
		    policy->details[i].result, (int)policy->details[i].count);
	tls_report_clear(&report);
	return text;
}

#define ALL "sts example.org 100/7 certificate-expired=7"

/* --- the usual day ------------------------------------------------------------------------------------------ */

static void
check_day(void **state)
{
	struct reports_status status;
	struct office o;

	(void)state;
	begin(&o);
	tell(&o, GOOD("example.org"), 100);
	tell(&o, BAD("example.org"), 7);
	office_until(&o, CLOSED);
	assert_int_equal(web_posted("r.example"), 1);
	assert_string_equal(received(TODAY), ALL);
	reports_status(o.reports, &status);
	assert_int_equal(status.account.accepted, 107);
	assert_int_equal(status.closing.made, 1);
	assert_int_equal(status.delivery.sent, 1);
	assert_int_equal(status.delivery.under_way, 0);
	office_end(&o);
}

/* Each day's sessions in its own report; the delivery of one is no session. */
static void
check_two_days(void **state)
{
	struct office o;

	(void)state;
	begin(&o);
	tell(&o, GOOD("example.org"), 3);
	office_until(&o, CLOSED);
	assert_string_equal(received(TODAY), "sts example.org 3/0");
	tell(&o, BAD("example.org"), 2);
	office_pass(&o, DAY);
	assert_string_equal(
	    received(MIDNIGHT), "sts example.org 0/2 certificate-expired=2");
	office_pass(&o, 2 * DAY);
	assert_int_equal(web_posted("r.example"), 2);
	office_end(&o);
}

/* Sessions after the close are not in the bytes that are sent again. */
static void
check_same_bytes(void **state)
{
	struct office o;

	(void)state;
	begin(&o);
	web_says("r.example", HTTPS_STATUS, NULL);
	tell(&o, GOOD("example.org"), 100);
	tell(&o, BAD("example.org"), 7);
	office_until(&o, CLOSED);
	tell(&o, BAD("example.org"), 5);
	web_says("r.example", HTTPS_OK, NULL);
	office_pass(&o, HOUR);
	assert_int_equal(web_posted("r.example"), 2);
	assert_string_equal(received(TODAY), ALL);
	office_end(&o);
}

/* Postfix tells what it has seen; at midnight no name server answers. */
static void
check_record_seen(void **state)
{
	struct office o;

	(void)state;
	begin(&o);
	tell(&o,
	    "{\"dpv\":\"1\",\"d\":\"example.org\",\"pr\":\"" RECORD
	    "\",\"policies\":[{\"policy-type\":9,\"policy-domain\":"
	    "\"example.org\",\"t\":0,\"f\":0}]}",
	    1);
	office_record("example.org", "servfail");
	office_until(&o, CLOSED);
	assert_string_equal(
	    office_outbox(&o, "example.org"), "https://r.example/in sent 1");
	office_end(&o);
}

static void
check_contact_set_later(void **state)
{
	struct office o;

	(void)state;
	office_begin(&o);
	o.is_whole = true;
	o.options.contact = "";
	add_domain("example.org", "I 300 " RECORD);
	office_open(&o);
	tell(&o, GOOD("example.org"), 100);
	tell(&o, BAD("example.org"), 7);
	office_until(&o, CLOSED + HOUR);
	assert_int_equal(web_posted("r.example"), 0);
	o.options.contact = "tls@sender.example";
	office_reopen(&o);
	office_pass(&o, 120);
	assert_string_equal(received(TODAY), ALL);
	office_end(&o);
}

/* --- interrupted ----------------------------------------------------------------------------------------------- */

static void
check_restarts(void **state)
{
	struct office o;
	int i;

	(void)state;
	begin(&o);
	for (i = 0; i < 10; i++) {
		tell(&o, GOOD("example.org"), 10);
		office_restart(&o);
	}
	tell(&o, BAD("example.org"), 7);
	office_restart(&o);
	office_until(&o, CLOSED);
	office_restart(&o);
	office_pass(&o, DAY);
	assert_int_equal(web_posted("r.example"), 1);
	assert_string_equal(received(TODAY), ALL);
	office_end(&o);
}

/* What only the journal has is counted before the day is closed. */
static void
check_killed_before_midnight(void **state)
{
	struct office o;

	(void)state;
	begin(&o);
	tell(&o, GOOD("example.org"), 60);
	office_foresee_crash(&o);
	tell(&o, GOOD("example.org"), 40);
	tell(&o, BAD("example.org"), 7);
	fake_jump(MIDNIGHT + GRACE / 2 - loop_time());
	office_crash(&o);
	office_until(&o, CLOSED);
	assert_int_equal(web_posted("r.example"), 1);
	assert_string_equal(received(TODAY), ALL);
	office_end(&o);
}

/* The acknowledgement is in the journal, and not in the database. */
static void
check_killed_after_acknowledgement(void **state)
{
	struct office o;

	(void)state;
	begin(&o);
	tell(&o, GOOD("example.org"), 1);
	web_takes_ms(10000);
	office_until(&o, LOOK);
	office_pass(&o, 1); /* closed */
	office_pass(&o, 1); /* on its way */
	assert_int_equal(web_posted("r.example"), 1);
	assert_string_equal(
	    office_outbox(&o, "example.org"), "https://r.example/in waiting 0");
	office_foresee_crash(&o);
	office_pass(&o, 10);
	assert_string_equal(
	    office_outbox(&o, "example.org"), "https://r.example/in sent 1");
	office_crash(&o);
	office_pass(&o, HOUR);
	assert_int_equal(web_posted("r.example"), 1);
	assert_string_equal(
	    office_outbox(&o, "example.org"), "https://r.example/in sent 1");
	office_end(&o);
}

#define DOMAINS 20

/* Killed somewhere in the close and the delivery of many reports, and brought back to what the disk had then. */
static void
check_killed_any_time(void **state)
{
	char domain[40], want[80];
	struct office o;
	int ms, i;

	(void)state;
	for (ms = 10; ms < 200; ms += 10) {
		office_begin(&o);
		o.is_whole = true;
		for (i = 0; i < DOMAINS; i++) {
			snprintf(domain, sizeof(domain), "d%02d.example", i);
			office_count(&o, domain, TODAY, 3, 1, "");
			office_record(domain, "I 300 " RECORD);
		}
		office_open(&o);
		office_until(&o, LOOK - 1);
		dns_takes_ms(20);
		web_takes_ms(10);
		fake_pass(1);
		for (i = 0; i < ms; i++) {
			if (i % 20 == 0)
				store_flush(o.story.store);
			if (i == ms / 2)
				office_foresee_crash(&o);
			fake_pass_ms(1);
		}
		office_crash(&o);
		office_pass(&o, 120);
		for (i = 0; i < DOMAINS; i++) {
			snprintf(domain, sizeof(domain), "d%02d.example", i);
			snprintf(want, sizeof(want), "https://r.example/in sent 1");
			assert_string_equal(office_outbox(&o, domain), want);
		}
		/* Those that were on their way may have come twice. */
		assert_in_range(web_posted("r.example"), DOMAINS, DOMAINS + 4);
		office_end(&o);
	}
}

/* An adapter's session without STARTTLS, at the end of the day. */
static void
tell_of_evening(struct office *o)
{
	struct why why = { "" };
	char json[120];
	int len = snprintf(json, sizeof(json),
	    "{\"source\":\"exim\",\"next-hop\":\"example.org\",\"tls\":\"not-offered\","
	    "\"when\":%lld}",
	    (long long)MIDNIGHT - 1);

	assert_int_equal(
	    account_take_event(reports_account(o->reports), json, (size_t)len, &why),
	    ST_OK);
}

/* It becomes known at the last moment of the grace, and a reload closes the day at the first one after it. */
static void
check_counted_last(void **state)
{
	struct office o;

	(void)state;
	begin(&o);
	office_until(&o, MIDNIGHT + GRACE - 60);
	tell_of_evening(&o);
	office_until(&o, MIDNIGHT + GRACE - 1);
	fake_pass_ms(500);
	tell_of_evening(&o);
	fake_pass_ms(500);
	office_reopen(&o);
	office_until(&o, CLOSED);
	assert_string_equal(received(TODAY),
	    "no-policy-found example.org 0/1 starttls-not-supported=1");
	office_pass(&o, DAY);
	assert_string_equal(received(MIDNIGHT),
	    "no-policy-found example.org 0/1 starttls-not-supported=1");
	assert_int_equal(office_reports(&o, "example.org"), 2);
	office_end(&o);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("RPT-TIME-01 the sessions of a UTC day, counted, reported, read",
		    check_day),
		CASE("RPT-CNT-08 SEED-66 a report's delivery is not in the next report",
		    check_two_days),
		CASE("RPT-TIME-03 later sessions are not in what is sent again",
		    check_same_bytes),
		CASE("RPT-DNS-09 lookup error: the record that the MTA saw is used",
		    check_record_seen),
		CASE("a contact is set after the day", check_contact_set_later),
		CASE(
		    "RPT-TIME-03 RPT-CNT-13 what is merged after the close is in the next report",
		    check_counted_last),
		CASE("RPT-CNT-13 counts and reports are exact over restarts",
		    check_restarts),
		CASE(
		    "RPT-CNT-13 SEED-60 killed before midnight: counted before the close",
		    check_killed_before_midnight),
		CASE("RPT-RETRY-02 killed after an acknowledgement: not sent again",
		    check_killed_after_acknowledgement),
		CASE("RPT-RETRY-02 killed at any time of close and delivery",
		    check_killed_any_time),
	};

	return cases_run("day", tables, COUNT_OF(tables));
}
