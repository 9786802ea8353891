/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "base/strbuf.h"
#include "cases.h"
#include "store/outbox.h"
#include "store/tally.h"
#include "store_folder.h"

#define DAY   ((time_t)1730851200) /* 2024-11-06 */
#define DAY_S 86400
#define MADE  (DAY + DAY_S + 300)

/* --- what is put in -------------------------------------------------------------------------------- */

static struct stored_report
report(const char *id, const char *domain, time_t day)
{
	return (struct stored_report){ .id = id,
		.domain = domain,
		.day = day,
		.made = MADE,
		.record = "v=TLSRPTv1; rua=mailto:tls@a.example",
		.file_name = "us.example!a.example!1!2!001.json.gz",
		.bytes = "\x1f\x8b\0\xff",
		.len = 4,
		.successes = 5000000000,
		.failures = 7 };
}

/* To two destinations, due in this order. */
static void
put(struct store *s, const char *id, const char *domain, time_t day)
{
	static const char *const uris[] = { "mailto:tls@a.example",
		"https://a.example/tls" };
	static const time_t next[] = { MADE + 200, MADE + 100 };
	const struct stored_report r = report(id, domain, day);

	store_put_report(s, &r, uris, next, COUNT_OF(uris));
	store_flush(s);
}

/* The tally of a domain, so that there is a day to close. */
static void
count(struct store *s, const char *domain, time_t day)
{
	const struct tally t = { .day = day,
		.domain = domain,
		.type = POLICY_NOT_FOUND,
		.policy_domain = domain,
		.text = "",
		.mx = "",
		.successes = 1 };

	store_merge(s,
	    &(struct merge){ .tallies = &t, .tally_count = 1, .sync_fd = -1 }, NULL,
	    NULL);
	store_flush(s);
}

static time_t
open_day(struct store *s)
{
	time_t day;

	assert_int_equal(store_open_day(s, 0, DAY + 100 * DAY_S, &day), ST_OK);
	return day;
}

/* --- what is there, in words ----------------------------------------------------------------------- */

/* "one a.example https://a.example/tls waiting 0 0/0/+100 detail\n", times from MADE on */
static void
add_sending(const struct stored_sending *s, void *arg)
{
	strbuf_addf(arg, "%s %s %s %s %u %d/%d/%d%s%s\n", s->report_id, s->domain,
	    s->uri, sending_state_word(s->state), s->attempts,
	    s->first ? (int)(s->first - MADE) : 0, s->last ? (int)(s->last - MADE) : 0,
	    s->next ? (int)(s->next - MADE) : 0, s->detail[0] ? " " : "", s->detail);
}

static void
assert_sendings(struct store *s, const char *report_id, const char *want)
{
	struct strbuf sb = STRBUF_INIT;

	store_flush(s);
	assert_int_equal(store_each_sending(s, report_id, add_sending, &sb), ST_OK);
	assert_string_equal(strbuf_str(&sb), want);
	strbuf_clear(&sb);
}

static void
assert_due(struct store *s, time_t now, size_t max, const char *want)
{
	struct strbuf sb = STRBUF_INIT;

	store_flush(s);
	assert_int_equal(store_each_due(s, now, max, add_sending, &sb), ST_OK);
	assert_string_equal(strbuf_str(&sb), want);
	strbuf_clear(&sb);
}

static time_t
next_due(struct store *s)
{
	time_t next = 1;

	assert_int_equal(store_next_due(s, &next), ST_OK);
	return next;
}

static void
assert_states(struct store *s, uint64_t waiting, uint64_t sent, uint64_t given_up)
{
	uint64_t counts[SENDING_GIVEN_UP + 1];

	store_flush(s);
	assert_int_equal(store_count_sendings(s, counts), ST_OK);
	assert_int_equal(counts[SENDING_WAITS], waiting);
	assert_int_equal(counts[SENDING_SENT], sent);
	assert_int_equal(counts[SENDING_GIVEN_UP], given_up);
}

