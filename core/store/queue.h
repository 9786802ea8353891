/*
 * Changes that wait to be written.  SPDX-License-Identifier: ISC
 *
 * Of those that may be lost at most one waits for any row: a later one takes its place.  When the database cannot be
 * written for long, the oldest of them are given up, and never another.  Not locked: that is for the owner to do.
 */
#ifndef HOPSEAL_STORE_QUEUE_H
#define HOPSEAL_STORE_QUEUE_H

#include <stddef.h>
#include <stdint.h>

#include "store/change.h"

struct queue {
	struct list changes;     /* oldest first */
	struct list may_be_lost; /* those of them, oldest first */
	struct map by_row;       /* the same */
	size_t count, bytes;
	uint64_t dropped;
};

void queue_init(struct queue *q);
void queue_clear(struct queue *q);

/* Add a change, which the queue then owns. */
void queue_put(struct queue *q, struct change *c);

/* Move the oldest changes, at most max of them, into the list batch, which is made for it. */
size_t queue_take(struct queue *q, size_t max, struct list *batch);

/* Take back what could not be written; what a waiting change has made void is freed. */
void queue_put_back(struct queue *q, struct list *batch);

/* Take out the merge that waits, of which there is at most one; NULL: there is none. */
struct change *queue_take_merge(struct queue *q);

/* Free the changes of a batch. */
void batch_clear(struct list *batch);

#endif
