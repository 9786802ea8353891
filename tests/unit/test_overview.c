/* SPDX-License-Identifier: ISC */
#include "base/strbuf.h"
#include "cases.h"
#include "store/outbox.h"
#include "store/overview.h"
#include "store/received.h"
#include "store/tally.h"
#include "store_folder.h"

#include <sqlite3.h>

#define DAY_S 86400
#define DAY   ((time_t)1730851200) /* 2024-11-06 */

/* --- what others reported --------------------------------------------------------------------- */

static const struct received_policy policies[] = {
	{ "a.example", "sts", 10, 3 },
	{ "mx.a.example", "tlsa", 10, 0 },
};
static const struct received_failure failures[] = {
	{ .type = "sts",
	    .host = "mx.a.example",
	    .address = "192.0.2.1",
	    .result = "certificate-expired",
	    .code = "",
	    .count = 2 },
	{ .type = "sts",
	    .host = "mx.a.example",
	    .address = "2001:db8::1",
	    .result = "validation-failure",
	    .code = "alert",
	    .count = 1 },
};

static void
put_received(struct store *s, const char *organization, const char *domain, int day)
{
	const struct stored_received r = { .submitter = "mail.example",
		.organization = organization,
		.contact = "",
		.report_id = "1",
		.domain = domain,
		.begin = DAY + day * DAY_S,
		.end = DAY + day * DAY_S + DAY_S - 1,
		.received = DAY + (day + 1) * DAY_S,
		.successes = 20,
		.failures = 3,
		.bytes = "x",
		.len = 1,
		.policies = policies,
		.policy_count = COUNT_OF(policies),
		.details = failures,
		.detail_count = COUNT_OF(failures) };

	store_put_received(s, &r);
}

/* --- what was counted here, and reported ------------------------------------------------------- */

static const struct tally_detail details[] = {
	{ RESULT_EXPIRED, "X509", "192.0.2.7", "203.0.113.2", "mx2.b.example", "us",
	    2 },
	{ RESULT_EXPIRED, "X509", "192.0.2.8", "203.0.113.2", "mx2.b.example", "us",
	    1 },
	{ RESULT_STS_FETCH, "", "192.0.2.7", "", "", "us", 4 },
};

static void
on_done(void *arg UNUSED)
{
}

static void
count(struct store *s, const char *domain, int day)
{
	const struct tally t = { .day = DAY + day * DAY_S,
		.domain = domain,
		.type = POLICY_STS,
		.policy_domain = domain,
		.text = "version: STSv1",
		.mx = "",
		.successes = 100,
		.failures = 7,
		.details = details,
		.detail_count = COUNT_OF(details) };
	const struct merge m = {
		.tallies = &t, .tally_count = 1, .position = { 1, 1 }, .sync_fd = -1
	};

	store_merge(s, &m, on_done, NULL);
	assert_true(store_flush(s));
}

static void
put_sent(struct store *s, const char *domain, int day)
{
	const char *uri = "mailto:tls@b.example";
	const time_t next = DAY;
	char id[64];
	struct stored_report r = { .id = id,
		.domain = domain,
		.day = DAY + day * DAY_S,
		.made = DAY + (day + 1) * DAY_S,
		.record = "v=TLSRPTv1; rua=mailto:tls@b.example",
		.file_name = "x",
		.bytes = "x",
		.len = 1,
		.successes = 100,
		.failures = 7 };

	snprintf(id, sizeof(id), "%s.%d", domain, day);
	count(s, domain, day);
	store_put_report(s, &r, &uri, &next, 1);
	assert_true(store_flush(s));
}

/* --- in words ------------------------------------------------------------------------------------ */

static void
add_row(const struct overview_row *row, void *arg)
{
	size_t i;

	for (i = 0; i < OVERVIEW_TEXTS; i++)
		if (row->texts[i][0] != '\0')
			strbuf_addf(arg, "%s ", row->texts[i]);
	strbuf_addf(arg, "%llu/%llu %llu %d-%d of %llu\n",
	    (unsigned long long)row->successes, (unsigned long long)row->failures,
	    (unsigned long long)row->reports, (int)((row->since - DAY) / DAY_S),
	    (int)((row->until + 1 - DAY) / DAY_S), (unsigned long long)row->of);
}

