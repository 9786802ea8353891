/* SPDX-License-Identifier: ISC */
#include "base/mem.h"
#include "base/strbuf.h"
#include "store/sqlite_db.h"

static const char select_position[] = "select segment, place from journal";
static const char select_waiting[] =
    "select id, kind, accepted, bytes from waiting order by id";

static const char select_policies[] =
    "select number, details, type, policy_domain, text, mx, successes, failures"
    " from tally_policy where day = ?1 and domain = ?2"
    " order by type, policy_domain, text, mx";
static const char select_details[] =
    "select result, count, code, local, remote, host, helo from tally_detail"
    " where day = ?1 and domain = ?2 and policy = ?3";

#define SELECT_DOMAINS                                                                 \
	"select day, domain, record, successes, failures, is_closed"                   \
	" from tally_domain left join tally_record using(day, domain)"
static const char select_domains[] =
    SELECT_DOMAINS " where day = ?1 and domain > ?2 order by domain limit ?3";
static const char select_open_domains[] =
    SELECT_DOMAINS " where day = ?1 and domain > ?2 and is_closed = 0"
		   " order by domain limit ?3";
static const char select_worst[] =
    SELECT_DOMAINS " where day = ?1 and failures > 0"
		   " order by failures desc, domain limit ?2";

static const char select_open_day[] = "select min(day) from tally_day"
				      " where day >= ?1 and day < ?2 and open > 0";
static const char select_sums[] =
    "select domains, successes, failures from tally_day where day = ?1";
static const char select_results[] =
    "select result, count from tally_result where day = ?1";
static const char select_inbound[] =
    "select day, client, version, cipher, verified, count from tally_inbound"
    " where day >= ?1 and day < ?2";

/* --- the journal's side --------------------------------------------------------------------------- */

static void
on_position(sqlite3_stmt *row, void *arg)
{
	struct journal_position *position = arg;

	position->segment = db_column_count(row, 0);
	position->offset = db_column_count(row, 1);
}

enum db_outcome
db_journal_position(struct db *db, struct journal_position *out, struct why *why)
{
	*out = (struct journal_position){ .segment = 0 };
	return db_each(db, select_position, NO_VALUES, on_position, out, why);
}

struct each_waiting {
	store_waiting_fn *fn;
	void *arg;
};

static void
on_waiting(sqlite3_stmt *row, void *arg)
{
	const struct each_waiting *each = arg;
	struct tally_waiting w = {
		.id = db_column_count(row, 0),
		.kind = sqlite3_column_int(row, 1),
		.when = db_column_time(row, 2),
	};

	w.bytes = db_column_bytes(row, 3, &w.len);
	each->fn(&w, each->arg);
}

enum db_outcome
db_each_waiting(struct db *db, store_waiting_fn *fn, void *arg, struct why *why)
{
	struct each_waiting each = { fn, arg };

	return db_each(db, select_waiting, NO_VALUES, on_waiting, &each, why);
}

/* --- the policies of a domain's day --------------------------------------------------------------- */

#define DETAIL_TEXTS 5 /* code, local, remote, host, helo */

struct each_tally {
	struct db *db;
	struct why *why;
	enum db_outcome rc; /* of the details */
	time_t day;
	const char *domain;
	store_tally_fn *fn;
	void *arg;
};

/* With those they were folded into. */
#define DETAIL_ROWS_MAX (TALLY_DETAILS_MAX + TLS_RESULT_COUNT)

/* The details of one policy, collected. */
struct details {
	struct tally_detail *items; /* max of them */
	size_t count, max;
	struct strbuf texts; /* of all of them, each ended by NUL */
};

static void
on_detail(sqlite3_stmt *row, void *arg)
{
	struct details *d = arg;
	struct tally_detail *item = &d->items[d->count];
	int i;

	if (d->count == d->max ||
	    tls_result_of_code(sqlite3_column_int64(row, 0), &item->result) != ST_OK)
		return;
	item->count = db_column_count(row, 1);
	for (i = 0; i < DETAIL_TEXTS; i++) {
		strbuf_adds(&d->texts, db_column_text(row, 2 + i));
		strbuf_addc(&d->texts, '\0');
	}
	d->count++;
}

/* Now that the texts do not move any more. */
static void
point_to_texts(struct details *d)
{
	const char *at = d->texts.data;
	size_t i, k;

	for (i = 0; i < d->count; i++) {
		struct tally_detail *item = &d->items[i];
		const char **texts[DETAIL_TEXTS] = { &item->code, &item->local,
			&item->remote, &item->host, &item->helo };

		for (k = 0; k < DETAIL_TEXTS; k++) {
			*texts[k] = at;
			at += strlen(at) + 1;
		}
	}
}

