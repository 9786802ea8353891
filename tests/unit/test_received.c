/* SPDX-License-Identifier: ISC */
#include "base/strbuf.h"
#include "cases.h"
#include "store/received.h"
#include "store/tally.h"
#include "store_folder.h"

#include <sqlite3.h>

#define DAY   ((time_t)1730851200) /* 2024-11-06 */
#define DAY_S 86400

/* --- what is put in -------------------------------------------------------------------------------- */

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

static struct stored_received
report(const char *organization, const char *id, int day)
{
	return (struct stored_received){ .submitter = "them.example",
		.organization = organization,
		.contact = "tls@them.example",
		.report_id = id,
		.domain = "a.example",
		.begin = DAY + day * DAY_S,
		.end = DAY + day * DAY_S + DAY_S - 1,
		.received = DAY + (day + 1) * DAY_S,
		.successes = 20,
		.failures = 3,
		.bytes = "\x1f\x8b\0\xff",
		.len = 4,
		.policies = policies,
		.policy_count = COUNT_OF(policies),
		.details = failures,
		.detail_count = COUNT_OF(failures) };
}

static void
put(struct store *s, const char *organization, const char *id, int day)
{
	const struct stored_received r = report(organization, id, day);

	store_put_received(s, &r);
	assert_true(store_flush(s));
}

/* --- what is there, in words ----------------------------------------------------------------------- */

static void
add_received(const struct stored_received *r, void *arg)
{
	strbuf_addf(arg, "%llu %s %s %s %s %s %d-%d %d %llu/%llu %zu\n",
	    (unsigned long long)r->number, r->submitter, r->organization, r->contact,
	    r->report_id, r->domain, (int)((r->begin - DAY) / DAY_S),
	    (int)((r->end + 1 - DAY) / DAY_S), (int)((r->received - DAY) / DAY_S),
	    (unsigned long long)r->successes, (unsigned long long)r->failures, r->len);
	assert_null(r->bytes);
}

static void
assert_reports(
    struct store *s, const struct received_filter *filter, size_t max, const char *want)
{
	struct strbuf sb = STRBUF_INIT;

	assert_int_equal(store_each_received(s, filter, max, add_received, &sb), ST_OK);
	assert_string_equal(strbuf_str(&sb), want);
	strbuf_clear(&sb);
}

static void
add_sender(const struct received_sender *sender, void *arg)
{
	strbuf_addf(arg, "%s %s %llu %llu/%llu %d-%d\n", sender->organization,
	    sender->submitter, (unsigned long long)sender->reports,
	    (unsigned long long)sender->successes, (unsigned long long)sender->failures,
	    (int)((sender->begin - DAY) / DAY_S),
	    (int)((sender->end + 1 - DAY) / DAY_S));
}

static void
add_policy(const struct received_policy *p, void *arg)
{
	strbuf_addf(arg, "%s %s %llu/%llu\n", p->domain, p->type,
	    (unsigned long long)p->successes, (unsigned long long)p->failures);
}

static void
add_failure(const struct received_failure *f, void *arg)
{
	strbuf_addf(arg, "%llu %s %s %s %s %s %d-%d\n", (unsigned long long)f->count,
	    f->type, f->host, f->result, f->code[0] ? f->code : "-", f->organization,
	    (int)((f->begin - DAY) / DAY_S), (int)((f->end + 1 - DAY) / DAY_S));
}

static void
assert_sums(struct store *s, const struct received_filter *filter, const char *want)
{
	struct strbuf sb = STRBUF_INIT;

	assert_int_equal(
	    store_each_received_sender(s, filter, 10, add_sender, &sb), ST_OK);
	assert_int_equal(
	    store_each_received_policy(s, filter, 10, add_policy, &sb), ST_OK);
	assert_int_equal(
	    store_each_received_failure(s, filter, 10, add_failure, &sb), ST_OK);
	assert_string_equal(strbuf_str(&sb), want);
	strbuf_clear(&sb);
}

