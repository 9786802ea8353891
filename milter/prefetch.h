/*
 * What the queue will ask for soon.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_MILTER_PREFETCH_H
#define HOPSEAL_MILTER_PREFETCH_H

/*
 * Let the daemon look a next-hop up; nobody waits for it.  A busy queue's next-hops come again and again: one that was
 * asked for within the last few seconds is known.  For any number of threads.  where as client_ask().
 */
void prefetch(const char *where, const char *next_hop);

#endif