static void
hand_over(struct each_tally *each, struct tally *t, uint64_t number, size_t max)
{
	struct details d = { .max = max, .texts = STRBUF_INIT };

	if (max > 0) {
		d.items = xcalloc(max, sizeof(d.items[0]));
		each->rc = db_each(each->db, select_details,
		    VALUES(
			db_number(each->day), db_text(each->domain), db_number(number)),
		    on_detail, &d, each->why);
		point_to_texts(&d);
	}
	t->details = d.items;
	t->detail_count = d.count;
	if (each->rc == DB_OK)
		each->fn(t, each->arg);
	free(d.items);
	strbuf_clear(&d.texts);
}

static void
on_policy(sqlite3_stmt *row, void *arg)
{
	struct each_tally *each = arg;
	uint64_t details = db_column_count(row, 1);
	struct tally t = {
		.day = each->day,
		.domain = each->domain,
		.policy_domain = db_column_text(row, 3),
		.text = db_column_text(row, 4),
		.mx = db_column_text(row, 5),
		.successes = db_column_count(row, 6),
		.failures = db_column_count(row, 7),
	};

	if (each->rc == DB_OK &&
	    policy_type_of_code(sqlite3_column_int64(row, 2), &t.type) == ST_OK)
		hand_over(each, &t, db_column_count(row, 0),
		    details < DETAIL_ROWS_MAX ? details : DETAIL_ROWS_MAX);
}

enum db_outcome
db_each_tally(struct db *db, time_t day, const char *domain, store_tally_fn *fn,
    void *arg, struct why *why)
{
	struct each_tally each = { db, why, DB_OK, day, domain, fn, arg };
	enum db_outcome rc;

	rc = db_each(db, select_policies, VALUES(db_number(day), db_text(domain)),
	    on_policy, &each, why);
	return rc != DB_OK ? rc : each.rc;
}

/* --- days ----------------------------------------------------------------------------------------- */

struct each_day {
	store_day_fn *fn;
	void *arg;
};

static void
on_domain(sqlite3_stmt *row, void *arg)
{
	const struct each_day *each = arg;
	struct tally_day day = {
		.day = db_column_time(row, 0),
		.domain = db_column_text(row, 1),
		.record = db_column_text(row, 2),
		.successes = db_column_count(row, 3),
		.failures = db_column_count(row, 4),
		.is_closed = sqlite3_column_int(row, 5) != 0,
	};

	each->fn(&day, each->arg);
}

enum db_outcome
db_each_day(struct db *db, time_t day, const char *after, size_t max, bool only_open,
    store_day_fn *fn, void *arg, struct why *why)
{
	struct each_day each = { fn, arg };

	return db_each(db, only_open ? select_open_domains : select_domains,
	    VALUES(db_number(day), db_text(after), db_number(max)), on_domain, &each,
	    why);
}

enum db_outcome
db_each_worst(
    struct db *db, time_t day, size_t max, store_day_fn *fn, void *arg, struct why *why)
{
	struct each_day each = { fn, arg };

	return db_each(db, select_worst, VALUES(db_number(day), db_number(max)),
	    on_domain, &each, why);
}

enum db_outcome
db_open_day(struct db *db, time_t from, time_t before, time_t *out, struct why *why)
{
	*out = 0;
	return db_each(db, select_open_day, VALUES(db_number(from), db_number(before)),
	    db_on_time, out, why);
}

static void
on_sums(sqlite3_stmt *row, void *arg)
{
	struct tally_sums *sums = arg;

	sums->domains = db_column_count(row, 0);
	sums->successes = db_column_count(row, 1);
	sums->failures = db_column_count(row, 2);
}

static void
on_result(sqlite3_stmt *row, void *arg)
{
	struct tally_sums *sums = arg;
	enum tls_result result;

	if (tls_result_of_code(sqlite3_column_int64(row, 0), &result) == ST_OK)
		sums->results[result] = db_column_count(row, 1);
}

enum db_outcome
db_day_sums(struct db *db, time_t day, struct tally_sums *out, struct why *why)
{
	enum db_outcome rc;

	*out = (struct tally_sums){ .domains = 0 };
	rc = db_each(db, select_sums, VALUES(db_number(day)), on_sums, out, why);
	if (rc == DB_OK)
		rc = db_each(
		    db, select_results, VALUES(db_number(day)), on_result, out, why);
	return rc;
}

/* --- inbound -------------------------------------------------------------------------------------- */

struct each_inbound {
	store_inbound_fn *fn;
	void *arg;
};

static void
on_inbound(sqlite3_stmt *row, void *arg)
{
	const struct each_inbound *each = arg;
	struct tally_inbound in = {
		.day = db_column_time(row, 0),
		.client = db_column_text(row, 1),
		.version = db_column_text(row, 2),
		.cipher = db_column_text(row, 3),
		.verified = db_column_text(row, 4),
		.count = db_column_count(row, 5),
	};

	each->fn(&in, each->arg);
}

enum db_outcome
db_each_inbound(struct db *db, time_t from, time_t to, store_inbound_fn *fn, void *arg,
    struct why *why)
{
	struct each_inbound each = { fn, arg };

	return db_each(db, select_inbound, VALUES(db_number(from), db_number(to)),
	    on_inbound, &each, why);
}
