/* SPDX-License-Identifier: ISC */
#include "store/sqlite_db.h"

static const char select_watches[] =
    "select domain, outcome, told, since, looked, sure from watch order by domain";
static const char select_findings[] =
    "select domain, stage, is_told, level, word, about, seen, why, remedy, since, last"
    " from watch_finding order by domain, number";

static const char put_watch[] =
    "insert or replace into watch(domain, outcome, told, since, looked, sure)"
    " values(?1, ?2, ?3, ?4, ?5, ?6)";
static const char put_finding[] =
    "insert into watch_finding(domain, number, stage, is_told, level, word, about, seen,"
    " why, remedy, since, last)"
    " values(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
static const char drop_watch[] = "delete from watch where domain = ?1";
static const char drop_findings[] = "delete from watch_finding where domain = ?1";

/* --- read ------------------------------------------------------------------------------------- */

struct each_watch {
	store_watch_fn *fn;
	void *arg;
};

static void
on_watch(sqlite3_stmt *row, void *arg)
{
	const struct each_watch *each = arg;
	const char *name = db_column_text(row, 0);
	struct domain domain;
	struct stored_watch w = {
		.domain = &domain,
		.outcome = db_column_text(row, 1),
		.told = db_column_text(row, 2),
		.since = db_column_time(row, 3),
		.looked = db_column_time(row, 4),
		.sure = db_column_time(row, 5),
	};

	if (domain_parse(name, strlen(name), &domain, NULL) == ST_OK)
		each->fn(&w, each->arg);
}

enum db_outcome
db_each_watch(struct db *db, store_watch_fn *fn, void *arg, struct why *why)
{
	struct each_watch each = { fn, arg };

	return db_each(db, select_watches, NO_VALUES, on_watch, &each, why);
}

struct each_finding {
	store_finding_fn *fn;
	void *arg;
};

static void
on_finding(sqlite3_stmt *row, void *arg)
{
	const struct each_finding *each = arg;
	struct stored_finding f = {
		.domain = db_column_text(row, 0),
		.stage = db_column_text(row, 1),
		.is_told = sqlite3_column_int(row, 2) != 0,
		.level = db_column_text(row, 3),
		.word = db_column_text(row, 4),
		.about = db_column_text(row, 5),
		.seen = db_column_text(row, 6),
		.why = db_column_text(row, 7),
		.remedy = db_column_text(row, 8),
		.since = db_column_time(row, 9),
		.last = db_column_time(row, 10),
	};

	each->fn(&f, each->arg);
}

enum db_outcome
db_each_finding(struct db *db, store_finding_fn *fn, void *arg, struct why *why)
{
	struct each_finding each = { fn, arg };

	return db_each(db, select_findings, NO_VALUES, on_finding, &each, why);
}

/* --- write ------------------------------------------------------------------------------------ */

static enum db_outcome
insert_finding(struct db *db, const struct stored_watch *w, size_t i, struct why *why)
{
	const struct stored_finding *f = &w->findings[i];

	return db_do(db, put_finding,
	    VALUES(db_text(w->domain->text), db_number((int64_t)i), db_text(f->stage),
		db_number(f->is_told), db_text(f->level), db_text(f->word),
		db_text(f->about), db_text(f->seen), db_text(f->why),
		db_text(f->remedy), db_number(f->since), db_number(f->last)),
	    why);
}

enum db_outcome
db_put_watch(struct db *db, struct change *c, struct why *why)
{
	const struct stored_watch *w = &c->watch;
	enum db_outcome rc;
	size_t i;

	rc = db_do(db, put_watch,
	    VALUES(db_text(w->domain->text), db_text(w->outcome), db_text(w->told),
		db_number(w->since), db_number(w->looked), db_number(w->sure)),
	    why);
	if (rc == DB_OK)
		rc = db_do(db, drop_findings, VALUES(db_text(w->domain->text)), why);
	for (i = 0; rc == DB_OK && i < w->count; i++)
		rc = insert_finding(db, w, i, why);
	return rc;
}

enum db_outcome
db_drop_watch(struct db *db, struct change *c, struct why *why)
{
	enum db_outcome rc =
	    db_do(db, drop_watch, VALUES(db_text(c->domain.text)), why);

	if (rc == DB_OK)
		rc = db_do(db, drop_findings, VALUES(db_text(c->domain.text)), why);
	return rc;
}
