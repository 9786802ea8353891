/*
 * The parts of a mail (RFC 5322, 2045, 2046), as far as an attachment needs.  SPDX-License-Identifier: ISC
 *
 * Tolerant, as mail is: lines end in LF or CR LF, a first line of mbox(5) may be there, the last boundary may be missing.
 */
#ifndef HOPSEAL_WIRE_MIME_H
#define HOPSEAL_WIRE_MIME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "base/strbuf.h"

#define MIME_DEPTH_MAX                                                                 \
	8 /* of multiparts and forwarded mails; what is deeper is not looked at */
#define MIME_TYPE_MAX  80   /* longer ones are "" */
#define MIME_FIELD_MAX 4096 /* octets of a field that are read */

enum mime_encoding { MIME_AS_IS, MIME_BASE64, MIME_QUOTED_PRINTABLE };

/* One that has no parts. */
struct mime_part {
	char type[MIME_TYPE_MAX + 1]; /* lower case, without parameters; "" not said */
	enum mime_encoding encoding;
	const char *body; /* len bytes, encoded, borrowed from the mail */
	size_t len;
};

/* Look at every part, also those of mails in the mail, until fn says that it is enough; returns whether it did. */
typedef bool mime_part_fn(const struct mime_part *part, void *arg);
bool mime_each_part(const char *mail, size_t len, mime_part_fn *fn, void *arg);

/* Append what the body holds.  ST_OK, or ST_SYNTAX: no base64.  Never more bytes than the body has. */
MUST_CHECK enum status mime_decode(
    const struct mime_part *part, struct strbuf *out, struct why *why);

/* Append the value of the mail's first field of this name, unfolded; false: there is none. */
bool mime_field(const char *mail, size_t len, const char *name, struct strbuf *out);

#endif