static struct received_sums
sums_of(struct store *s)
{
	struct received_sums sums;

	assert_int_equal(store_received_sums(s, &sums), ST_OK);
	return sums;
}

static int
rows_in(const char *table)
{
	char path[128], sql[64];
	sqlite3_stmt *count;
	sqlite3 *db;
	int rows;

	snprintf(sql, sizeof(sql), "select count(*) from %s", table);
	assert_int_equal(sqlite3_open(path_of(DB_FILE, path), &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &count, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(count), SQLITE_ROW);
	rows = sqlite3_column_int(count, 0);
	sqlite3_finalize(count);
	sqlite3_close(db);
	return rows;
}

static const struct received_filter all = { 0, "" };

/* --- the tests --------------------------------------------------------------------------------------- */

static void
take_bytes(const struct stored_received *r, void *arg)
{
	assert_int_equal(r->len, 4);
	assert_memory_equal(r->bytes, "\x1f\x8b\0\xff", 4);
	*(bool *)arg = true;
}

static void
check_kept(void **state)
{
	bool is_seen = false;
	struct store *s;

	(void)state;
	folder_make();
	s = open_started();
	put(s, "Them", "1", 0);
	store_close(s);
	s = open_started();
	assert_reports(s, &all, 10,
	    "1 them.example Them tls@them.example 1 a.example 0-1 1 20/3 4\n");
	assert_int_equal(store_show_received(s, 1, take_bytes, &is_seen), ST_OK);
	assert_true(is_seen);
	assert_int_equal(store_show_received(s, 2, take_bytes, &is_seen), ST_NOTFOUND);
	store_close(s);
	folder_remove();
}

static void
check_sums(void **state)
{
	struct store *s;

	(void)state;
	folder_make();
	s = open_started();
	put(s, "Them", "1", 0);
	put(s, "Them", "2", 2);
	put(s, "Others", "1", 1);
	assert_sums(s, &all,
	    "Them them.example 2 40/6 0-3\n"
	    "Others them.example 1 20/3 1-2\n"
	    "a.example sts 30/9\n"
	    "mx.a.example tlsa 30/0\n"
	    "4 sts mx.a.example certificate-expired - Them 0-3\n"
	    "2 sts mx.a.example certificate-expired - Others 1-2\n"
	    "2 sts mx.a.example validation-failure alert Them 0-3\n"
	    "1 sts mx.a.example validation-failure alert Others 1-2\n");
	store_close(s);
	folder_remove();
}

static void
check_filter(void **state)
{
	const struct received_filter late = { DAY + 2 * DAY_S, "" },
				     about_host = { 0, "mx.a.example" },
				     about_other = { 0, "b.example" };
	struct stored_received r = report("Others", "9", 3);
	struct store *s;

	(void)state;
	folder_make();
	s = open_started();
	put(s, "Them", "1", 0);
	put(s, "Them", "2", 2);
	r.domain = "b.example"; /* of which it says nothing */
	r.policy_count = r.detail_count = 0;
	store_put_received(s, &r);
	store_flush(s);
	assert_reports(s, &all, 2,
	    "3 them.example Others tls@them.example 9 b.example 3-4 4 20/3 4\n"
	    "2 them.example Them tls@them.example 2 a.example 2-3 3 20/3 4\n");
	assert_reports(s, &about_other, 10,
	    "3 them.example Others tls@them.example 9 b.example 3-4 4 20/3 4\n");
	assert_reports(s, &about_host, 10,
	    "2 them.example Them tls@them.example 2 a.example 2-3 3 20/3 4\n"
	    "1 them.example Them tls@them.example 1 a.example 0-1 1 20/3 4\n");
	assert_sums(s, &late,
	    "Others them.example 1 20/3 3-4\n"
	    "Them them.example 1 20/3 2-3\n"
	    "a.example sts 10/3\n"
	    "mx.a.example tlsa 10/0\n"
	    "2 sts mx.a.example certificate-expired - Them 2-3\n"
	    "1 sts mx.a.example validation-failure alert Them 2-3\n");
	store_close(s);
	folder_remove();
}

static void
nothing(struct stored_received *r)
{
	r->contact = "other@them.example";
	r->received += 100;
}

static void
submitter(struct stored_received *r)
{
	r->submitter = "forged.example";
}

static void
organization(struct stored_received *r)
{
	r->organization = "Others";
}

static void
domain(struct stored_received *r)
{
	r->domain = "b.example";
}

static void
day(struct stored_received *r)
{
	r->begin += DAY_S;
}

static void
successes(struct stored_received *r)
{
	r->successes++;
}

static const struct same_case {
	const char *name;
	const char *id;
	void (*change)(struct stored_received *r);
	bool is_same;
} same_cases[] = {
	{ "the same report again is kept once", "1", nothing, true },
	{ "other sums under the same id are the same report", "1", successes, true },
	{ "of another mail domain it is another: nobody else can make it void", "1",
	    submitter, false },
	{ "of another organization it is another", "1", organization, false },
	{ "about another domain it is another", "1", domain, false },
	{ "of another day it is another, though the id is not", "1", day, false },
	{ "without an id, the same sums", "", nothing, true },
	{ "without an id, other sums", "", successes, false },
};

static void
check_same(void **state)
{
	const struct same_case *c = *state;
	struct stored_received again = report("Them", c->id, 0);
	struct store *s;

	folder_make();
	s = open_started();
	put(s, "Them", c->id, 0);
	c->change(&again);
	store_put_received(s, &again);
	store_flush(s);
	assert_int_equal(sums_of(s).reports, c->is_same ? 1 : 2);
	assert_int_equal(sums_of(s).duplicates, c->is_same);
	assert_int_equal(rows_in("received_failure"), c->is_same ? 2 : 4);
	store_close(s);
	folder_remove();
}

static void
check_forget(void **state)
{
	struct store *s;

	(void)state;
	folder_make();
	s = open_started();
	put(s, "Them", "1", 0);
	put(s, "Them", "2", 2);
	store_forget_before(s, DAY + 2 * DAY_S);
	assert_true(store_flush(s));
	assert_reports(s, &all, 10,
	    "2 them.example Them tls@them.example 2 a.example 2-3 3 20/3 4\n");
	assert_int_equal(rows_in("received_policy"), COUNT_OF(policies));
	assert_int_equal(rows_in("received_failure"), COUNT_OF(failures));
	assert_int_equal(sums_of(s).reports, 1);
	assert_int_equal(sums_of(s).dropped, 0);
	store_close(s);
	folder_remove();
}

static void
check_flood(void **state)
{
	const size_t more = 5;
	char id[16];
	struct store *s;
	size_t i;

	(void)state;
	folder_make();
	s = open_started();
	put(s, "Them", "the first", 0);
	for (i = 0; i < RECEIVED_MAX + more - 1; i++) {
		struct stored_received r = report("Flood", id, 1);

		snprintf(id, sizeof(id), "%zu", i);
		r.policy_count = r.detail_count = 0;
		store_put_received(s, &r);
	}
	assert_true(store_flush(s));
	assert_int_equal(sums_of(s).reports, RECEIVED_MAX);
	assert_int_equal(sums_of(s).dropped, more);
	assert_int_equal(rows_in("received_policy"), 0);
	store_close(s);
	folder_remove();
}

static void
check_flood_of_bytes(void **state)
{
	struct stored_received r;
	char id[2] = "a";
	struct store *s;

	(void)state;
	folder_make();
	s = open_started();
	for (; id[0] < 'k'; id[0]++) {
		r = report("Flood", id, 0);
		r.len = 10 << 20;
		r.bytes = xcalloc(r.len, 1);
		store_put_received(s, &r);
		free((void *)r.bytes);
		assert_true(store_flush(s));
	}
	assert_int_equal(sums_of(s).reports, 6);
	assert_int_equal(sums_of(s).dropped, 4);
	assert_true(sums_of(s).bytes <= RECEIVED_BYTES_MAX);
	store_close(s);
	folder_remove();
}

/* One that needs the room of many. */
static void
check_flood_of_one(void **state)
{
	struct stored_received r;
	char id[2] = "a";
	struct store *s;

	(void)state;
	folder_make();
	s = open_started();
	for (; id[0] < 'h'; id[0]++) {
		r = report("Flood", id, 0);
		r.len = id[0] < 'g' ? 10 << 20 : 40 << 20;
		r.bytes = xcalloc(r.len, 1);
		store_put_received(s, &r);
		free((void *)r.bytes);
		assert_true(store_flush(s));
	}
	assert_int_equal(sums_of(s).reports, 3);
	assert_int_equal(sums_of(s).dropped, 4);
	store_close(s);
	folder_remove();
}

/* Rows count as the report itself does. */
static void
check_size(void **state)
{
	struct stored_received r = report("Them", "1", 0);
	uint64_t bytes;
	struct store *s;

	(void)state;
	folder_make();
	s = open_started();
	r.policy_count = r.detail_count = 0;
	store_put_received(s, &r);
	assert_true(store_flush(s));
	bytes = sums_of(s).bytes - r.len;
	assert_true(bytes > 0);
	put(s, "Them", "2", 0);
	assert_int_equal(sums_of(s).bytes,
	    2 * r.len + (2 + COUNT_OF(policies) + COUNT_OF(failures)) * bytes);
	store_close(s);
	folder_remove();
}

static void
check_rows_twice(void **state)
{
	const struct received_policy two[] = { policies[0], policies[0] };
	const struct received_failure both[] = { failures[1], failures[1] };
	struct stored_received r = report("Them", "1", 0);
	struct store *s;

	(void)state;
	folder_make();
	s = open_started();
	r.policies = two;
	r.details = both;
	store_put_received(s, &r);
	assert_true(store_flush(s));
	assert_sums(s, &all,
	    "Them them.example 1 20/3 0-1\n"
	    "a.example sts 20/6\n"
	    "2 sts mx.a.example validation-failure alert Them 0-1\n");
	store_close(s);
	folder_remove();
}

static void
check_disk_full(void **state)
{
	struct stored_received r = report("Them", "1", 0);
	struct store *s;

	(void)state;
	folder_make();
	s = open_started();
	put(s, "Them", "0", 0);
	log_capture();
	disk_fill();
	r.len = 1 << 20;
	r.bytes = xcalloc(r.len, 1);
	store_put_received(s, &r);
	free((void *)r.bytes);
	assert_false(store_flush(s));
	disk_free();
	assert_true(store_flush(s));
	log_release();
	assert_int_equal(sums_of(s).reports, 2);
	store_close(s);
	folder_remove();
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("PUB-RPT-03 a report of others outlives a restart", check_kept),
		CASE("PUB-RPT-03 SEED-70 who failed, how, how often, since when",
		    check_sums),
		CASE("reports of some days, or about one domain", check_filter),
		CASES(check_same, same_cases),
		CASE("reports of others go when their time is over", check_forget),
		CASE("RPT-SEC-03 of too many reports the oldest go", check_flood),
		CASE("RPT-SEC-03 of reports too big together the oldest go",
		    check_flood_of_bytes),
		CASE("RPT-SEC-03 of many, for a big one more than one goes",
		    check_flood_of_one),
		CASE("rows take room, too", check_size),
		CASE("rows that differ in no text are added up", check_rows_twice),
		CASE("disk full: store_flush() tells, and later it is written",
		    check_disk_full),
	};

	return cases_run("received", tables, COUNT_OF(tables));
}
