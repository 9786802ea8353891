/*
 * A second connection, which only reads.  SPDX-License-Identifier: ISC
 *
 * For the thread that asks.  Readers of a write-ahead log see what was committed last and wait for no writer.
 */
#ifndef HOPSEAL_STORE_READER_H
#define HOPSEAL_STORE_READER_H

#include "store/sqlite.h"
#include "store/writer.h"

struct reader {
	const char *folder;    /* borrowed */
	struct writer *writer; /* of the same database; NULL: some other process's */
	struct db *db;         /* NULL: not open */
	unsigned generation;   /* of db */
	unsigned users;        /* calls under way: one row's function may read, too */
	bool is_broken;        /* to be closed before the next one */
	bool is_failing;       /* and said so */
};

/*
 * Open when first used, and again after a failure or when there is a new database.  *out is NULL unless DB_OK.
 * reader_end() follows in any case.
 */
MUST_CHECK enum db_outcome reader_open(
    struct reader *r, struct db **out, struct why *why);

/* What came of using it: ST_OK; ST_TOO_BIG, it was stopped; or ST_IO, logged on change. */
MUST_CHECK enum status reader_end(
    struct reader *r, enum db_outcome rc, const struct why *why);

void reader_close(struct reader *r);

#endif