static const struct part_case {
	const char *name;
	enum overview_side side;
	enum overview_part part;
	int from; /* days after DAY */
	const char *domain;
	size_t max;
	const char *want;
} part_cases[] = {
	{ "received, all", OVERVIEW_RECEIVED, OVERVIEW_ALL, 0, "", 9,
	    "60/9 3 0-3 of 1\n" },
	{ "received, day by day", OVERVIEW_RECEIVED, OVERVIEW_DAYS, 0, "", 9,
	    "2024-11-08 20/3 1 2-3 of 2\n2024-11-06 40/6 2 0-1 of 2\n" },
	{ "received, how", OVERVIEW_RECEIVED, OVERVIEW_RESULTS, 0, "", 9,
	    "certificate-expired 0/6 0 0-3 of 2\nvalidation-failure 0/3 0 0-3 of 2\n" },
	{ "received, where", OVERVIEW_RECEIVED, OVERVIEW_HOSTS, 0, "", 9,
	    "mx.a.example 192.0.2.1 0/6 0 0-3 of 2\n"
	    "mx.a.example 2001:db8::1 0/3 0 0-3 of 2\n" },
	{ "received, from whom", OVERVIEW_RECEIVED, OVERVIEW_PARTIES, 0, "", 9,
	    "Them mail.example 40/6 2 0-3 of 2\nUs mail.example 20/3 1 0-1 of 2\n" },
	{ "received, the worst of several", OVERVIEW_RECEIVED, OVERVIEW_PARTIES, 0, "",
	    1, "Them mail.example 40/6 2 0-3 of 2\n" },
	{ "received, policies", OVERVIEW_RECEIVED, OVERVIEW_POLICIES, 0, "", 9,
	    "a.example sts 30/9 0 0-3 of 2\nmx.a.example tlsa 30/0 0 0-3 of 2\n" },
	{ "SEED-70 received: who, how, how often, since when, told by whom",
	    OVERVIEW_RECEIVED, OVERVIEW_FAILURES, 0, "", 2,
	    "mx.a.example 192.0.2.1 certificate-expired sts Them 0/4 0 0-3 of 4\n"
	    "mx.a.example 192.0.2.1 certificate-expired sts Us 0/2 0 0-1 of 4\n" },
	{ "received, the last days", OVERVIEW_RECEIVED, OVERVIEW_ALL, 1, "", 9,
	    "20/3 1 2-3 of 1\n" },
	{ "received, about a domain", OVERVIEW_RECEIVED, OVERVIEW_ALL, 0,
	    "mx.a.example", 9, "60/9 3 0-3 of 1\n" },
	{ "received, about the report's own domain", OVERVIEW_RECEIVED, OVERVIEW_ALL, 0,
	    "other.example", 9, "20/3 1 2-3 of 1\n" },
	{ "received, about nobody", OVERVIEW_RECEIVED, OVERVIEW_RESULTS, 0, "c.example",
	    9, "" },
	{ "sent, all: not what was counted only", OVERVIEW_SENT, OVERVIEW_ALL, 0, "", 9,
	    "300/21 3 0-2 of 1\n" },
	{ "sent, day by day", OVERVIEW_SENT, OVERVIEW_DAYS, 0, "", 9,
	    "2024-11-07 100/7 1 1-2 of 2\n2024-11-06 200/14 2 0-1 of 2\n" },
	{ "sent, how", OVERVIEW_SENT, OVERVIEW_RESULTS, 0, "", 9,
	    "sts-policy-fetch-error 0/12 0 0-2 of 2\n"
	    "certificate-expired 0/9 0 0-2 of 2\n" },
	{ "sent, where: a failure without a host is its domain's", OVERVIEW_SENT,
	    OVERVIEW_HOSTS, 0, "", 9,
	    "mx2.b.example 203.0.113.2 0/9 0 0-2 of 3\nb.example 0/8 0 0-2 of 3\n"
	    "c.example 0/4 0 0-1 of 3\n" },
	{ "sent, to whom", OVERVIEW_SENT, OVERVIEW_PARTIES, 0, "", 9,
	    "b.example 200/14 2 0-2 of 2\nc.example 100/7 1 0-1 of 2\n" },
	{ "sent, policies", OVERVIEW_SENT, OVERVIEW_POLICIES, 0, "", 9,
	    "b.example sts 200/14 0 0-2 of 2\nc.example sts 100/7 0 0-1 of 2\n" },
	{ "SEED-70 sent: who, how, how often, since when", OVERVIEW_SENT,
	    OVERVIEW_FAILURES, 0, "", 2,
	    "b.example sts-policy-fetch-error sts b.example 0/8 0 0-2 of 4\n"
	    "mx2.b.example 203.0.113.2 certificate-expired X509 sts b.example 0/6 0 0-2 "
	    "of 4\n" },
	{ "sent, the last days", OVERVIEW_SENT, OVERVIEW_ALL, 1, "", 9,
	    "100/7 1 1-2 of 1\n" },
	{ "sent, to one domain", OVERVIEW_SENT, OVERVIEW_ALL, 0, "c.example", 9,
	    "100/7 1 0-1 of 1\n" },
};