static void
add_report(const struct stored_report *r, void *arg)
{
	strbuf_addf(arg, "%s %s %d %zu\n", r->id, r->domain,
	    (int)((r->day - DAY) / DAY_S), r->len);
	assert_null(r->bytes);
}

static void
assert_reports(
    struct store *s, const char *domain, time_t day, size_t max, const char *want)
{
	struct strbuf sb = STRBUF_INIT;

	store_flush(s);
	assert_int_equal(
	    store_each_report(s, domain, day, max, add_report, &sb), ST_OK);
	assert_string_equal(strbuf_str(&sb), want);
	strbuf_clear(&sb);
}

static void
note_id(const struct stored_sending *s, void *arg)
{
	*(uint64_t *)arg = s->id;
}

/* The number of the destination that is due first. */
static uint64_t
first_id(struct store *s)
{
	uint64_t id = 0;

	assert_int_equal(store_each_due(s, MADE + DAY_S, 1, note_id, &id), ST_OK);
	assert_true(id > 0);
	return id;
}

/* --- the tests: reports ---------------------------------------------------------------------------- */

static void
check_whole(const struct stored_report *r, void *arg)
{
	assert_string_equal(r->id, "one");
	assert_string_equal(r->domain, "a.example");
	assert_int_equal(r->day, DAY);
	assert_int_equal(r->made, MADE);
	assert_string_equal(r->record, "v=TLSRPTv1; rua=mailto:tls@a.example");
	assert_string_equal(r->file_name, "us.example!a.example!1!2!001.json.gz");
	assert_int_equal(r->len, 4);
	assert_memory_equal(r->bytes, "\x1f\x8b\0\xff", 4);
	assert_true(r->successes == 5000000000);
	assert_int_equal(r->failures, 7);
	(*(int *)arg)++;
}

static void
check_report(void **state)
{
	struct store *s;
	int seen = 0;

	(void)state;
	folder_make();
	s = open_started();
	count(s, "a.example", DAY);
	assert_int_equal(open_day(s), DAY);
	put(s, "one", "a.example", DAY);
	store_close(s);
	s = open_started();
	assert_int_equal(store_show_report(s, "one", check_whole, &seen), ST_OK);
	assert_int_equal(store_show_report(s, "two", check_whole, &seen), ST_NOTFOUND);
	assert_int_equal(seen, 1);
	assert_int_equal(open_day(s), 0);
	assert_sendings(s, "one",
	    "one a.example mailto:tls@a.example waiting 0 0/0/200\n"
	    "one a.example https://a.example/tls waiting 0 0/0/100\n");
	assert_sendings(s, "two", "");
	store_close(s);
	folder_remove();
}

static void
check_second_report(void **state)
{
	const char *uri = "mailto:other@a.example";
	const time_t next = MADE;
	struct stored_report second = report("two", "a.example", DAY);
	struct store *s;
	int seen = 0;

	(void)state;
	second.bytes = "other";
	second.len = 5;
	folder_make();
	s = open_started();
	put(s, "one", "a.example", DAY);
	store_put_report(s, &second, &uri, &next, 1);
	second.id = "one"; /* an id again, for another day */
	second.day = DAY + DAY_S;
	store_put_report(s, &second, &uri, &next, 1);
	assert_reports(s, "", 0, 10, "one a.example 0 4\n");
	assert_int_equal(store_show_report(s, "one", check_whole, &seen), ST_OK);
	assert_states(s, 2, 0, 0);
	store_close(s);
	folder_remove();
}

static void
check_unwanted(void **state)
{
	struct stored_report none = report("", "a.example", DAY);
	struct store *s;

	(void)state;
	none.len = 0;
	none.bytes = NULL;
	folder_make();
	s = open_started();
	count(s, "a.example", DAY);
	store_put_report(s, &none, NULL, NULL, 0);
	assert_reports(s, "", 0, 10, "");
	assert_int_equal(open_day(s), 0);
	store_close(s);
	folder_remove();
}

