/*
 * One line a minute, however often it happens.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_BASE_RATION_H
#define HOPSEAL_BASE_RATION_H

#include <stdbool.h>
#include <stdint.h>

#define RATION_MS 60000

/* Starts as zeros. */
struct ration {
	int64_t next_ms; /* before it nothing is said */
	unsigned kept;   /* what was not said since */
};

/*
 * Whether to log now; *kept is how many times it happened since the last line without
 * being told.  Counts it otherwise.
 */
static inline bool
ration_allows(struct ration *r, int64_t now_ms, unsigned *kept)
{
	if (r->next_ms != 0 && now_ms < r->next_ms) {
		r->kept++;
		return false;
	}
	*kept = r->kept;
	r->kept = 0;
	r->next_ms = now_ms + RATION_MS;
	return true;
}

#endif
