/*
 * Changes that wait to be written.  SPDX-License-Identifier: ISC
 *
 * At most one change waits for any row: a later one takes its place.  When the database cannot be
 * written for long, the oldest changes are given up.  Not locked: that is for the owner to do.
 */
#ifndef HOPSEAL_STORE_QUEUE_H
#define HOPSEAL_STORE_QUEUE_H

#include <stddef.h>
#include <stdint.h>

#include "store/change.h"

struct queue {
	struct list changes; /* oldest first */
	struct map by_row;
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

/* Free the changes of a batch. */
void batch_clear(struct list *batch);

#endif
