/*
 * What a store is made of, for store.c, tally.c and outbox.c. SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_STORE_STORE_PARTS_H
#define HOPSEAL_STORE_STORE_PARTS_H

#include "store/reader.h"
#include "store/writer.h"

struct store {
	char *folder;
	struct writer *writer; /* NULL: for reading only */
	struct reader reader;
};

/* Queue a change; a store for reading only forgets it. */
void store_put(struct store *store, struct change *change);

#endif
