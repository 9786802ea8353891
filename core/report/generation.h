/*
 * Counts of a moment: what one merge will write.  SPDX-License-Identifier: ISC
 *
 * Cells are found by their content.  A generation grows in the loop's thread, is frozen, lent to the store, and freed.
 */
#ifndef HOPSEAL_REPORT_GENERATION_H
#define HOPSEAL_REPORT_GENERATION_H

#include "report/journal.h"
#include "store/tally.h"

struct generation;

struct generation *generation_new(void);
void generation_free(struct generation *generation); /* NULL is fine */

/* Distinct cells, and the octets they take. */
size_t generation_count(const struct generation *generation);
size_t generation_bytes(const struct generation *generation);

/* Add a session, or a number of them, to a cell and its details; all is copied. */
void generation_add(struct generation *generation, const struct tally *tally);
void generation_add_inbound(
    struct generation *generation, const struct tally_inbound *inbound);

/* A later record of the same day and domain takes the place of an earlier one. */
void generation_note(struct generation *generation, const struct tally_record *record);

void generation_wait(
    struct generation *generation, const struct tally_waiting *waiting);
/* It was counted: of a generation in which it began to wait, nothing of it remains. */
void generation_settle(struct generation *generation, uint64_t id);

/* Show all that was added as a merge without position; nothing can be added any more.  It borrows. */
void generation_freeze(struct generation *generation, struct merge *out);

#endif
