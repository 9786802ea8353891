/*
 * A mail on its way into the inbox.  SPDX-License-Identifier: ISC
 *
 * The inbox is a folder that the daemon empties (core/report): NAME.tmp while the mail comes in, NAME once it is on disk.
 * What a milter that was killed leaves unfinished the daemon puts aside.  Bounded, so that nobody fills the disk: a mail that has no place is no letter.  A fault sticks.
 */
#ifndef HOPSEAL_MILTER_LETTER_H
#define HOPSEAL_MILTER_LETTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

#define LETTER_BYTES_MAX (10 * 1024 * 1024)
#define INBOX_FILES_MAX  1000
#define INBOX_BYTES_MAX  (64 * 1024 * 1024)
#define LETTER_NAME_MAX  40

struct letter;

/*
 * Begin a mail in this folder.  NULL: there is no place, and why says so.
 */
MUST_CHECK struct letter *letter_open(const char *inbox, struct why *why);

/* A header field as it stood in the mail: the value with the blank before it, lines within it ended by LF. */
void letter_header(struct letter *letter, const char *name, const char *value);

/* A piece of the body; the first one ends the header. */
void letter_body(struct letter *letter, const void *bytes, size_t len);

/*
 * End it: the mail is on disk under its name, all of it, or nothing of it is left.  The letter is freed.
 *
 * name   the name, which "inbox NAME" tells the daemon; written with ST_OK only
 *
 * Returns ST_OK; ST_TOO_BIG or ST_IO with why.
 */
MUST_CHECK enum status letter_close(
    struct letter *letter, char name[LETTER_NAME_MAX + 1], struct why *why);

/* Nothing of it is left, and it is freed; NULL is fine. */
void letter_discard(struct letter *letter);

#endif
