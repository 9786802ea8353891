/* SPDX-License-Identifier: ISC */
#include "store/sqlite_db.h"

#define ROW_BYTES                                                                      \
	1000 /* what a row counts for: few octets, but all of them are added up at once */

static const char put_received[] =
    "insert or ignore into received(submitter, organization, contact, report_id, domain,"
    " begins, ends, arrived, successes, failures, size, bytes)"
    " values(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
static const char put_policy[] =
    "insert into received_policy(report, domain, type, successes, failures)"
    " values(?1, ?2, ?3, ?4, ?5) on conflict(report, domain, type) do update"
    " set successes = successes + excluded.successes,"
    " failures = failures + excluded.failures";
static const char put_failure[] =
    "insert into received_failure(report, type, host, address, result, code, count)"
    " values(?1, ?2, ?3, ?4, ?5, ?6, ?7)"
    " on conflict(report, type, host, address, result, code) do update"
    " set count = count + excluded.count";
static const char count_duplicate[] =
    "update received_sum set duplicates = duplicates + 1";
static const char drop_oldest[] =
    "delete from received where number = (select min(number) from received)"
    " and exists (select 1 from received_sum where reports > ?1 or bytes > ?2)";
static const char count_dropped[] = "update received_sum set dropped = dropped + 1";

static uint64_t
size_of(const struct stored_received *r)
{
	return r->len + (1 + r->policy_count + r->detail_count) * ROW_BYTES;
}

static enum db_outcome
put_report(struct db *db, const struct stored_received *r, struct why *why)
{
	return db_do(db, put_received,
	    VALUES(db_text(r->submitter), db_text(r->organization), db_text(r->contact),
		db_text(r->report_id), db_text(r->domain), db_number(r->begin),
		db_number(r->end), db_number(r->received), db_number(r->successes),
		db_number(r->failures), db_number(size_of(r)),
		db_bytes(r->bytes, r->len)),
	    why);
}

static enum db_outcome
put_rows(struct db *db, const struct stored_received *r, struct why *why)
{
	sqlite3_int64 report = sqlite3_last_insert_rowid(db->handle);
	enum db_outcome rc = DB_OK;
	size_t i;

	for (i = 0; rc == DB_OK && i < r->policy_count; i++) {
		const struct received_policy *p = &r->policies[i];

		rc = db_do(db, put_policy,
		    VALUES(db_number(report), db_text(p->domain), db_text(p->type),
			db_number(p->successes), db_number(p->failures)),
		    why);
	}
	for (i = 0; rc == DB_OK && i < r->detail_count; i++) {
		const struct received_failure *d = &r->details[i];

		rc = db_do(db, put_failure,
		    VALUES(db_number(report), db_text(d->type), db_text(d->host),
			db_text(d->address), db_text(d->result), db_text(d->code),
			db_number(d->count)),
		    why);
	}
	return rc;
}

/* Until what is kept is within its bounds. */
static enum db_outcome
make_room(struct db *db, struct why *why)
{
	enum db_outcome rc;

	for (;;) {
		rc = db_do(db, drop_oldest,
		    VALUES(db_number(RECEIVED_MAX), db_number(RECEIVED_BYTES_MAX)),
		    why);
		if (rc != DB_OK || sqlite3_changes(db->handle) == 0)
			return rc;
		rc = db_do(db, count_dropped, NO_VALUES, why);
		if (rc != DB_OK)
			return rc;
	}
}

enum db_outcome
db_put_received(struct db *db, struct change *c, struct why *why)
{
	const struct stored_received *r = &c->received;
	enum db_outcome rc = put_report(db, r, why);

	if (rc == DB_OK && sqlite3_changes(db->handle) == 0)
		return db_do(db, count_duplicate, NO_VALUES, why);
	if (rc == DB_OK)
		rc = put_rows(db, r, why);
	return rc == DB_OK ? make_room(db, why) : rc;
}