/* Kept to be looked at, sent to nobody. */
static void
check_no_destination(void **state)
{
	struct stored_report r = report("one", "a.example", DAY);
	struct store *s;

	(void)state;
	folder_make();
	s = open_started();
	store_put_report(s, &r, NULL, NULL, 0);
	assert_reports(s, "", 0, 10, "one a.example 0 4\n");
	assert_int_equal(next_due(s), 0);
	store_close(s);
	folder_remove();
}

static void
check_list(void **state)
{
	struct store *s;

	(void)state;
	folder_make();
	s = open_started();
	put(s, "b0", "b.example", DAY);
	put(s, "a0", "a.example", DAY);
	put(s, "b2", "b.example", DAY + 2 * DAY_S);
	put(s, "a1", "a.example", DAY + DAY_S);
	assert_reports(s, "", 0, 10,
	    "b2 b.example 2 4\na1 a.example 1 4\na0 a.example 0 4\nb0 b.example 0 4\n");
	assert_reports(s, "", 0, 2, "b2 b.example 2 4\na1 a.example 1 4\n");
	assert_reports(s, "", DAY, 10, "a0 a.example 0 4\nb0 b.example 0 4\n");
	assert_reports(s, "b.example", 0, 10, "b2 b.example 2 4\nb0 b.example 0 4\n");
	assert_reports(s, "b.example", DAY, 10, "b0 b.example 0 4\n");
	assert_reports(s, "b.example", DAY + DAY_S, 10, "");
	store_close(s);
	folder_remove();
}

/* --- the tests: sendings --------------------------------------------------------------------------- */

static void
check_due(void **state)
{
	struct store *s;

	(void)state;
	folder_make();
	s = open_started();
	assert_int_equal(next_due(s), 0);
	put(s, "one", "a.example", DAY);
	put(s, "two", "b.example", DAY);
	assert_int_equal(next_due(s), MADE + 100);
	assert_due(s, MADE + 99, 10, "");
	assert_due(s, MADE + 100, 10,
	    "one a.example https://a.example/tls waiting 0 0/0/100\n"
	    "two b.example https://a.example/tls waiting 0 0/0/100\n");
	assert_due(s, MADE + 200, 3,
	    "one a.example https://a.example/tls waiting 0 0/0/100\n"
	    "two b.example https://a.example/tls waiting 0 0/0/100\n"
	    "one a.example mailto:tls@a.example waiting 0 0/0/200\n");
	store_close(s);
	folder_remove();
}

/* One after a failed attempt, then after its end. */
static void
check_states(void **state)
{
	struct stored_sending sending = { .state = SENDING_WAITS,
		.attempts = 1,
		.first = MADE + 100,
		.last = MADE + 100,
		.next = MADE + 400,
		.detail = "451 later" };
	struct store *s;

	(void)state;
	folder_make();
	s = open_started();
	put(s, "one", "a.example", DAY);
	sending.id = first_id(s);
	store_put_sending(s, &sending);
	assert_due(s, MADE + 300, 10,
	    "one a.example mailto:tls@a.example waiting 0 0/0/200\n");
	assert_due(s, MADE + 400, 10,
	    "one a.example mailto:tls@a.example waiting 0 0/0/200\n"
	    "one a.example https://a.example/tls waiting 1 100/100/400 451 later\n");
	assert_states(s, 2, 0, 0);

	sending.state = SENDING_GIVEN_UP;
	sending.attempts = 2;
	sending.last = MADE + 400;
	sending.next = 0;
	sending.detail = "";
	store_put_sending(s, &sending);
	sending.id = first_id(s);
	sending.state = SENDING_SENT;
	store_put_sending(s, &sending);
	assert_states(s, 0, 1, 1);
	assert_int_equal(next_due(s), 0);
	assert_sendings(s, "one",
	    "one a.example mailto:tls@a.example sent 2 100/400/0\n"
	    "one a.example https://a.example/tls given-up 2 100/400/0\n");
	sending.id = 12345;
	store_put_sending(s, &sending);
	assert_states(s, 0, 1, 1);
	store_close(s);
	folder_remove();
}

