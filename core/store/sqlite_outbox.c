/* SPDX-License-Identifier: ISC */
#include "store/sqlite_db.h"

static const char put_report[] =
    "insert or ignore into report(id, day, domain, made, record, file_name, successes,"
    " failures, bytes) values(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
static const char put_destination[] =
    "insert into sending(report, uri, next, state, attempts, first, last, detail)"
    " values(?1, ?2, ?3, 'waiting', 0, 0, 0, '')";
static const char close_domain[] = "update tally_domain set is_closed = 1"
				   " where day = ?1 and domain = ?2 and is_closed = 0";
static const char select_newer[] =
    "select count(*) from tally_domain where day = ?1 and domain = ?2"
    " and is_closed = 0 and (successes > ?3 or failures > ?4)";
static const char close_one_of_day[] =
    "update tally_day set open = open - 1 where day = ?1";
static const char put_sending[] =
    "update sending set state = ?2, attempts = ?3, first = ?4, last = ?5, next = ?6,"
    " detail = ?7 where id = ?1";
static const char put_sent[] =
    "update sending set state = 'sent', attempts = attempts + 1, last = ?2, next = 0,"
    " first = iif(first = 0, ?2, first), detail = '' where id = ?1 and state <> 'sent'";
static const char resend[] =
    "update sending set state = 'waiting', attempts = 0, first = 0, last = 0,"
    " next = ?2, detail = '' where report = (select number from report where id = ?1)";

static enum db_outcome
put_destinations(struct db *db, const struct report_change *c, struct why *why)
{
	sqlite3_int64 report = sqlite3_last_insert_rowid(db->handle);
	enum db_outcome rc = DB_OK;
	size_t i;

	for (i = 0; rc == DB_OK && i < c->count; i++)
		rc = db_do(db, put_destination,
		    VALUES(
			db_number(report), db_text(c->uris[i]), db_number(c->next[i])),
		    why);
	return rc;
}

/* A second one for the same day changes nothing: the first may have been sent. */
static enum db_outcome
keep_report(struct db *db, const struct report_change *c, struct why *why)
{
	const struct stored_report *r = &c->report;
	enum db_outcome rc;

	rc = db_do(db, put_report,
	    VALUES(db_text(r->id), db_number(r->day), db_text(r->domain),
		db_number(r->made), db_text(r->record), db_text(r->file_name),
		db_number(r->successes), db_number(r->failures),
		db_bytes(r->bytes, r->len)),
	    why);
	if (rc != DB_OK || sqlite3_changes(db->handle) == 0)
		return rc;
	return put_destinations(db, c, why);
}

/* Whether more was merged since it was made, which must not be left out; one without bytes leaves out all. */
static enum db_outcome
find_newer(
    struct db *db, const struct stored_report *r, uint64_t *found, struct why *why)
{
	*found = 0;
	if (r->len == 0)
		return DB_OK;
	return db_each(db, select_newer,
	    VALUES(db_number(r->day), db_text(r->domain), db_number(r->successes),
		db_number(r->failures)),
	    db_on_count, found, why);
}

enum db_outcome
db_put_report(struct db *db, struct change *c, struct why *why)
{
	const struct stored_report *r = &c->report.report;
	uint64_t newer;
	enum db_outcome rc = find_newer(db, r, &newer, why);

	if (rc != DB_OK || newer > 0)
		return rc;
	if (r->len > 0)
		rc = keep_report(db, &c->report, why);
	if (rc == DB_OK)
		rc = db_do(db, close_domain,
		    VALUES(db_number(r->day), db_text(r->domain)), why);
	if (rc == DB_OK && sqlite3_changes(db->handle) > 0)
		rc = db_do(db, close_one_of_day, VALUES(db_number(r->day)), why);
	return rc;
}

enum db_outcome
db_put_sending(struct db *db, struct change *c, struct why *why)
{
	const struct stored_sending *s = &c->sending;

	return db_do(db, put_sending,
	    VALUES(db_number(s->id), db_text(sending_state_word(s->state)),
		db_number(s->attempts), db_number(s->first), db_number(s->last),
		db_number(s->next), db_text(s->detail)),
	    why);
}

enum db_outcome
db_put_sent(struct db *db, struct change *c, struct why *why)
{
	return db_do(db, put_sent,
	    VALUES(db_number(c->sending.id), db_number(c->sending.last)), why);
}

enum db_outcome
db_resend(struct db *db, struct change *c, struct why *why)
{
	return db_do(db, resend,
	    VALUES(db_text(c->sending.report_id), db_number(c->sending.next)), why);
}
