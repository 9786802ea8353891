/* SPDX-License-Identifier: ISC */
#include "store/sqlite_db.h"

#define SELECT_RECEIVED                                                                \
	"select number, submitter, organization, contact, report_id, domain, begins,"  \
	" ends, arrived, successes, failures, length(bytes)"
/* What a struct received_filter lets through. */
#define FILTERED                                                                       \
	" where ends >= ?1 and (?2 = '' or domain = ?2 or exists (select 1 from"       \
	" received_policy as about where about.report = number and about.domain = ?2))"

static const char select_received[] = SELECT_RECEIVED
    " from received" FILTERED " order by ends desc, number desc limit ?3";
static const char select_one[] =
    SELECT_RECEIVED ", bytes from received where number = ?1";

static const char select_senders[] =
    "select organization, submitter, count(*), sum(successes), sum(failures),"
    " min(begins), max(ends) from received" FILTERED
    " group by organization, submitter order by sum(failures) desc,"
    " sum(successes) desc, organization, submitter limit ?3";

#define JOINED(table)                                                                  \
	" from " table " as row join (select number, organization, begins, ends"       \
	" from received" FILTERED ") on number = row.report"
static const char select_policies[] =
    "select row.domain, type, sum(successes), sum(failures)" JOINED(
	"received_policy") " group by row.domain, type"
			   " order by sum(failures) desc, row.domain, type limit ?3";
static const char select_failures[] =
    "select type, host, result, code, sum(count), organization, min(begins), max(ends)" JOINED(
	"received_failure") " group by type, host, result, code, organization"
			    " order by sum(count) desc, type, host, result, code, organization limit ?3";

static const char select_sums[] =
    "select reports, bytes, duplicates, dropped from received_sum";

/* --- reports ------------------------------------------------------------------------------------ */

struct each_received {
	store_received_fn *fn;
	void *arg;
	bool is_found;
};

static struct stored_received
received_of(sqlite3_stmt *row)
{
	return (struct stored_received){
		.number = db_column_count(row, 0),
		.submitter = db_column_text(row, 1),
		.organization = db_column_text(row, 2),
		.contact = db_column_text(row, 3),
		.report_id = db_column_text(row, 4),
		.domain = db_column_text(row, 5),
		.begin = db_column_time(row, 6),
		.end = db_column_time(row, 7),
		.received = db_column_time(row, 8),
		.successes = db_column_count(row, 9),
		.failures = db_column_count(row, 10),
		.len = (size_t)db_column_count(row, 11),
	};
}

static void
on_received(sqlite3_stmt *row, void *arg)
{
	const struct each_received *each = arg;
	struct stored_received received = received_of(row);

	each->fn(&received, each->arg);
}

static void
on_whole(sqlite3_stmt *row, void *arg)
{
	struct each_received *each = arg;
	struct stored_received received = received_of(row);

	received.bytes = db_column_bytes(row, 12, &received.len);
	each->is_found = true;
	each->fn(&received, each->arg);
}

enum db_outcome
db_each_received(struct db *db, const struct received_filter *filter, size_t max,
    store_received_fn *fn, void *arg, struct why *why)
{
	struct each_received each = { fn, arg, false };

	return db_each(db, select_received,
	    VALUES(db_number(filter->from), db_text(filter->domain), db_number(max)),
	    on_received, &each, why);
}

enum db_outcome
db_show_received(struct db *db, uint64_t number, store_received_fn *fn, void *arg,
    bool *is_found, struct why *why)
{
	struct each_received each = { fn, arg, false };
	enum db_outcome rc = db_each(
	    db, select_one, VALUES(db_number((int64_t)number)), on_whole, &each, why);

	*is_found = each.is_found;
	return rc;
}

/* --- sums ---------------------------------------------------------------------------------------- */

struct each_sender {
	store_sender_fn *fn;
	void *arg;
};

static void
on_sender(sqlite3_stmt *row, void *arg)
{
	const struct each_sender *each = arg;
	struct received_sender sender = {
		.organization = db_column_text(row, 0),
		.submitter = db_column_text(row, 1),
		.reports = db_column_count(row, 2),
		.successes = db_column_count(row, 3),
		.failures = db_column_count(row, 4),
		.begin = db_column_time(row, 5),
		.end = db_column_time(row, 6),
	};

	each->fn(&sender, each->arg);
}

enum db_outcome
db_each_received_sender(struct db *db, const struct received_filter *filter, size_t max,
    store_sender_fn *fn, void *arg, struct why *why)
{
	struct each_sender each = { fn, arg };

	return db_each(db, select_senders,
	    VALUES(db_number(filter->from), db_text(filter->domain), db_number(max)),
	    on_sender, &each, why);
}

struct each_policy {
	store_received_policy_fn *fn;
	void *arg;
};

static void
on_policy(sqlite3_stmt *row, void *arg)
{
	const struct each_policy *each = arg;
	struct received_policy policy = {
		.domain = db_column_text(row, 0),
		.type = db_column_text(row, 1),
		.successes = db_column_count(row, 2),
		.failures = db_column_count(row, 3),
	};

	each->fn(&policy, each->arg);
}

enum db_outcome
db_each_received_policy(struct db *db, const struct received_filter *filter, size_t max,
    store_received_policy_fn *fn, void *arg, struct why *why)
{
	struct each_policy each = { fn, arg };

	return db_each(db, select_policies,
	    VALUES(db_number(filter->from), db_text(filter->domain), db_number(max)),
	    on_policy, &each, why);
}

struct each_failure {
	store_received_failure_fn *fn;
	void *arg;
};

static void
on_failure(sqlite3_stmt *row, void *arg)
{
	const struct each_failure *each = arg;
	struct received_failure failure = {
		.type = db_column_text(row, 0),
		.host = db_column_text(row, 1),
		.address = "",
		.result = db_column_text(row, 2),
		.code = db_column_text(row, 3),
		.count = db_column_count(row, 4),
		.organization = db_column_text(row, 5),
		.begin = db_column_time(row, 6),
		.end = db_column_time(row, 7),
	};

	each->fn(&failure, each->arg);
}

enum db_outcome
db_each_received_failure(struct db *db, const struct received_filter *filter,
    size_t max, store_received_failure_fn *fn, void *arg, struct why *why)
{
	struct each_failure each = { fn, arg };

	return db_each(db, select_failures,
	    VALUES(db_number(filter->from), db_text(filter->domain), db_number(max)),
	    on_failure, &each, why);
}

static void
on_sums(sqlite3_stmt *row, void *arg)
{
	*(struct received_sums *)arg = (struct received_sums){
		.reports = db_column_count(row, 0),
		.bytes = db_column_count(row, 1),
		.duplicates = db_column_count(row, 2),
		.dropped = db_column_count(row, 3),
	};
}

enum db_outcome
db_received_sums(struct db *db, struct received_sums *out, struct why *why)
{
	*out = (struct received_sums){ .reports = 0 };
	return db_each(db, select_sums, NO_VALUES, on_sums, out, why);
}