static struct store *filled;

static void
check_part(void **state)
{
	const struct part_case *c = *state;
	const struct overview_filter filter = { c->side, DAY + c->from * DAY_S,
		c->domain, NULL };
	struct strbuf sb = STRBUF_INIT;

	assert_int_equal(
	    store_each_overview(filled, &filter, c->part, c->max, add_row, &sb), ST_OK);
	assert_string_equal(strbuf_str(&sb), c->want);
	strbuf_clear(&sb);
}

static void
check_fill(void **state UNUSED)
{
	folder_make();
	filled = open_started();
	put_received(filled, "Them", "a.example", 0);
	put_received(filled, "Them", "other.example", 2);
	put_received(filled, "Us", "a.example", 0);
	put_sent(filled, "b.example", 0);
	put_sent(filled, "b.example", 1);
	put_sent(filled, "c.example", 0);
	count(filled, "counted.example", 0);
	assert_true(store_flush(filled));
}

/* The step of the schema that brought the address, on a database of before. */
static const char without_address[] =
    "begin;"
    "drop trigger received_goes;"
    "create trigger received_goes after delete on received begin select 1; end;"
    "create table before(report int not null, type text not null, host text not null,"
    " result text not null, code text not null, count int not null,"
    " primary key(report, type, host, result, code)) without rowid;"
    "insert into before"
    " select report, type, host, result, code, count from received_failure;"
    "drop table received_failure;"
    "alter table before rename to received_failure;"
    "pragma user_version = 4;"
    "commit";

static void
check_older(void **state UNUSED)
{
	const struct overview_filter filter = { OVERVIEW_RECEIVED, 0, "", NULL };
	struct strbuf sb = STRBUF_INIT;
	char path[128];
	sqlite3 *handle;

	store_close(filled);
	assert_int_equal(sqlite3_open(path_of(DB_FILE, path), &handle), SQLITE_OK);
	if (sqlite3_exec(handle, without_address, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s", sqlite3_errmsg(handle));
	sqlite3_close(handle);
	filled = open_started();
	put_received(filled, "New", "a.example", 1);
	store_forget_before(filled, DAY + DAY_S + 1);
	assert_true(store_flush(filled));
	assert_int_equal(
	    store_each_overview(filled, &filter, OVERVIEW_HOSTS, 9, add_row, &sb),
	    ST_OK);
	assert_string_equal(strbuf_str(&sb),
	    "mx.a.example 0/3 0 2-3 of 3\n"
	    "mx.a.example 192.0.2.1 0/2 0 1-2 of 3\n"
	    "mx.a.example 2001:db8::1 0/1 0 1-2 of 3\n");
	strbuf_clear(&sb);
}

/* Stopped it says nothing of the database, which is read on. */
static void
check_work(void **state UNUSED)
{
	unsigned work = 1;
	const struct overview_filter little = { OVERVIEW_RECEIVED, 0, "", &work },
				     any = { OVERVIEW_RECEIVED, 0, "", NULL };
	struct strbuf sb = STRBUF_INIT;
	char name[16];
	int i;

	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "%d", i);
		put_received(filled, name, "a.example", 0);
	}
	assert_true(store_flush(filled));
	log_capture();
	assert_int_equal(
	    store_each_overview(filled, &little, OVERVIEW_FAILURES, 9, add_row, &sb),
	    ST_TOO_BIG);
	assert_int_equal(work, 0);
	assert_int_equal(log_count("unreadable"), 0);
	log_release();
	assert_int_equal(
	    store_each_overview(filled, &any, OVERVIEW_FAILURES, 9, add_row, &sb),
	    ST_OK);
	strbuf_clear(&sb);
}

static void
check_empty(void **state UNUSED)
{
	store_close(filled);
	folder_remove();
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("reports of others and ours are put in", check_fill),
		CASES(check_part, part_cases),
		CASE(
		    "reports that came before addresses were kept stay, and go in time",
		    check_older),
		CASE("what takes too much work is stopped, and harms nothing",
		    check_work),
		CASE("and taken away", check_empty),
	};

	return cases_run("overview", tables, COUNT_OF(tables));
}
