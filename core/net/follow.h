/*
 * Following a log: a file across its rotation, or the journal of systemd.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_NET_FOLLOW_H
#define HOPSEAL_NET_FOLLOW_H

#include <stddef.h>

#include "base/status.h"

#define FOLLOW_JOURNAL  "journal"
#define FOLLOW_LINE_MAX ((size_t)64 * 1024) /* a longer line is passed over */

struct follow;

/* A line without its end; len bytes, not ended by NUL, borrowed for the call. */
typedef void follow_fn(const char *line, size_t len, void *arg);

/*
 * Hand over each line that is written from now on.
 *
 * where   an absolute path, or FOLLOW_JOURNAL
 *
 * A file that is renamed or replaced is read to its end before its successor is opened; one that was cut short is read
 * from its beginning.  One that is not there, or cannot be read, is tried again, and so is a journal that has ended, each
 * with one log line.
 */
struct follow *follow_open(const char *where, follow_fn *fn, void *arg);
void follow_close(struct follow *follow); /* NULL is fine */

#endif
