/*
 * Reports of others that lie in a folder, taken into the store.  SPDX-License-Identifier: ISC
 *
 * Whoever puts one there (the milter) writes NAME.tmp and renames it to NAME, which he uses once.  It is removed when
 * the store has it on the disk; what is no report is moved into the folder INBOX_ASIDE, for somebody to look at, where
 * the oldest go when there is too much.  A crash in between offers a file again, which the store knows then.
 *
 * Blocks, and unpacks what strangers have packed: not for the loop's thread.
 */
#ifndef HOPSEAL_REPORT_INBOX_FOLDER_H
#define HOPSEAL_REPORT_INBOX_FOLDER_H

#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "store/store.h"

#define INBOX_FILE_MAX (10 * 1024 * 1024) /* a mail, or a file */
#define INBOX_JSON_MAX (32 * 1024 * 1024) /* in it; a bomb is left there (RPT-SEC-03) */

#define INBOX_UNFINISHED ".tmp"
#define INBOX_STALE_S    3600 /* one that old will never be finished */

#define INBOX_ASIDE           "refused"
#define INBOX_ASIDE_MAX       100
#define INBOX_ASIDE_BYTES_MAX (32 * 1024 * 1024)

#define INBOX_BATCH       64 /* reports of one wait for the disk */
#define INBOX_BATCH_BYTES (8 * 1024 * 1024)

struct inbox_counts {
	uint64_t taken, refused; /* files; a report that the store knew is taken, too */
};

/* Starts with path, the rest zero. */
struct inbox_folder {
	const char *path; /* borrowed */
	struct inbox_counts counts;
	bool is_missing; /* and said so */
	bool has_closed; /* files that cannot be opened; likewise */
};

/* Whether it can be the name of a file here: no slash, no control character, no dot in front, not unfinished. */
bool inbox_is_name(const char *text, size_t len);

/* Make the folder, which who is of our group may write into, unless it is there. */
void inbox_folder_make(const struct inbox_folder *folder);

/*
 * Take in all that is there.  Files that cannot be opened, and all while the store cannot be written, are left for the
 * next time.  now: the time; when *is_over becomes true it ends soon, and goes on the next time.
 */
void inbox_folder_take(struct inbox_folder *folder, struct store *store, time_t now,
    const atomic_bool *is_over);

#endif
