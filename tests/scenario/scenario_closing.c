/*
 * The end of the day: who gets a report, when, and that nothing in between makes it two or none.  SPDX-License-Identifier: ISC
 */
#include "scenario/office.h"

#include <stdio.h>

/* --- when --------------------------------------------------------------------------------------------------- */

static void
check_grace(void **state)
{
	struct office o;

	(void)state;
	office_begin(&o);
	office_record("example.org", "I 300 " RECORD);
	office_count(&o, "example.org", TODAY, 3, 1, "");
	office_open(&o);
	office_until(&o, MIDNIGHT + GRACE - 60);
	assert_int_equal(office_reports(&o, ""), 0);
	assert_int_equal(office_open_domains(&o, TODAY), 1);
	office_until(&o, CLOSED);
	assert_int_equal(office_reports(&o, "example.org"), 1);
	assert_int_equal(office_open_domains(&o, TODAY), 0);
	office_end(&o);
}

/* Nothing of the new day is in it, and the new day stays open. */
static void
check_day_of_its_own(void **state)
{
	struct office o;

	(void)state;
	office_begin(&o);
	office_record("example.org", "I 300 " RECORD);
	office_count(&o, "example.org", TODAY, 3, 1, "");
	office_count(&o, "example.org", MIDNIGHT, 5, 0, "");
	office_open(&o);
	office_until(&o, CLOSED);
	assert_int_equal(office_reports(&o, ""), 1);
	assert_int_equal(office_open_domains(&o, MIDNIGHT), 1);
	office_pass(&o, DAY);
	assert_int_equal(office_reports(&o, ""), 2);
	office_end(&o);
}

/* The daemon was away for days: each gets its report. */
static void
check_days_behind(void **state)
{
	struct closing_status status;
	struct office o;
	int i;

	(void)state;
	office_begin(&o);
	office_record("example.org", "I 300 " RECORD);
	for (i = 1; i <= 3; i++)
		office_count(&o, "example.org", TODAY - i * DAY, 3, 1, "");
	office_open(&o);
	office_pass(&o, 60);
	assert_int_equal(office_reports(&o, ""), 3);
	closing_status(o.closing, &status);
	assert_int_equal(status.made, 3);
	assert_int_equal(status.day, 0);
	assert_int_equal(status.next, MIDNIGHT + GRACE);
	office_end(&o);
}

static void
check_clock_jumps_ahead(void **state)
{
	struct office o;

	(void)state;
	office_begin(&o);
	office_record("example.org", "I 300 " RECORD);
	office_count(&o, "example.org", TODAY, 3, 1, "");
	office_open(&o);
	office_pass(&o, 60);
	assert_int_equal(office_reports(&o, ""), 0);
	fake_jump(DAY);
	office_pass(&o, 61);
	assert_int_equal(office_reports(&o, ""), 1);
	office_end(&o);
}

static void
check_clock_jumps_back(void **state)
{
	struct office o;

	(void)state;
	office_begin(&o);
	office_record("example.org", "I 300 " RECORD);
	office_count(&o, "example.org", TODAY, 3, 1, "");
	office_open(&o);
	office_until(&o, CLOSED);
	fake_jump(-DAY);
	office_count(&o, "example.net", TODAY, 3, 1, "");
	office_record("example.net", "I 300 " RECORD);
	office_pass(&o, 120);
	assert_int_equal(office_reports(&o, ""), 1);
	fake_jump(DAY);
	office_pass(&o, 120);
	assert_int_equal(office_reports(&o, "example.org"), 1);
	assert_int_equal(office_reports(&o, "example.net"), 1);
	office_end(&o);
}

/* A session of yesterday that was judged only now, of a domain that had none before. */
static void
check_late_domain(void **state)
{
	struct office o;

	(void)state;
	office_begin(&o);
	office_record("example.org", "I 300 " RECORD);
	office_open(&o);
	office_until(&o, CLOSED);
	office_count(&o, "example.org", TODAY, 3, 1, "");
	office_pass(&o, 120);
	assert_int_equal(office_reports(&o, "example.org"), 1);
	office_end(&o);
}

#define MANY 20

struct times {
	time_t least, most;
};

static void
on_time(const struct stored_sending *sending, void *arg)
{
	struct times *t = arg;

	if (sending->state != SENDING_WAITS) /* its time has come already */
		return;
	t->least = t->least == 0 || sending->next < t->least ? sending->next : t->least;
	t->most = sending->next > t->most ? sending->next : t->most;
}

