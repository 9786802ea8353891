/*
 * What the files sqlite*.c share; for them only, because it names SQLite's types. SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_STORE_SQLITE_DB_H
#define HOPSEAL_STORE_SQLITE_DB_H

#include <sqlite3.h>

#include "store/change.h"
#include "store/sqlite.h"

/* One of our constants, prepared. */
struct db_statement {
	const char *sql;
	sqlite3_stmt *prepared;
};

#define DB_STATEMENTS_MAX 64

struct db {
	sqlite3 *handle;
	bool is_alone;                                     /* as db_is_alone() says */
	bool has_wide_cache;                               /* it writes */
	struct db_statement statements[DB_STATEMENTS_MAX]; /* those used so far */
	size_t statement_count;
};

/* --- statements (sqlite_statement.c) ------------------------------------------------------------ */

/* What the last call on this connection failed of: in words, and what it means. */
enum db_outcome db_fail(sqlite3 *handle, struct why *why);

/* Run statements without values that return nothing of interest. */
MUST_CHECK enum db_outcome db_run(sqlite3 *handle, const char *sql, struct why *why);

/* A value for the next place of a statement; bytes and texts are borrowed. */
struct db_value {
	enum { DB_NUMBER, DB_TEXT, DB_BYTES } kind;
	int64_t number;
	const void *bytes;
	size_t len;
};

static inline struct db_value
db_number(int64_t number)
{
	return (struct db_value){ .kind = DB_NUMBER, .number = number };
}

static inline struct db_value
db_text(const char *text)
{
	return (struct db_value){ .kind = DB_TEXT, .bytes = text };
}

static inline struct db_value
db_bytes(const void *bytes, size_t len)
{
	return (struct db_value){ .kind = DB_BYTES, .bytes = bytes, .len = len };
}

/* Two arguments of the functions below: VALUES(db_text(name), db_number(1)). */
#define VALUES(...)                                                                    \
	(const struct db_value[]){ __VA_ARGS__ },                                      \
	    COUNT_OF(((const struct db_value[]){ __VA_ARGS__ }))
#define NO_VALUES NULL, 0

/* Run one of our constants, prepared once for each connection, for its effect: see sqlite3_changes(). */
MUST_CHECK enum db_outcome db_do(struct db *db, const char *sql,
    const struct db_value *values, size_t count, struct why *why);

/* The same for its rows: fn for each of them, which runs no statement of the same text. */
typedef void db_row_fn(sqlite3_stmt *row, void *arg);
MUST_CHECK enum db_outcome db_each(struct db *db, const char *sql,
    const struct db_value *values, size_t count, db_row_fn *fn, void *arg,
    struct why *why);

/* Columns of a row, which live until fn returns: never NULL. */
const char *db_column_text(sqlite3_stmt *row, int column);
const void *db_column_bytes(sqlite3_stmt *row, int column, size_t *len);
uint64_t db_column_count(sqlite3_stmt *row, int column);
time_t db_column_time(sqlite3_stmt *row, int column);

/* Row functions for one value: into the uint64_t or time_t that arg points to. */
db_row_fn db_on_count, db_on_time;

/* --- the schema (sqlite_schema.c) --------------------------------------------------------------- */

/* Bring the schema up to this version's; with DB_READ only see whether some of it can be read. */
MUST_CHECK enum db_outcome db_make_schema(
    sqlite3 *handle, enum db_mode mode, struct why *why);

/* Whether all of it can be: DB_FAILED and why, for somebody who only reads one that nobody has brought up to date. */
MUST_CHECK enum db_outcome db_check_schema(sqlite3 *handle, struct why *why);

/* The first column of the first row of a pragma, as a number and, cut at its size, as text (NULL: not wanted). */
MUST_CHECK enum db_outcome db_ask(sqlite3 *handle, const char *pragma, int *number,
    struct why *text, struct why *why);

/* --- writing one change, inside a transaction ---------------------------------------------------- */

typedef enum db_outcome db_write_fn(struct db *db, struct change *c, struct why *why);

/* sqlite_rows.c */
db_write_fn db_put_policy, db_drop_policy, db_put_override, db_drop_override;
/* sqlite_merge.c, and the part of it in sqlite_tally.c */
db_write_fn db_merge;
MUST_CHECK enum db_outcome db_merge_tallies(
    struct db *db, const struct tally *tallies, size_t count, struct why *why);
/* sqlite_outbox.c */
db_write_fn db_put_report, db_put_sending, db_put_sent, db_resend;
/* sqlite_received.c */
db_write_fn db_put_received;
/* sqlite_watched.c */
db_write_fn db_put_watch, db_drop_watch;
/* sqlite_write.c */
db_write_fn db_forget;

#endif
