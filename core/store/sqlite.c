/* SPDX-License-Identifier: ISC */
#include "store/sqlite.h"

#include <errno.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "store/sqlite_db.h"

#define FILE_NAME     "hopseal.db"
#define ASIDE_NAME    FILE_NAME ".damaged"
#define WRITE_BUSY_MS 2000
#define READ_BUSY_MS  100 /* in the loop's thread; readers of a WAL hardly ever wait */

/* NORMAL in WAL mode: a crash of ours loses nothing, a power cut at most the last commits, and never the database
 * (sqlite.org/wal.html). */
static const char settings[] = "pragma journal_mode = wal;"
			       "pragma synchronous = normal;"
			       "pragma journal_size_limit = 16777216";

/* Without shared memory and a newer schema, for which a full disk has no room: enough to read what is there. */
static const char settings_alone[] = "pragma locking_mode = exclusive";

/* --- open ------------------------------------------------------------------------------------- */

/* Freed with free(). */
static char *
path_of(const char *folder, const char *name)
{
	struct strbuf path = STRBUF_INIT;

	strbuf_addf(&path, "%s/%s", folder, name);
	return strbuf_take(&path);
}

/* One try to open; *out is NULL unless DB_OK.  schema: what is wanted of that. */
static enum db_outcome
open_with(const char *path, enum db_mode mode, const char *pragmas, enum db_mode schema,
    sqlite3 **out, struct why *why)
{
	int flags = mode == DB_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
				     : SQLITE_OPEN_READONLY;
	int busy_ms = mode == DB_WRITE ? WRITE_BUSY_MS : READ_BUSY_MS;
	sqlite3 *handle = NULL;
	enum db_outcome rc = DB_OK;

	*out = NULL;
	if (sqlite3_open_v2(path, &handle, flags | SQLITE_OPEN_NOMUTEX, NULL) !=
		SQLITE_OK ||
	    sqlite3_busy_timeout(handle, busy_ms) != SQLITE_OK)
		rc = db_fail(handle, why);
	/* Of the files beside the database none is a reader's to remove: they may be another one's by then. */
	if (mode == DB_READ)
		sqlite3_db_config(
		    handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)NULL);
	if (rc == DB_OK)
		rc = db_run(handle, pragmas, why);
	if (rc == DB_OK)
		rc = db_make_schema(handle, schema, why);
	if (rc == DB_OK)
		*out = handle;
	else
		sqlite3_close(handle);
	return rc;
}

static enum db_outcome
open_for_writing(const char *path, sqlite3 **out, bool *is_alone, struct why *why)
{
	struct why alone = { "" };
	enum db_outcome rc = open_with(path, DB_WRITE, settings, DB_WRITE, out, why);

	if (rc != DB_FAILED)
		return rc;
	rc = open_with(path, DB_WRITE, settings_alone, DB_READ, out, &alone);
	*is_alone = true;
	if (rc != DB_FAILED) /* else the first reason is the true one */
		*why = alone;
	return rc;
}

enum db_outcome
db_open(const char *folder, enum db_mode mode, struct db **out, struct why *why)
{
	char *path = path_of(folder, FILE_NAME);
	struct why fault = { "" };
	bool is_alone = false;
	sqlite3 *handle;
	enum db_outcome rc;

	*out = NULL;
	if (mode == DB_READ)
		rc = open_with(path, mode, "", mode, &handle, &fault);
	else
		rc = open_for_writing(path, &handle, &is_alone, &fault);
	free(path);
	if (rc != DB_OK) {
		why_set(why, "%s", fault.text);
		return rc;
	}
	*out = xcalloc(1, sizeof(**out));
	(*out)->handle = handle;
	(*out)->is_alone = is_alone;
	return DB_OK;
}

bool
db_is_alone(const struct db *db)
{
	return db->is_alone;
}

void
db_close(struct db *db)
{
	size_t i;

	if (db == NULL)
		return;
	for (i = 0; i < db->statement_count; i++)
		sqlite3_finalize(db->statements[i].prepared);
	sqlite3_close(db->handle);
	free(db);
}

/* Whether one pragma finds nothing. */
static enum db_outcome
check_with(struct db *db, const char *pragma, struct why *why)
{
	struct why verdict;
	enum db_outcome rc;
	int number;

	rc = db_ask(db->handle, pragma, &number, &verdict, why);
	if (rc != DB_OK || strcmp(verdict.text, "ok") == 0)
		return rc;
	why_set(why, "%s", verdict.text);
	return DB_DAMAGED;
}

enum db_outcome
db_check(struct db *db, struct why *why)
{
	enum db_outcome rc = check_with(db, "pragma quick_check(policy)", why);

	return rc != DB_OK ? rc : check_with(db, "pragma quick_check(override)", why);
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