struct spread {
	struct store *store;
	struct times times;
};

static void
on_spread_report(const struct stored_report *report, void *arg)
{
	struct spread *s = arg;

	assert_int_equal(
	    store_each_sending(s->store, report->id, on_time, &s->times), ST_OK);
}

static void
count_many(struct office *o, unsigned count, const char *record)
{
	char name[40];
	unsigned i;

	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "d%03u.example", i);
		office_count(o, name, TODAY, 3, 1, "");
		office_record(name, record);
	}
}

static void
check_spread(void **state)
{
	struct spread s = { .times = { 0, 0 } };
	struct office o;

	(void)state;
	office_begin(&o);
	o.options.spread_s = 4 * HOUR;
	count_many(&o, MANY, "I 300 " RECORD);
	office_open(&o);
	office_until(&o, CLOSED);
	s.store = o.story.store;
	assert_int_equal(
	    store_each_report(s.store, "", 0, MANY, on_spread_report, &s), ST_OK);
	assert_true(s.times.least > MIDNIGHT + GRACE);
	assert_true(s.times.most <= CLOSED + 4 * HOUR);
	assert_true(s.times.least < s.times.most);
	office_end(&o);
}

/* --- who --------------------------------------------------------------------------------------------------------- */

static const struct record_case {
	const char *name, *record, *outbox;
} record_cases[] = {
	{ "RPT-DNS-04 one destination", "I 300 " RECORD,
	    "https://r.example/in sent 1" },
	{ "RPT-DNS-04 SEED-59 two destinations, of both kinds",
	    "I 300 v=TLSRPTv1; rua=mailto:a@x.example , https://r.example/v1;",
	    "mailto:a@x.example sent 1; https://r.example/v1 sent 1" },
	{ "RPT-DNS-02 one TLSRPT record beside SPF",
	    "I 300 v=spf1 -all|v=TLSRPTv1; rua=mailto:a@x.example",
	    "mailto:a@x.example sent 1" },
	{ "RPT-DNS-02 two TLSRPT records are none",
	    "I 300 v=TLSRPTv1; rua=mailto:a@x.example|v=TLSRPTv1; "
	    "rua=mailto:b@x.example",
	    "none" },
	{ "RPT-DNS-02 SEED-61 no record, no report", "I 300 nodata", "none" },
	{ "RPT-DNS-02 no name, no report", "I 300 nxdomain", "none" },
	{ "RPT-DNS-04 a record that cannot be read, no report",
	    "I 300 v=TLSRPTv1; rua=", "none" },
	{ "RPT-DNS-06 other schemes are left out, never http:",
	    "I 300 v=TLSRPTv1; rua=http://r.example/,mailto:a@x.example",
	    "mailto:a@x.example sent 1" },
	{ "RPT-SEC-01 one destination named three times gets one report",
	    "I 300 v=TLSRPTv1; "
	    "rua=mailto:a@x.example,mailto:a@x.example,mailto:a@x.example",
	    "mailto:a@x.example sent 1" },
};

static void
check_record(void **state)
{
	const struct record_case *c = *state;
	struct office o;

	office_begin(&o);
	office_record("example.org", c->record);
	office_count(&o, "example.org", TODAY, 3, 1, "");
	office_open(&o);
	office_until(&o, CLOSED);
	office_pass(&o, 120);
	assert_string_equal(office_outbox(&o, "example.org"), c->outbox);
	assert_int_equal(office_open_domains(&o, TODAY), 0);
	office_end(&o);
}

static void
check_ten_destinations(void **state)
{
	struct strbuf record = STRBUF_INIT;
	struct office o;
	int i;

	(void)state;
	office_begin(&o);
	strbuf_adds(&record, "I 300 v=TLSRPTv1; rua=");
	for (i = 0; i < 12; i++)
		strbuf_addf(&record, "%smailto:r%d@x.example", i > 0 ? "," : "", i);
	office_record("example.org", strbuf_str(&record));
	office_count(&o, "example.org", TODAY, 3, 1, "");
	office_open(&o);
	office_until(&o, CLOSED);
	office_pass(&o, 120);
	assert_int_equal(mail_accepted(NULL), 10);
	assert_int_equal(mail_accepted("r9@x.example"), 1);
	assert_int_equal(mail_accepted("r10@x.example"), 0);
	strbuf_clear(&record);
	office_end(&o);
}

