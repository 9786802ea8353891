/*
 * The database behind the store: SQLite.  SPDX-License-Identifier: ISC
 *
 * A second driver offers the same functions.  One thread at a time uses a struct db.
 */
#ifndef HOPSEAL_STORE_SQLITE_H
#define HOPSEAL_STORE_SQLITE_H

#include "base/list.h"
#include "store/store.h"

struct db;

enum db_outcome {
	DB_OK,
	DB_FAILED,  /* disk full, no permission, busy: may be better later */
	DB_DAMAGED, /* never better: db_set_aside() */
	DB_TOO_NEW, /* written by a later version of this program */
};

enum db_mode { DB_WRITE, DB_READ };

/* Open the database in folder; with DB_WRITE make it when it is not there.  *out is NULL unless
 * DB_OK. */
MUST_CHECK enum db_outcome db_open(
    const char *folder, enum db_mode mode, struct db **out, struct why *why);
void db_close(struct db *db); /* NULL is fine */

/* Read all of it and see whether it is whole. */
MUST_CHECK enum db_outcome db_check(struct db *db, struct why *why);

/* Hand every row to fn.  Rows that cannot be what we wrote are left out and counted in a log line. */
MUST_CHECK enum db_outcome db_each_policy(
    struct db *db, store_policy_fn *fn, void *arg, struct why *why);
MUST_CHECK enum db_outcome db_each_override(
    struct db *db, store_override_fn *fn, void *arg, struct why *why);

/* Write a batch of struct change (store/change.h), all of it or nothing. */
MUST_CHECK enum db_outcome db_write(
    struct db *db, const struct list *batch, struct why *why);

/*
 * Rename the files of a closed database, so that a new one can be made and somebody can look at the old one;
 * an earlier one set aside is lost.  why tells the new name, or the error.  ST_OK or ST_IO.
 */
MUST_CHECK enum status db_set_aside(const char *folder, struct why *why);

#endif
