/*
 * What stopped a function from doing its work.  SPDX-License-Identifier: ISC
 *
 * A failure of ours (no memory, a file that cannot be read, input that is not what it
 * claims to be) is an enum status.  What the world did (no such record, certificate
 * expired) is an outcome with an enum of its own and never one of these.
 */
#ifndef HOPSEAL_BASE_STATUS_H
#define HOPSEAL_BASE_STATUS_H

#include <stddef.h>

#include "base/attr.h"

#define STATUSES(X)                                                                    \
	X(ST_OK, "ok")                                                                 \
	X(ST_SYNTAX, "syntax error")                                                   \
	X(ST_TOO_BIG, "too big")                                                       \
	X(ST_RANGE, "out of range")                                                    \
	X(ST_UNKNOWN, "unknown name")                                                  \
	X(ST_NOTFOUND, "not found")                                                    \
	X(ST_MORE, "incomplete")                                                       \
	X(ST_BUSY, "too many at once")                                                 \
	X(ST_TIMEOUT, "timed out")                                                     \
	X(ST_NOMEM, "out of memory")                                                   \
	X(ST_IO, "input/output error")                                                 \
	X(ST_LIBRARY, "library failure")

enum status {
#define X(name, text) name,
	STATUSES(X)
#undef X
};

/* The words for a status; a static string. */
const char *status_text(enum status status);

#define WHY_MAX 256

/*
 * One sentence for a person: the thing, the place, the fault.  Written where the fault
 * was found, cut at WHY_MAX - 1 bytes.  Bytes that came from a peer are escaped by
 * the one who writes them here (strbuf_escape).
 */
struct why {
	char text[WHY_MAX];
};

/* Write the sentence.  why may be NULL: then nothing happens. */
void why_set(struct why *why, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
