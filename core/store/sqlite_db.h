/*
 * What sqlite.c and sqlite_rows.c share; for them only, because it names SQLite's types.
 * SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_STORE_SQLITE_DB_H
#define HOPSEAL_STORE_SQLITE_DB_H

#include <sqlite3.h>

#include "store/change.h"
#include "store/sqlite.h"

struct db {
	sqlite3 *handle;
	sqlite3_stmt *writes[CHANGE_KINDS]; /* prepared when first used */
};

/* What the last call on this connection failed of: in words, and what it means. */
enum db_outcome db_fail(sqlite3 *handle, struct why *why);

/* Run statements that return nothing of interest. */
MUST_CHECK enum db_outcome db_run(sqlite3 *handle, const char *sql, struct why *why);

#endif
