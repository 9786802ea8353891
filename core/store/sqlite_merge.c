/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <unistd.h>

#include "store/sqlite_db.h"

static const char select_last[] = "select merge from journal";
static const char put_position[] =
    "insert or replace into journal(id, merge, segment, place) values(1, ?1, ?2, ?3)";

static const char select_clients[] = "select clients from tally_day where day = ?1";
static const char add_client[] =
    "insert into tally_day(day, domains, open, successes, failures, clients)"
    " values(?1, 0, 0, 0, 0, 1) on conflict(day) do update set clients = clients + 1";
static const char add_inbound[] =
    "update tally_inbound set count = count + ?6 where day = ?1 and client = ?2"
    " and version = ?3 and cipher = ?4 and verified = ?5";
static const char put_inbound[] =
    "insert into tally_inbound(day, client, version, cipher, verified, count)"
    " values(?1, ?2, ?3, ?4, ?5, ?6)"
    " on conflict(day, client, version, cipher, verified)"
    " do update set count = count + ?6";

static const char put_record[] =
    "insert or replace into tally_record(day, domain, record) values(?1, ?2, ?3)";
static const char put_waiting[] =
    "insert or replace into waiting(id, kind, accepted, bytes) values(?1, ?2, ?3, ?4)";
static const char settle[] = "delete from waiting where id = ?1";

/* --- inbound ------------------------------------------------------------------------------------ */

/* With sql one of add_inbound and put_inbound. */
static enum db_outcome
run_inbound(struct db *db, const char *sql, const struct tally_inbound *in,
    const char *client, struct why *why)
{
	return db_do(db, sql,
	    VALUES(db_number(in->day), db_text(client), db_text(in->version),
		db_text(in->cipher), db_text(in->verified), db_number(in->count)),
	    why);
}

static enum db_outcome
merge_inbound(struct db *db, const struct tally_inbound *in, struct why *why)
{
	uint64_t rows = 0;
	enum db_outcome rc = run_inbound(db, add_inbound, in, in->client, why);

	if (rc != DB_OK || sqlite3_changes(db->handle) > 0)
		return rc;
	rc = db_each(
	    db, select_clients, VALUES(db_number(in->day)), db_on_count, &rows, why);
	if (rc == DB_OK && rows >= TALLY_INBOUND_MAX)
		return run_inbound(db, put_inbound, in, "", why);
	if (rc == DB_OK)
		rc = db_do(db, add_client, VALUES(db_number(in->day)), why);
	return rc == DB_OK ? run_inbound(db, put_inbound, in, in->client, why) : rc;
}

/* --- records, and what waits -------------------------------------------------------------------- */

static enum db_outcome
merge_record(struct db *db, const struct tally_record *r, struct why *why)
{
	return db_do(db, put_record,
	    VALUES(db_number(r->day), db_text(r->domain), db_text(r->record)), why);
}

static enum db_outcome
merge_waiting(struct db *db, const struct tally_waiting *w, struct why *why)
{
	return db_do(db, put_waiting,
	    VALUES(db_number(w->id), db_number(w->kind), db_number(w->when),
		db_bytes(w->bytes, w->len)),
	    why);
}

/* --- all of it ------------------------------------------------------------------------------------ */

static enum db_outcome
merge_all(struct db *db, const struct merge *m, struct why *why)
{
	enum db_outcome rc = db_merge_tallies(db, m->tallies, m->tally_count, why);
	size_t i;

	for (i = 0; rc == DB_OK && i < m->inbound_count; i++)
		rc = merge_inbound(db, &m->inbound[i], why);
	for (i = 0; rc == DB_OK && i < m->record_count; i++)
		rc = merge_record(db, &m->records[i], why);
	for (i = 0; rc == DB_OK && i < m->waiting_count; i++)
		rc = merge_waiting(db, &m->waiting[i], why);
	for (i = 0; rc == DB_OK && i < m->settled_count; i++)
		rc = db_do(db, settle, VALUES(db_number(m->settled[i])), why);
	return rc;
}

/* What the database says of the journal must be in the journal, also after a power cut. */
static enum db_outcome
sync_journal(const struct merge *m, struct why *why)
{
	if (m->sync_fd == -1 || fdatasync(m->sync_fd) == 0)
		return DB_OK;
	why_set(why, "cannot sync the journal: %s", strerror(errno));
	return DB_FAILED;
}

/*
 * Counts are added, so never twice: a commit that failed (fsync) may yet be found in the log when the database is
 * opened again.  The number of the merge tells.
 */
static bool
is_merged(struct merge_change *c, uint64_t last)
{
	if (c->number == 0)
		c->number = last + 1;
	return c->number <= last;
}

enum db_outcome
db_merge(struct db *db, struct change *c, struct why *why)
{
	const struct merge *m = &c->merge.merge;
	uint64_t last = 0;
	enum db_outcome rc = sync_journal(m, why);

	if (rc == DB_OK)
		rc = db_each(db, select_last, NO_VALUES, db_on_count, &last, why);
	if (rc != DB_OK || is_merged(&c->merge, last))
		return rc;
	rc = merge_all(db, m, why);
	if (rc != DB_OK)
		return rc;
	return db_do(db, put_position,
	    VALUES(db_number(c->merge.number), db_number(m->position.segment),
		db_number(m->position.offset)),
	    why);
}