static void
check_sent(void **state)
{
	struct store *s;
	uint64_t id;

	(void)state;
	folder_make();
	s = open_started();
	put(s, "one", "a.example", DAY);
	id = first_id(s);
	store_put_sent(s, id, MADE + 150);
	store_put_sent(s, id, MADE + 160); /* read again in the journal */
	store_put_sent(s, 12345, MADE + 150);
	assert_sendings(s, "one",
	    "one a.example mailto:tls@a.example waiting 0 0/0/200\n"
	    "one a.example https://a.example/tls sent 1 150/150/0\n");
	assert_states(s, 1, 1, 0);
	store_close(s);
	folder_remove();
}

static void
check_resend(void **state)
{
	struct store *s;

	(void)state;
	folder_make();
	s = open_started();
	put(s, "one", "a.example", DAY);
	put(s, "two", "b.example", DAY);
	store_put_sent(s, first_id(s), MADE + 150);
	store_resend(s, "one", MADE + 5000);
	store_resend(s, "never-there", MADE + 5000);
	assert_sendings(s, "one",
	    "one a.example mailto:tls@a.example waiting 0 0/0/5000\n"
	    "one a.example https://a.example/tls waiting 0 0/0/5000\n");
	assert_sendings(s, "two",
	    "two b.example mailto:tls@a.example waiting 0 0/0/200\n"
	    "two b.example https://a.example/tls waiting 0 0/0/100\n");
	assert_states(s, 4, 0, 0);
	store_close(s);
	folder_remove();
}

/* The journal speaks of their numbers: neither a forgotten one nor one in a file set aside comes again. */
static void
check_numbers(void **state)
{
	uint64_t first, second, third;
	struct store *s;

	(void)state;
	folder_make();
	s = open_started();
	put(s, "one", "a.example", DAY);
	first = first_id(s);
	store_put_sent(s, first, MADE);
	store_flush(s);
	store_put_sent(s, first_id(s), MADE);
	store_forget_before(s, DAY + DAY_S);
	put(s, "two", "a.example", DAY + DAY_S);
	second = first_id(s);
	assert_true(second > first);
	store_close(s);
	sleep(1); /* a database of another second */
	log_capture();
	overwrite(DB_FILE, 0, "garbage, not SQLite", 19);
	s = open_started();
	log_release();
	put(s, "three", "a.example", DAY);
	third = first_id(s);
	assert_true(third > second);
	store_close(s);
	folder_remove();
}

/* --- the tests: forgetting ------------------------------------------------------------------------- */

static void
check_forget(void **state)
{
	struct store *s;

	(void)state;
	folder_make();
	s = open_started();
	put(s, "one", "a.example", DAY);
	put(s, "two", "b.example", DAY);
	put(s, "new", "a.example", DAY + DAY_S);
	store_put_sent(s, first_id(s), MADE);
	store_flush(s);
	store_forget_before(s, DAY + DAY_S);
	assert_reports(
	    s, "", 0, 10, "new a.example 1 4\none a.example 0 4\ntwo b.example 0 4\n");
	/* Its other destination, too, and it may go. */
	store_put_sent(s, first_id(s), MADE);
	store_flush(s);
	store_put_sent(s, first_id(s), MADE);
	store_flush(s);
	store_put_sent(s, first_id(s), MADE);
	store_forget_before(s, DAY + DAY_S);
	store_flush(s);
	assert_int_equal(next_due(s), MADE + 200);
	store_put_sent(s, first_id(s), MADE);
	store_flush(s);
	store_put_sent(s, first_id(s), MADE);
	store_forget_before(s, DAY + DAY_S);
	assert_reports(s, "", 0, 10, "new a.example 1 4\n");
	assert_states(s, 0, 2, 0);
	store_close(s);
	folder_remove();
}

