/*
 * The socketmap protocol inside its netstrings.  SPDX-License-Identifier: ISC
 *
 * Request "MAP KEY", reply "CODE TEXT".  socketmap_table(5) of Postfix; Sendmail's "socket" map class.
 */
#ifndef HOPSEAL_WIRE_SOCKETMAP_H
#define HOPSEAL_WIRE_SOCKETMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "base/strbuf.h"

#define SOCKETMAP_REQUEST_MAX 10000  /* what Postfix sends at most */
#define SOCKETMAP_REPLY_MAX   100000 /* what Postfix takes at most */

/*
 * OK always carries text: a bare "OK" makes Postfix 3.7 deliver without a policy and
 * Sendmail crash.
 */
#define SOCKETMAP_CODES(X)                                                             \
	X(REPLY_OK, "OK")                                                              \
	X(REPLY_NOTFOUND, "NOTFOUND")                                                  \
	X(REPLY_TEMP, "TEMP")                                                          \
	X(REPLY_PERM, "PERM")

enum socketmap_code {
#define X(name, word) name,
	SOCKETMAP_CODES(X)
#undef X
};

struct socketmap_request {
	const char *map, *key; /* into the payload, not ended by NUL */
	size_t map_len, key_len;
};

/* Split a payload at its first blank.  ST_OK, or ST_SYNTAX (no blank, empty map name, NUL or line end
 * inside). The key may be empty. */
MUST_CHECK enum status socketmap_request_parse(
    const char *payload, size_t len, struct socketmap_request *out);

/* Append a whole request. */
void socketmap_request_add(struct strbuf *out, const char *map, const char *key);

/*
 * Append a whole reply, netstring and all.  text must not be empty for REPLY_OK (asserted);
 * a reply longer than SOCKETMAP_REPLY_MAX becomes TEMP that says so.
 */
void socketmap_reply_add(
    struct strbuf *out, enum socketmap_code code, const char *text, size_t len);

struct socketmap_reply {
	enum socketmap_code code;
	const char *text; /* into the payload */
	size_t len;
};

/* Read a reply's payload.  ST_OK or ST_SYNTAX (unknown word). */
MUST_CHECK enum status socketmap_reply_parse(
    const char *payload, size_t len, struct socketmap_reply *out);

#endif
