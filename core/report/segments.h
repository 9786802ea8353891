/*
 * The journal's files in their folder.  SPDX-License-Identifier: ISC
 *
 * "events.N"; N is never used again, so a new one is one more than the greatest that is there, and the greatest is never
 * deleted.
 */
#ifndef HOPSEAL_REPORT_SEGMENTS_H
#define HOPSEAL_REPORT_SEGMENTS_H

#include <stdint.h>

#include "base/status.h"

struct segments {
	char *folder;
	int fd;
};

/* ST_OK; ST_IO: no such folder, with why. */
MUST_CHECK enum status segments_open(
    const char *folder, struct segments *out, struct why *why);
void segments_close(struct segments *segments);

/* The least number that is there, of those from this one on; the greatest, up to this one.  0: none. */
uint64_t segments_first(const struct segments *segments, uint64_t from);
uint64_t segments_last(const struct segments *segments, uint64_t to);

/* As openat().  -1 with errno. */
int segments_file(const struct segments *segments, uint64_t number, int flags);

/* Its bytes; 0 when it cannot be seen. */
uint64_t segments_size(const struct segments *segments, uint64_t number);

void segments_delete(const struct segments *segments, uint64_t number);

/* Into why: "FOLDER/events.N: what: errno in words". */
void segments_fault(const struct segments *segments, uint64_t number, const char *what,
    struct why *why);

#endif
