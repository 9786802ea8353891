/* SPDX-License-Identifier: ISC */
#include <assert.h>

#include "store/sqlite_db.h"

/* --- errors ----------------------------------------------------------------------------------- */

static enum db_outcome
outcome_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return DB_OK;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return DB_DAMAGED;
	case SQLITE_INTERRUPT:
		return DB_STOPPED;
	default:
		return DB_FAILED;
	}
}

enum db_outcome
db_fail(sqlite3 *handle, struct why *why)
{
	int rc = sqlite3_errcode(handle);

	/* Only these two set errno. */
	if ((rc & 0xff) == SQLITE_IOERR || (rc & 0xff) == SQLITE_CANTOPEN)
		why_set(why, "%s: %s", sqlite3_errmsg(handle),
		    strerror(sqlite3_system_errno(handle)));
	else
		why_set(why, "%s", sqlite3_errmsg(handle));
	return outcome_of(rc);
}

enum db_outcome
db_run(sqlite3 *handle, const char *sql, struct why *why)
{
	if (sqlite3_exec(handle, sql, NULL, NULL, NULL) == SQLITE_OK)
		return DB_OK;
	return db_fail(handle, why);
}

enum db_outcome
db_ask(
    sqlite3 *handle, const char *pragma, int *number, struct why *text, struct why *why)
{
	sqlite3_stmt *s = NULL;
	enum db_outcome rc = DB_OK;

	if (sqlite3_prepare_v2(handle, pragma, -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW) {
		*number = sqlite3_column_int(s, 0);
		why_set(text, "%s", (const char *)sqlite3_column_text(s, 0));
	} else {
		rc = db_fail(handle, why);
	}
	sqlite3_finalize(s);
	return rc;
}

/* --- prepared statements ------------------------------------------------------------------------ */

/* Prepared when first used; the same constant is the same statement.  NULL when it cannot be. */
static sqlite3_stmt *
statement(struct db *db, const char *sql)
{
	struct db_statement *new;
	size_t i;

	for (i = 0; i < db->statement_count; i++)
		if (db->statements[i].sql == sql)
			return db->statements[i].prepared;
	assert(db->statement_count < DB_STATEMENTS_MAX);
	new = &db->statements[db->statement_count];
	if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
		&new->prepared, NULL) != SQLITE_OK)
		return NULL;
	new->sql = sql;
	db->statement_count++;
	return new->prepared;
}

static void
bind(sqlite3_stmt *s, int place, const struct db_value *v)
{
	switch (v->kind) {
	case DB_NUMBER:
		sqlite3_bind_int64(s, place, v->number);
		break;
	case DB_TEXT:
		sqlite3_bind_text(s, place, v->bytes, -1, SQLITE_STATIC);
		break;
	case DB_BYTES: /* no octets are octets, too, and not NULL */
		sqlite3_bind_blob64(
		    s, place, v->len > 0 ? v->bytes : "", v->len, SQLITE_STATIC);
		break;
	}
}

/* "no such column" is no reason for a person. */
static enum db_outcome
fail_to_prepare(sqlite3 *handle, struct why *why)
{
	enum db_outcome rc = db_fail(handle, why);
	struct why older;

	if (rc == DB_FAILED && db_check_schema(handle, &older) == DB_FAILED)
		*why = older;
	return rc;
}

enum db_outcome
db_each(struct db *db, const char *sql, const struct db_value *values, size_t count,
    db_row_fn *fn, void *arg, struct why *why)
{
	sqlite3_stmt *s = statement(db, sql);
	enum db_outcome rc = DB_OK;
	size_t i;
	int step;

	if (s == NULL)
		return fail_to_prepare(db->handle, why);
	assert(!sqlite3_stmt_busy(s));
	/* A value that could not be bound is NULL, which the tables refuse. */
	for (i = 0; i < count; i++)
		bind(s, (int)i + 1, &values[i]);
	while ((step = sqlite3_step(s)) == SQLITE_ROW)
		fn(s, arg);
	if (step != SQLITE_DONE)
		rc = db_fail(db->handle, why);
	sqlite3_reset(s);
	sqlite3_clear_bindings(s); /* they were borrowed */
	return rc;
}

static void
no_row(sqlite3_stmt *row, void *arg)
{
	(void)row;
	(void)arg;
}

enum db_outcome
db_do(struct db *db, const char *sql, const struct db_value *values, size_t count,
    struct why *why)
{
	return db_each(db, sql, values, count, no_row, NULL, why);
}

const char *
db_column_text(sqlite3_stmt *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	return text != NULL ? text : "";
}

const void *
db_column_bytes(sqlite3_stmt *row, int column, size_t *len)
{
	const void *bytes = sqlite3_column_blob(row, column);

	*len = (size_t)sqlite3_column_bytes(row, column); /* after it, says SQLite */
	return bytes != NULL ? bytes : "";
}

uint64_t
db_column_count(sqlite3_stmt *row, int column)
{
	return (uint64_t)sqlite3_column_int64(row, column);
}

time_t
db_column_time(sqlite3_stmt *row, int column)
{
	return (time_t)sqlite3_column_int64(row, column);
}

void
db_on_count(sqlite3_stmt *row, void *arg)
{
	*(uint64_t *)arg = db_column_count(row, 0);
}

void
db_on_time(sqlite3_stmt *row, void *arg)
{
	*(time_t *)arg = db_column_time(row, 0);
}
