/* SPDX-License-Identifier: ISC */
#include "store/sqlite_db.h"

#define SELECT_SENDINGS                                                                \
	"select sending.id, report.id, report.domain, report.day, uri, state,"         \
	" attempts, first, last, next, detail"                                         \
	" from sending join report on report.number = sending.report"
static const char select_due[] =
    SELECT_SENDINGS " where state = 'waiting' and next <= ?1 order by next limit ?2";
static const char select_sendings[] =
    SELECT_SENDINGS " where report.id = ?1 order by sending.id";
static const char select_next_due[] =
    "select min(next) from sending where state = 'waiting'";
static const char select_states[] = "select state, sendings from sending_state";

#define SELECT_REPORTS                                                                 \
	"select id, domain, day, made, record, file_name, successes, failures,"        \
	" length(bytes) from report"
#define NEWEST_FIRST " order by day desc, domain limit ?1"
static const char select_reports[] = SELECT_REPORTS NEWEST_FIRST;
static const char select_reports_of_day[] =
    SELECT_REPORTS " where day = ?2" NEWEST_FIRST;
static const char select_reports_of_domain[] =
    SELECT_REPORTS " where domain = ?2" NEWEST_FIRST;
static const char select_reports_of_both[] =
    SELECT_REPORTS " where domain = ?2 and day = ?3" NEWEST_FIRST;
static const char select_report[] =
    "select id, domain, day, made, record, file_name, successes, failures, 0, bytes"
    " from report where id = ?1";

/* --- sendings ------------------------------------------------------------------------------------- */

struct each_sending {
	store_sending_fn *fn;
	void *arg;
};

static void
on_sending(sqlite3_stmt *row, void *arg)
{
	const struct each_sending *each = arg;
	struct stored_sending s = {
		.id = db_column_count(row, 0),
		.report_id = db_column_text(row, 1),
		.domain = db_column_text(row, 2),
		.day = db_column_time(row, 3),
		.uri = db_column_text(row, 4),
		.attempts = (unsigned)sqlite3_column_int(row, 6),
		.first = db_column_time(row, 7),
		.last = db_column_time(row, 8),
		.next = db_column_time(row, 9),
		.detail = db_column_text(row, 10),
	};

	if (sending_state_parse(db_column_text(row, 5), &s.state) == ST_OK)
		each->fn(&s, each->arg);
}

enum db_outcome
db_each_due(struct db *db, time_t now, size_t max, store_sending_fn *fn, void *arg,
    struct why *why)
{
	struct each_sending each = { fn, arg };

	return db_each(db, select_due, VALUES(db_number(now), db_number(max)),
	    on_sending, &each, why);
}

enum db_outcome
db_each_sending(struct db *db, const char *report_id, store_sending_fn *fn, void *arg,
    struct why *why)
{
	struct each_sending each = { fn, arg };

	return db_each(
	    db, select_sendings, VALUES(db_text(report_id)), on_sending, &each, why);
}

enum db_outcome
db_next_due(struct db *db, time_t *out, struct why *why)
{
	*out = 0;
	return db_each(db, select_next_due, NO_VALUES, db_on_time, out, why);
}

static void
on_state(sqlite3_stmt *row, void *arg)
{
	uint64_t *counts = arg;
	enum sending_state state;

	if (sending_state_parse(db_column_text(row, 0), &state) == ST_OK)
		counts[state] = db_column_count(row, 1);
}

enum db_outcome
db_count_sendings(struct db *db, uint64_t counts[SENDING_GIVEN_UP + 1], struct why *why)
{
	memset(counts, 0, (SENDING_GIVEN_UP + 1) * sizeof(counts[0]));
	return db_each(db, select_states, NO_VALUES, on_state, counts, why);
}

/* --- reports -------------------------------------------------------------------------------------- */

struct each_report {
	store_report_fn *fn;
	void *arg;
	bool is_found;
};

/* All but the file. */
static struct stored_report
report_of(sqlite3_stmt *row)
{
	return (struct stored_report){
		.id = db_column_text(row, 0),
		.domain = db_column_text(row, 1),
		.day = db_column_time(row, 2),
		.made = db_column_time(row, 3),
		.record = db_column_text(row, 4),
		.file_name = db_column_text(row, 5),
		.successes = db_column_count(row, 6),
		.failures = db_column_count(row, 7),
		.len = (size_t)db_column_count(row, 8),
	};
}

static void
on_report(sqlite3_stmt *row, void *arg)
{
	const struct each_report *each = arg;
	struct stored_report report = report_of(row);

	each->fn(&report, each->arg);
}

static void
on_whole_report(sqlite3_stmt *row, void *arg)
{
	struct each_report *each = arg;
	struct stored_report report = report_of(row);

	report.bytes = db_column_bytes(row, 9, &report.len);
	each->is_found = true;
	each->fn(&report, each->arg);
}

enum db_outcome
db_show_report(struct db *db, const char *id, store_report_fn *fn, void *arg,
    bool *is_found, struct why *why)
{
	struct each_report each = { fn, arg, false };
	enum db_outcome rc = db_each(
	    db, select_report, VALUES(db_text(id)), on_whole_report, &each, why);

	*is_found = each.is_found;
	return rc;
}

enum db_outcome
db_each_report(struct db *db, const char *domain, time_t day, size_t max,
    store_report_fn *fn, void *arg, struct why *why)
{
	struct each_report each = { fn, arg, false };
	const struct db_value limit = db_number(max), of_domain = db_text(domain),
			      of_day = db_number(day);

	if (domain[0] != '\0' && day != 0)
		return db_each(db, select_reports_of_both,
		    VALUES(limit, of_domain, of_day), on_report, &each, why);
	if (domain[0] != '\0')
		return db_each(db, select_reports_of_domain, VALUES(limit, of_domain),
		    on_report, &each, why);
	if (day != 0)
		return db_each(db, select_reports_of_day, VALUES(limit, of_day),
		    on_report, &each, why);
	return db_each(db, select_reports, VALUES(limit), on_report, &each, why);
}
