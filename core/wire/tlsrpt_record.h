/*
 * The TLSRPT TXT record (RFC 8460, section 3).  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WIRE_TLSRPT_RECORD_H
#define HOPSEAL_WIRE_TLSRPT_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/domain.h"
#include "base/status.h"
#include "base/strbuf.h"
#include "wire/txt.h"

#define RUA_MAX     10 /* destinations of one record that are used (RPT-SEC-01) */
#define RUA_URI_MAX 1024

#define RUA_KINDS(X)                                                                   \
	X(RUA_MAILTO, "mailto")                                                        \
	X(RUA_HTTPS, "https")

enum rua_kind {
#define X(name, word) name,
	RUA_KINDS(X)
#undef X
};

/* Where a report goes. */
struct rua {
	enum rua_kind kind;
	char uri[RUA_URI_MAX + 1]; /* as published, blanks around it gone */
	/* RUA_MAILTO: the address, percent-decoded, local part quoted where it must be:
	 * what stands in RCPT TO:<>.  RUA_HTTPS: the path with query, "/" at least. */
	char target[RUA_URI_MAX + 1];
	struct domain domain; /* of the mailbox, or the URL's host */
	unsigned port;        /* RUA_HTTPS; 443 unless the URI says otherwise */
};

struct rua_list {
	size_t count;
	struct rua items[RUA_MAX]; /* each destination once */
	size_t skipped;            /* URIs that cannot be used */
	bool is_cut;               /* more than RUA_MAX usable ones */
};

#define TLSRPT_RECORD_OUTCOMES(X)                                                      \
	X(TLSRPT_RECORD_FOUND, "found")                                                \
	X(TLSRPT_RECORD_NONE, "no record")                                             \
	X(TLSRPT_RECORD_SEVERAL, "more than one record")                               \
	X(TLSRPT_RECORD_INVALID, "invalid record")

enum tlsrpt_record_outcome {
#define X(name, text) name,
	TLSRPT_RECORD_OUTCOMES(X)
#undef X
};

const char *tlsrpt_record_outcome_text(enum tlsrpt_record_outcome outcome);

/*
 * Pick the domain's record out of all TXT records found at _smtp._tls.DOMAIN, strings already joined.
 *
 * which    for FOUND: index into txt of the record; may be NULL
 * *out     written only for FOUND; at least one usable destination
 * why      not FOUND: the reason with its place.  FOUND: what was skipped and why, or ""; may be NULL
 *
 * Everything but FOUND means that the domain wants no reports (RPT-DNS-02, -04).
 */
enum tlsrpt_record_outcome tlsrpt_record_select(const struct txt *txt, size_t count,
    size_t *which, struct rua_list *out, struct why *why);

/*
 * One URI of the list (RPT-DNS-06..08).  ST_OK; ST_UNKNOWN (another scheme); ST_SYNTAX (unencoded "!", "," or ";", no
 * single mailbox, CR, LF, NUL or bytes beyond ASCII in it, user info in https, no host name); ST_TOO_BIG.
 */
MUST_CHECK enum status rua_parse(
    const char *text, size_t len, struct rua *out, struct why *why);

#endif