/* --- the tests: bad days --------------------------------------------------------------------------- */

static void
check_disk_full(void **state)
{
	struct store_state before, after;
	struct store *s;
	char name[32];
	int i;

	(void)state;
	folder_make();
	s = open_started();
	log_capture();
	disk_fill();
	for (i = 0; i < 100; i++) {
		const struct stored_report r = report(name, name, DAY);

		snprintf(name, sizeof(name), "d%d.example", i);
		store_put_report(s, &r, NULL, NULL, 0);
	}
	store_flush(s);
	store_state(s, &before);
	disk_free();
	assert_reports(s, "d99.example", 0, 10, "d99.example d99.example 0 4\n");
	store_state(s, &after);
	log_release();
	assert_false(before.is_healthy);
	assert_int_equal(before.queued, 100);
	assert_true(after.is_healthy);
	assert_int_equal(after.queued, 0);
	assert_int_equal(after.dropped, 0);
	store_close(s);
	folder_remove();
}

static void
note_done(void *arg)
{
	*(bool *)arg = true;
}

static void
check_busy(void **state)
{
	const struct stored_report none = report("", "a.example", DAY);
	struct stored_report large = report("large", "a.example", DAY);
	bool is_done = false;
	struct store *s;
	int i;

	(void)state;
	folder_make();
	assert_int_equal(store_open(folder, &s, NULL), ST_OK);
	for (i = 0; i <= STORE_BUSY; i++) {
		assert_false(store_is_busy(s));
		store_put_report(s, &none, NULL, NULL, 0);
	}
	assert_true(store_is_busy(s));
	store_when_written(s, note_done, &is_done);
	assert_int_equal(store_start(s, NULL), ST_OK);
	store_flush(s);
	assert_true(is_done);
	assert_false(store_is_busy(s));
	store_close(s);

	large.len = STORE_BUSY_BYTES;
	large.bytes = xcalloc(1, large.len);
	assert_int_equal(store_open(folder, &s, NULL), ST_OK);
	store_put_report(s, &large, NULL, NULL, 0);
	assert_true(store_is_busy(s));
	free((void *)large.bytes);
	assert_int_equal(store_start(s, NULL), ST_OK);
	store_close(s);
	folder_remove();
}

/* --- the tests: words ------------------------------------------------------------------------------ */

static void
check_words(void **state)
{
	enum sending_state parsed;

	(void)state;
	assert_string_equal(sending_state_word(SENDING_WAITS), "waiting");
	assert_int_equal(sending_state_parse("given-up", &parsed), ST_OK);
	assert_int_equal(parsed, SENDING_GIVEN_UP);
	assert_int_equal(sending_state_parse("Sent", &parsed), ST_UNKNOWN);
	assert_int_equal(sending_state_parse("", &parsed), ST_UNKNOWN);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("RPT-TIME-03 a report with its destinations outlives a restart",
		    check_report),
		CASE("RPT-JSON-23 RPT-TIME-03 a second report for a day is ignored",
		    check_second_report),
		CASE("a day that nobody wants a report of is closed", check_unwanted),
		CASE("a report without destinations", check_no_destination),
		CASE("reports by day and domain, newest first", check_list),
		CASE("RPT-RETRY-01 what is due, the longest first", check_due),
		CASE("RPT-RETRY-02 each destination has a state of its own",
		    check_states),
		CASE("RPT-RETRY-02 what was acknowledged is sent, once", check_sent),
		CASE("sent anew, to all of its destinations", check_resend),
		CASE("numbers of sendings are never used again", check_numbers),
		CASE("nothing is forgotten that still is to be sent", check_forget),
		CASE("disk full: reports wait, all of them", check_disk_full),
		CASE("makers of many reports are told to pause", check_busy),
		CASE("words of states", check_words),
	};

	return cases_run("outbox", tables, COUNT_OF(tables));
}
