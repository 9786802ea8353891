/*
 * The thread that owns the database.  SPDX-License-Identifier: ISC
 *
 * It takes changes from one queue and writes them in batches; what fails is tried again.  A damaged database is
 * replaced by an empty one.
 */
#ifndef HOPSEAL_STORE_WRITER_H
#define HOPSEAL_STORE_WRITER_H

#include "store/change.h"
#include "store/sqlite.h"

struct writer;

/* As store_open(), store_start(), store_close(), store_state(), store_flush() say; NULL is fine for the third. */
MUST_CHECK enum status writer_open(
    const char *folder, struct writer **out, struct why *why);
MUST_CHECK enum status writer_start(struct writer *w, struct why *why);
void writer_close(struct writer *w);
void writer_state(struct writer *w, struct store_state *out);
bool writer_flush(struct writer *w);

/* The database, for the caller's thread until the writer is started; NULL: it could not be opened. */
struct db *writer_db(struct writer *w);

/* Take a change, which is freed when it is written; then its done runs, in the writer's thread, without locks. */
void writer_put(struct writer *w, struct change *change);

/* As store_merge_cancel() says. */
void writer_cancel_merge(struct writer *w);

/* Whether so much waits that makers should pause. */
bool writer_is_busy(struct writer *w);

/* Counts the databases: another number, another file under the same name. */
unsigned writer_generation(struct writer *w);

/* Somebody has found this one to be damaged. */
void writer_replace(struct writer *w, unsigned generation, const struct why *why);

#endif
