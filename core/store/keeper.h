/*
 * The database of a folder: opened when that works, replaced by an empty one when it is damaged.
 * SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_STORE_KEEPER_H
#define HOPSEAL_STORE_KEEPER_H

#include <stdatomic.h>

#include "base/list.h"
#include "store/sqlite.h"

/* For one thread at a time, but for the generation, which any may read. */
struct keeper {
	char *folder;
	struct db *db;          /* NULL: not open */
	atomic_uint generation; /* another number: another file under the same name */
};

void keeper_init(struct keeper *k, const char *folder);
void keeper_clear(struct keeper *k);

/* Open or make it, and see whether what a start reads is whole.  DB_OK, DB_FAILED or DB_TOO_NEW. */
MUST_CHECK enum db_outcome keeper_open(struct keeper *k, struct why *why);

/*
 * Write a batch as db_write() does, into a new database when the one there is damaged: known is what is known of that
 * before, DB_OK or, with why, DB_DAMAGED.  DB_OK, DB_FAILED or DB_TOO_NEW: then the next try starts from the files as
 * they are by then.
 */
MUST_CHECK enum db_outcome keeper_write(
    struct keeper *k, enum db_outcome known, const struct list *batch, struct why *why);

#endif
