/* SPDX-License-Identifier: ISC */
#include "report/ledger.h"

#include <unistd.h>

#include "run_loop.h"
#include "store_folder.h"

#define DAY_S  86400
#define MONDAY ((time_t)1799971200) /* a midnight, UTC */

/* --- a ledger over a store ------------------------------------------------------------- */

struct books {
	struct store *store;
	struct ledger *ledger;
	unsigned merges;
};

static void
on_merged(void *arg)
{
	struct books *b = arg;

	b->merges++;
}

static void
open_books(struct books *b)
{
	const struct journal_position none = { 0, 0 };
	struct why why;

	*b = (struct books){ .merges = 0 };
	folder_make();
	assert_int_equal(store_open(folder, &b->store, &why), ST_OK);
	assert_int_equal(store_start(b->store, &why), ST_OK);
	b->ledger = ledger_new(on_merged, b);
	ledger_use_store(b->ledger, b->store, &none);
}

static void
close_books(struct books *b)
{
	ledger_free(b->ledger);
	store_close(b->store);
	folder_remove();
}

static void
count(struct books *b, const char *name, time_t when, const char *text, bool is_failed,
    const char *helo)
{
	struct domain d = domain_named(name);
	struct judged_failure failure = { .result = RESULT_EXPIRED };
	struct judged_policy policy = {
		.type = POLICY_STS,
		.domain = d,
		.is_failed = is_failed,
		.failure_count = is_failed,
		.failures = &failure,
	};

	snprintf(failure.helo, sizeof(failure.helo), "%s", helo);
	strbuf_adds(&policy.text, text);
	ledger_count_policy(b->ledger, &d, when, &policy);
	strbuf_clear(&policy.text);
}

static void
success(struct books *b, const char *name, time_t when)
{
	count(b, name, when, "mode: enforce", false, "");
}

static void
add_tally(const struct tally *t, void *arg)
{
	struct strbuf *out = arg;
	size_t i;

	strbuf_addf(out, "[%s %llu/%llu", t->text, (unsigned long long)t->successes,
	    (unsigned long long)t->failures);
	for (i = 0; i < t->detail_count; i++)
		strbuf_addf(out, " %s=%llu", t->details[i].helo,
		    (unsigned long long)t->details[i].count);
	strbuf_addc(out, ']');
}

static void
assert_counted(struct books *b, const char *name, time_t day, const char *want)
{
	struct strbuf have = STRBUF_INIT;

	ledger_flush(b->ledger);
	assert_int_equal(
	    store_each_tally(b->store, day, name, add_tally, &have), ST_OK);
	assert_string_equal(strbuf_str(&have), want);
	strbuf_clear(&have);
}

/* --- counting ------------------------------------------------------------------------------ */

static void
check_cells(void **state)
{
	struct books b;
	int i;

	(void)state;
	open_books(&b);
	for (i = 0; i < 3; i++) {
		success(&b, "a.example", MONDAY + i);
		success(&b, "a.example", MONDAY + DAY_S);
		success(&b, "b.example", MONDAY);
		count(&b, "a.example", MONDAY, "mode: testing", true, "one");
		count(&b, "a.example", MONDAY, "mode: testing", true,
		    i == 0 ? "one" : "two");
	}
	assert_counted(&b, "a.example", MONDAY,
	    "[mode: enforce 3/0][mode: testing 0/6 one=4 two=2]");
	assert_counted(&b, "a.example", MONDAY + DAY_S, "[mode: enforce 3/0]");
	assert_counted(&b, "b.example", MONDAY, "[mode: enforce 3/0]");
	close_books(&b);
}

static void
check_merges_add(void **state)
{
	struct books b;
	char want[64];
	int i;

	(void)state;
	open_books(&b);
	for (i = 1; i <= 5; i++) {
		success(&b, "a.example", MONDAY);
		count(&b, "a.example", MONDAY, "mode: enforce", true, "one");
		snprintf(want, sizeof(want), "[mode: enforce %d/%d one=%d]", i, i, i);
		assert_counted(&b, "a.example", MONDAY, want);
	}
	assert_int_equal(b.merges, 5);
	close_books(&b);
}

/* What comes while a merge is under way goes with the next. */
static void
check_in_between(void **state)
{
	struct books b;
	int i;

	(void)state;
	open_books(&b);
	for (i = 0; i < 2000; i++) {
		success(&b, "a.example", MONDAY);
		ledger_merge(b.ledger);
		if (i % 100 == 0)
			one_turn();
	}
	assert_counted(&b, "a.example", MONDAY, "[mode: enforce 2000/0]");
	close_books(&b);
}

static void
check_by_itself(void **state)
{
	struct books b;

	(void)state;
	open_books(&b);
	success(&b, "a.example", MONDAY);
	assert_false(ledger_is_merging(b.ledger));
	RUN_UNTIL(b.merges == 1);
	assert_false(ledger_is_merging(b.ledger));
	close_books(&b);
}