static const struct way_case {
	const char *name;
	enum mail_way mail;
	bool is_https;
	const char *outbox;
} way_cases[] = {
	{ "a destination of each kind, both served", MAIL_WAY_PROGRAM, true,
	    "mailto:a@x.example sent 1; https://r.example/ sent 1" },
	{ "mail is off: it is not in the outbox", MAIL_WAY_OFF, true,
	    "https://r.example/ sent 1" },
	{ "https is off: it is not in the outbox", MAIL_WAY_PROGRAM, false,
	    "mailto:a@x.example sent 1" },
	{ "both are off: no report is made", MAIL_WAY_OFF, false, "none" },
};

static void
check_ways(void **state)
{
	const struct way_case *c = *state;
	struct office o;

	office_begin(&o);
	o.options.mail = c->mail;
	o.options.is_https = c->is_https;
	office_record("example.org",
	    "I 300 v=TLSRPTv1; rua=mailto:a@x.example,https://r.example/");
	office_count(&o, "example.org", TODAY, 3, 1, "");
	office_open(&o);
	office_until(&o, CLOSED);
	office_pass(&o, 120);
	assert_string_equal(office_outbox(&o, "example.org"), c->outbox);
	assert_int_equal(office_open_domains(&o, TODAY), 0);
	office_end(&o);
}

/* --- the record in the course of time --------------------------------------------------------------------------- */

#define OLD "v=TLSRPTv1; rua=mailto:old@x.example"
#define NEW "v=TLSRPTv1; rua=mailto:new@x.example"

static const struct change_case {
	const char *name, *seen, *now, *outbox;
} change_cases[] = {
	{ "RPT-DNS-09 record changed at noon: the new rua gets the report", OLD,
	    "I 300 " NEW, "mailto:new@x.example sent 1" },
	{ "RPT-DNS-09 SEED-61 record removed: never to the old rua", OLD,
	    "I 300 nodata", "none" },
	{ "RPT-DNS-09 domain gone: never to the old rua", OLD, "I 300 nxdomain",
	    "none" },
	{ "RPT-DNS-09 record broken: never to the old rua", OLD,
	    "I 300 v=TLSRPTv1; rua=x", "none" },
	{ "RPT-DNS-09 lookup error: the day's earlier record is used", OLD, "servfail",
	    "mailto:old@x.example sent 1" },
	{ "RPT-DNS-09 no answer: the day's earlier record is used", OLD, "silent",
	    "mailto:old@x.example sent 1" },
};

static void
check_change(void **state)
{
	const struct change_case *c = *state;
	struct office o;

	office_begin(&o);
	office_record("example.org", c->now);
	office_count(&o, "example.org", TODAY, 3, 1, c->seen);
	office_open(&o);
	office_until(&o, CLOSED);
	office_pass(&o, 120);
	assert_string_equal(office_outbox(&o, "example.org"), c->outbox);
	assert_int_equal(office_open_domains(&o, TODAY), 0);
	office_end(&o);
}

static void
check_lookup_tried_again(void **state)
{
	struct office o;

	(void)state;
	office_begin(&o);
	office_record("example.org", "servfail");
	office_record("example.net", "I 300 " RECORD);
	office_count(&o, "example.org", TODAY, 3, 1, "");
	office_count(&o, "example.net", TODAY, 3, 1, "");
	office_open(&o);
	office_until(&o, CLOSED);
	assert_int_equal(office_reports(&o, "example.net"), 1);
	assert_int_equal(office_open_domains(&o, TODAY), 1);
	office_record("example.org", "I 300 " RECORD);
	dns_forget_questions();
	office_pass(&o, 5 * 60);
	assert_int_equal(dns_asked("_smtp._tls.example.org TXT"), 0);
	office_pass(&o, 6 * 60);
	assert_int_equal(dns_asked("_smtp._tls.example.org TXT"), 1);
	assert_int_equal(dns_asked("_smtp._tls.example.net TXT"), 0);
	assert_int_equal(office_reports(&o, "example.org"), 1);
	office_end(&o);
}

/* And the days after it are not held up meanwhile. */
static void
check_lookup_given_up(void **state)
{
	struct closing_status status;
	struct office o;

	(void)state;
	office_begin(&o);
	office_record("example.org", "servfail");
	office_count(&o, "example.org", TODAY, 3, 1, "");
	office_count(&o, "example.net", MIDNIGHT, 3, 1, "");
	office_record("example.net", "I 300 " RECORD);
	office_open(&o);
	office_until(&o, MIDNIGHT + GRACE + DAY - 120);
	assert_int_equal(office_open_domains(&o, TODAY), 1);
	dns_forget_questions();
	office_pass(&o, 12 * 60);
	assert_int_equal(office_open_domains(&o, TODAY), 0);
	assert_int_equal(office_reports(&o, "example.org"), 0);
	assert_int_equal(office_reports(&o, "example.net"), 1);
	closing_status(o.closing, &status);
	assert_int_equal(status.unwanted, 1);
	office_end(&o);
}

