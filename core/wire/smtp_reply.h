/*
 * Replies of an SMTP server (RFC 5321, section 4.2).  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WIRE_SMTP_REPLY_H
#define HOPSEAL_WIRE_SMTP_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

#define SMTP_REPLY_BYTES_MAX (64 * 1024) /* of one reply, all its lines */

/* Begins as zeros. */
struct smtp_reply {
	unsigned
	    code;   /* of the line read last; servers should not change it on the way */
	size_t len; /* of the lines read so far, their ends included */
};

/*
 * Read on.  bytes are all that came from the reply's beginning on, more with every call.
 *
 * Returns ST_OK: the reply is complete, what lies behind reply->len belongs to the next one; ST_MORE; ST_SYNTAX: this is
 * no SMTP; or ST_TOO_BIG.  A line may end in LF alone, as MTAs take it.
 */
MUST_CHECK enum status smtp_reply_read(
    struct smtp_reply *reply, const char *bytes, size_t len);

/* One line of a reply, without code and line end; borrowed. */
struct smtp_line {
	const char *text;
	size_t len;
};

/*
 * The next line of the reply that begins at bytes, complete or not.  *at is 0 before the first one.  False when there are
 * no more.
 */
bool smtp_reply_line(const struct smtp_reply *reply, const char *bytes, size_t *at,
    struct smtp_line *out);

/* The first word of the first line: who answers a greeting (RFC 5321, 4.1.1.1).  May be empty. */
struct smtp_line smtp_reply_word(const struct smtp_reply *reply, const char *bytes);

/* Whether a reply to EHLO offers the extension of this keyword, whatever its parameters. */
bool smtp_reply_offers(
    const struct smtp_reply *reply, const char *bytes, const char *keyword);

#endif