static void
check_empty(void **state)
{
	struct books b;

	(void)state;
	open_books(&b);
	ledger_merge(b.ledger);
	assert_false(ledger_is_merging(b.ledger));
	ledger_flush(b.ledger);
	assert_int_equal(b.merges, 0);
	close_books(&b);
}

static void
check_full(void **state)
{
	struct ledger *ledger;
	struct books b = { .merges = 0 };
	char name[32];
	unsigned i;

	(void)state;
	ledger = b.ledger = ledger_new(on_merged, &b); /* without store */
	for (i = 0; !ledger_is_full(ledger); i++) {
		snprintf(name, sizeof(name), "d%u.example", i);
		success(&b, name, MONDAY);
	}
	assert_int_equal(i, LEDGER_CELLS_MAX);
	ledger_free(ledger);
}

static void
check_full_of_bytes(void **state)
{
	static char text[64 * 1024];
	struct books b = { .merges = 0 };
	unsigned i;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	b.ledger = ledger_new(on_merged, &b);
	for (i = 0; !ledger_is_full(b.ledger); i++) {
		snprintf(text, 8, "%07u", i);
		text[7] = 'x';
		count(&b, "a.example", MONDAY, text, false, "");
	}
	assert_in_range(i, 900, 1100); /* 64 MiB */
	ledger_free(b.ledger);
}

/* --- waiting and positions ----------------------------------------------------------------------- */

static void
add_waiting(const struct tally_waiting *w, void *arg)
{
	strbuf_addf(arg, "%llu=%.*s ", (unsigned long long)w->id, (int)w->len,
	    (const char *)w->bytes);
}

static void
assert_waiting(struct books *b, const char *want)
{
	struct strbuf have = STRBUF_INIT;

	ledger_flush(b->ledger);
	assert_int_equal(store_each_waiting(b->store, add_waiting, &have), ST_OK);
	assert_string_equal(strbuf_str(&have), want);
	strbuf_clear(&have);
}

static void
wait_for(struct books *b, uint64_t id, const char *bytes)
{
	const struct journal_entry entry = { .kind = JOURNAL_EVENT,
		.when = MONDAY,
		.bytes = bytes,
		.len = strlen(bytes),
		.id = id };

	ledger_keep_waiting(b->ledger, &entry);
}

static void
check_waiting(void **state)
{
	struct books b;

	(void)state;
	open_books(&b);
	wait_for(&b, 1, "one");
	wait_for(&b, 2, "two");
	wait_for(&b, 3, "three");
	ledger_settle(b.ledger, 2); /* before it was ever written */
	assert_waiting(&b, "1=one 3=three ");
	wait_for(&b, 4, "four");
	ledger_settle(b.ledger, 1);
	ledger_settle(b.ledger, 99); /* never heard of */
	assert_waiting(&b, "3=three 4=four ");
	ledger_settle(b.ledger, 3);
	ledger_settle(b.ledger, 4);
	assert_waiting(&b, "");
	close_books(&b);
}

static void
check_positions(void **state)
{
	const struct journal_position first = { 1, 100 }, second = { 1, 200 },
				      third = { 2, 8 };
	struct journal_position stored;
	struct books b;

	(void)state;
	open_books(&b);
	ledger_reached(b.ledger, NULL, &first);
	ledger_flush(b.ledger);
	assert_int_equal(ledger_safe(b.ledger).offset, 100);
	ledger_reached(b.ledger, NULL, &second);
	ledger_flush(b.ledger);
	assert_int_equal(ledger_merged(b.ledger).offset, 200);
	assert_int_equal(ledger_safe(b.ledger).offset, 100); /* no file to delete */
	ledger_reached(b.ledger, NULL, &third);
	ledger_flush(b.ledger);
	assert_int_equal(ledger_safe(b.ledger).segment, 2);
	assert_int_equal(store_journal_position(b.store, &stored), ST_OK);
	assert_int_equal(stored.segment, 2);
	assert_int_equal(stored.offset, 8);
	close_books(&b);
}

/* Freed while the writer is at it: it is waited for, or taken back. */
static void
check_free_any_time(void **state)
{
	struct books b;
	int i;

	(void)state;
	for (i = 0; i < 20; i++) {
		open_books(&b);
		success(&b, "a.example", MONDAY);
		ledger_merge(b.ledger);
		if (i % 2 == 0)
			usleep((useconds_t)i * 100);
		close_books(&b);
	}
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("RPT-JSON-22 SEED-60 cells by day, domain and policy text",
		    check_cells),
		CASE("RPT-CNT-13 every merge adds", check_merges_add),
		CASE("RPT-CNT-13 SEED-60 nothing is lost between merges",
		    check_in_between),
		CASE("a merge comes by itself", check_by_itself),
		CASE("nothing is not merged", check_empty),
		CASE("full of cells", check_full),
		CASE("full of octets", check_full_of_bytes),
		CASE("events that wait are kept until they are settled", check_waiting),
		CASE("positions, and what may be deleted", check_positions),
		CASE("freed at any time", check_free_any_time),
	};

	return cases_run_in_loop("ledger", tables, COUNT_OF(tables));
}