/* Started long after the day: a domain gets a day's tries all the same. */
static void
check_lookup_late_start(void **state)
{
	struct office o;

	(void)state;
	office_begin(&o);
	office_record("example.org", "servfail");
	office_count(&o, "example.org", TODAY - 5 * DAY, 3, 1, "");
	office_open(&o);
	office_pass(&o, 12 * HOUR);
	assert_int_equal(office_open_domains(&o, TODAY - 5 * DAY), 1);
	office_record("example.org", "I 300 " RECORD);
	office_pass(&o, 11 * 60);
	assert_int_equal(office_reports(&o, "example.org"), 1);
	office_end(&o);
}

/* --- whether ------------------------------------------------------------------------------------------------------ */

static const struct heartbeat_case {
	const char *name;
	bool is_heartbeat;
	uint64_t successes, failures;
	size_t reports;
} heartbeat_cases[] = {
	{ "RPT-CNT-15 only successes are reported", true, 3, 0, 1 },
	{ "heartbeat off: only successes are not", false, 3, 0, 0 },
	{ "heartbeat off: a failure is", false, 3, 1, 1 },
	{ "RPT-CNT-15 a domain without a session gets no report", true, 0, 0, 0 },
};

static void
check_heartbeat(void **state)
{
	const struct heartbeat_case *c = *state;
	struct office o;

	office_begin(&o);
	o.options.is_heartbeat = c->is_heartbeat;
	office_record("example.org", "I 300 " RECORD);
	if (c->successes + c->failures > 0)
		office_count(&o, "example.org", TODAY, c->successes, c->failures, "");
	office_open(&o);
	office_until(&o, CLOSED);
	assert_int_equal(office_reports(&o, "example.org"), c->reports);
	assert_int_equal(office_open_domains(&o, TODAY), 0);
	office_end(&o);
}

static void
check_no_contact(void **state)
{
	struct closing_status status;
	struct office o;

	(void)state;
	office_begin(&o);
	o.options.contact = "";
	office_record("example.org", "I 300 " RECORD);
	office_count(&o, "example.org", TODAY, 3, 1, "");
	office_open(&o);
	office_pass(&o, 2 * DAY);
	assert_int_equal(office_reports(&o, ""), 0);
	assert_int_equal(office_open_domains(&o, TODAY), 1);
	assert_int_equal(dns_asked("_smtp._tls.example.org TXT"), 0);
	closing_status(o.closing, &status);
	assert_int_equal(status.next, 0);
	fake_jump(30 * DAY);
	office_pass(&o, 120);
	assert_int_equal(office_open_domains(&o, TODAY), 0);
	office_end(&o);
}

/* A contact at last: all the days that were kept are reported. */
static void
check_contact_later(void **state)
{
	struct office o;

	(void)state;
	office_begin(&o);
	o.options.contact = "";
	office_record("example.org", "I 300 " RECORD);
	office_count(&o, "example.org", TODAY, 3, 1, "");
	office_open(&o);
	office_until(&o, CLOSED);
	o.options.contact = "tls@sender.example";
	office_reopen(&o);
	office_pass(&o, 60);
	assert_int_equal(office_reports(&o, ""), 1);
	office_end(&o);
}

static void
check_forgotten(void **state)
{
	struct office o;

	(void)state;
	office_begin(&o);
	o.options.keep_s = 3 * DAY;
	office_record("example.org", "I 300 " RECORD);
	office_count(&o, "example.org", TODAY, 3, 1, "");
	office_open(&o);
	office_until(&o, CLOSED + 2 * DAY);
	assert_int_equal(office_reports(&o, ""), 1);
	office_pass(&o, 2 * DAY);
	assert_int_equal(office_reports(&o, ""), 0);
	office_end(&o);
}

/* --- many, and interrupted ----------------------------------------------------------------------------------------- */

#define CROWD 150 /* more than two pages */

