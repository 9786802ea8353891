/*
 * What an earlier life may have left in the datagram socket.  SPDX-License-Identifier: ISC
 *
 * Who is killed after a batch was written to the journal, and before it was taken out of the socket, finds it there
 * again when the socket outlives the process.
 */
#ifndef HOPSEAL_REPORT_LEFTOVER_H
#define HOPSEAL_REPORT_LEFTOVER_H

#include "net/datagram.h"

/* The last datagrams of the journal that are not known to be out of the socket, oldest first; starts as zeros. */
struct leftover {
	size_t count;
	struct datagram items[DATAGRAM_BATCH_MAX]; /* owned */
};

/* Add a copy of the next one; of more than a batch, the oldest cannot be in the socket. */
void leftover_add(struct leftover *leftover, const void *bytes, size_t len);

/* All so far are out. */
void leftover_clear(struct leftover *leftover);

/* How many of the first ones in the socket are in the journal: the longest end of leftover that the batch begins with. */
size_t leftover_match(
    const struct leftover *leftover, const struct datagram *batch, size_t count);

#endif
