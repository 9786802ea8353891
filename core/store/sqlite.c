/* SPDX-License-Identifier: ISC */
#include "store/sqlite.h"

#include <errno.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "store/sqlite_db.h"

#define FILE_NAME      "hopseal.db"
#define ASIDE_NAME     FILE_NAME ".damaged"
#define SCHEMA_VERSION 1
#define BUSY_MS        2000

static const char schema[] =
    "begin immediate;"
    "create table policy("
    " domain text primary key, id text not null, body blob not null,"
    " fetched int not null, expires int not null, used int not null) without rowid;"
    "create table override("
    " domain text not null, with_subdomains int not null,"
    " action text not null, reason text not null,"
    " created int not null, expires int not null,"
    " primary key(domain, with_subdomains)) without rowid;"
    "pragma user_version = 1;"
    "commit";

/* NORMAL in WAL mode: a crash of ours loses nothing, a power cut at most the last commits, and never the
 * database (sqlite.org/wal.html). */
static const char settings[] = "pragma journal_mode = wal;"
			       "pragma synchronous = normal;"
			       "pragma journal_size_limit = 16777216";

/* Without shared memory, for which a full disk has no room: enough to read what is there. */
static const char settings_alone[] = "pragma locking_mode = exclusive";

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

/* --- open ------------------------------------------------------------------------------------- */

/* Freed with free(). */
static char *
path_of(const char *folder, const char *name)
{
	struct strbuf path = STRBUF_INIT;

	strbuf_addf(&path, "%s/%s", folder, name);
	return strbuf_take(&path);
}

/* The first column of the first row of a pragma, as a number and, cut at its size, as text. */
static enum db_outcome
ask(sqlite3 *handle, const char *sql, int *number, struct why *text, struct why *why)
{
	sqlite3_stmt *s = NULL;
	enum db_outcome rc = DB_OK;

	if (sqlite3_prepare_v2(handle, sql, -1, &s, NULL) == SQLITE_OK &&
	    sqlite3_step(s) == SQLITE_ROW) {
		*number = sqlite3_column_int(s, 0);
		why_set(text, "%s", (const char *)sqlite3_column_text(s, 0));
	} else {
		rc = db_fail(handle, why);
	}
	sqlite3_finalize(s);
	return rc;
}

static enum db_outcome
make_schema(sqlite3 *handle, enum db_mode mode, struct why *why)
{
	enum db_outcome rc;
	int version;

	rc = ask(handle, "pragma user_version", &version, NULL, why);
	if (rc != DB_OK)
		return rc;
	if (version > SCHEMA_VERSION) {
		why_set(why, "made by a later version (%d; known is %d)", version,
		    SCHEMA_VERSION);
		return DB_TOO_NEW;
	}
	if (version == SCHEMA_VERSION)
		return DB_OK;
	if (mode == DB_WRITE)
		return db_run(handle, schema, why);
	why_set(why, "an empty database");
	return DB_FAILED;
}

/* One try to open; *out is NULL unless DB_OK. */
static enum db_outcome
open_with(const char *path, enum db_mode mode, const char *pragmas, sqlite3 **out,
    struct why *why)
{
	int flags = mode == DB_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
				     : SQLITE_OPEN_READONLY;
	sqlite3 *handle = NULL;
	enum db_outcome rc = DB_OK;

	*out = NULL;
	if (sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX, NULL) !=
		SQLITE_OK ||
	    sqlite3_busy_timeout(handle, BUSY_MS) != SQLITE_OK)
		rc = db_fail(handle, why);
	if (rc == DB_OK)
		rc = db_run(handle, pragmas, why);
	if (rc == DB_OK)
		rc = make_schema(handle, mode, why);
	if (rc == DB_OK)
		*out = handle;
	else
		sqlite3_close(handle);
	return rc;
}

enum db_outcome
db_open(const char *folder, enum db_mode mode, struct db **out, struct why *why)
{
	char *path = path_of(folder, FILE_NAME);
	sqlite3 *handle;
	enum db_outcome rc;

	*out = NULL;
	if (mode == DB_READ)
		rc = open_with(path, mode, "", &handle, why);
	else
		rc = open_with(path, mode, settings, &handle, why);
	if (rc == DB_FAILED && mode == DB_WRITE)
		rc = open_with(path, mode, settings_alone, &handle, why);
	free(path);
	if (rc == DB_OK) {
		*out = xcalloc(1, sizeof(**out));
		(*out)->handle = handle;
	}
	return rc;
}

void
db_close(struct db *db)
{
	size_t i;

	if (db == NULL)
		return;
	for (i = 0; i < COUNT_OF(db->writes); i++)
		sqlite3_finalize(db->writes[i]);
	sqlite3_close(db->handle);
	free(db);
}

enum db_outcome
db_check(struct db *db, struct why *why)
{
	struct why verdict;
	enum db_outcome rc;
	int number;

	rc = ask(db->handle, "pragma quick_check(1)", &number, &verdict, why);
	if (rc != DB_OK || strcmp(verdict.text, "ok") == 0)
		return rc;
	why_set(why, "%s", verdict.text);
	return DB_DAMAGED;
}

/* A file that is not there is as good as renamed. */
static enum status
rename_in(const char *folder, const char *from, const char *to, struct why *why)
{
	char *old = path_of(folder, from), *new = path_of(folder, to);
	enum status rc = ST_OK;

	if (rename(old, new) == -1 && errno != ENOENT) {
		why_set(why, "cannot rename %s to %s: %s", old, new, strerror(errno));
		rc = ST_IO;
	}
	free(old);
	free(new);
	return rc;
}

enum status
db_set_aside(const char *folder, struct why *why)
{
	char *shm = path_of(folder, FILE_NAME "-shm");
	enum status rc;

	/* The log first: without its database it is of no use, and must not meet the next one. */
	rc = rename_in(folder, FILE_NAME "-wal", ASIDE_NAME "-wal", why);
	if (rc == ST_OK)
		rc = rename_in(folder, FILE_NAME, ASIDE_NAME, why);
	if (rc == ST_OK && unlink(shm) == -1 && errno != ENOENT) {
		why_set(why, "cannot remove %s: %s", shm, strerror(errno));
		rc = ST_IO;
	}
	if (rc == ST_OK)
		why_set(why, "%s/%s", folder, ASIDE_NAME);
	free(shm);
	return rc;
}