static void
check_pages(void **state)
{
	struct office o;

	(void)state;
	office_begin(&o);
	count_many(&o, CROWD, "I 300 " RECORD);
	office_open(&o);
	office_until(&o, CLOSED);
	office_pass(&o, 60);
	assert_int_equal(office_reports(&o, ""), CROWD);
	assert_int_equal(web_posted("r.example"), CROWD);
	office_end(&o);
}

/* The closing looks at the clock here for the first time after the grace. */
#define LOOK (MIDNIGHT + GRACE + 20)

static unsigned
lookups(void)
{
	const char *p = dns_questions();
	unsigned n = 0;

	while ((p = strstr(p, "_smtp._tls.")) != NULL) {
		n++;
		p++;
	}
	return n;
}

/* A silent name server holds up its domains and no others. */
static void
check_lookups_bounded(void **state)
{
	struct office o;

	(void)state;
	office_begin(&o);
	count_many(&o, CROWD, "I 300 " RECORD);
	office_record("d000.example", "silent");
	office_open(&o);
	office_until(&o, LOOK - 1);
	dns_takes_ms(1000);
	dns_forget_questions();
	fake_pass_ms(1500);
	assert_int_equal(lookups(), 64);
	fake_pass(1);
	assert_int_equal(lookups(), 64 + 63);
	fake_pass(1);
	assert_int_equal(lookups(), CROWD);
	office_pass(&o, 1);
	assert_int_equal(office_reports(&o, ""), CROWD - 1);
	office_end(&o);
}

static const struct interruption_case {
	const char *name;
	void (*interrupt)(struct office *o);
} interruption_cases[] = {
	{ "RPT-JSON-23 a reload at any moment of the close: one report a domain",
	    office_reopen },
	{ "RPT-JSON-23 a restart at any moment of the close: one report a domain",
	    office_restart },
	{ "RPT-JSON-23 killed at any moment of the close: one report a domain",
	    office_crash },
};

static void
check_interrupted(void **state)
{
	const struct interruption_case *c = *state;
	struct closing_status status;
	unsigned interrupted = 0;
	struct office o;
	int ms;

	for (ms = 0; ms < 120; ms += 10) {
		office_begin(&o);
		o.options.spread_s = HOUR;
		count_many(&o, CROWD, "I 300 " RECORD);
		dns_takes_ms(30);
		office_open(&o);
		office_until(&o, LOOK);
		fake_pass_ms(ms);
		closing_status(o.closing, &status);
		interrupted += status.day == TODAY;
		office_foresee_crash(&o);
		c->interrupt(&o);
		office_pass(&o, 120);
		assert_int_equal(office_open_domains(&o, TODAY), 0);
		assert_int_equal(office_reports(&o, ""), CROWD);
		assert_int_equal(office_reports(&o, "d077.example"), 1);
		office_end(&o);
	}
	assert_in_range(interrupted, 5, 12);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("RPT-TIME-03 a day is closed after the grace, not before",
		    check_grace),
		CASE("RPT-TIME-01 SEED-63 each UTC day has a report of its own",
		    check_day_of_its_own),
		CASE("all days that are over are closed after a long absence",
		    check_days_behind),
		CASE("the clock jumps ahead: the day is closed within a minute",
		    check_clock_jumps_ahead),
		CASE("the clock jumps back: no day is reported twice",
		    check_clock_jumps_back),
		CASE("a domain that turns up after the close gets its report",
		    check_late_domain),
		CASE("RPT-TIME-02 reports leave at random times within the spread",
		    check_spread),
		CASES(check_record, record_cases),
		CASE("RPT-SEC-01 of 12 destinations ten get the report",
		    check_ten_destinations),
		CASES(check_ways, way_cases),
		CASES(check_change, change_cases),
		CASE("RPT-DNS-09 a lookup that failed is tried again ten minutes later",
		    check_lookup_tried_again),
		CASE("RPT-DNS-09 without an answer for a day there is no report",
		    check_lookup_given_up),
		CASE("RPT-DNS-09 tries are counted from the start of the daemon",
		    check_lookup_late_start),
		CASES(check_heartbeat, heartbeat_cases),
		CASE("no contact: days stay open until they are forgotten",
		    check_no_contact),
		CASE("a contact at last: the days kept are reported",
		    check_contact_later),
		CASE("counts and reports are forgotten when their time is over",
		    check_forgotten),
		CASE("more domains than fit a page", check_pages),
		CASE("lookups at once are bounded", check_lookups_bounded),
		CASES(check_interrupted, interruption_cases),
	};

	return cases_run("closing", tables, COUNT_OF(tables));
}
