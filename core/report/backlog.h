/*
 * What the disk does not take, in memory until it does.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_REPORT_BACKLOG_H
#define HOPSEAL_REPORT_BACKLOG_H

#include <stdbool.h>

#include "base/list.h"
#include "report/journal.h"

#define BACKLOG_BYTES_MAX ((size_t)32 << 20)

struct backlog {
	struct list items; /* oldest first */
	size_t count, bytes;
};

void backlog_init(struct backlog *backlog);
void backlog_clear(struct backlog *backlog);

/* Keep copies of all of them, or of none: false, there is no room. */
bool backlog_put(
    struct backlog *backlog, const struct journal_entry *entries, size_t count);

/* Look at the oldest ones, at most max; borrowed until they are dropped.  How many. */
size_t backlog_look(
    const struct backlog *backlog, struct journal_entry *entries, size_t max);

/* Forget the oldest ones, of which there are that many. */
void backlog_drop(struct backlog *backlog, size_t count);

#endif
