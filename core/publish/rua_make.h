/*
 * A TLSRPT record to publish (RFC 8460, section 3).  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_PUBLISH_RUA_MAKE_H
#define HOPSEAL_PUBLISH_RUA_MAKE_H

#include "base/status.h"
#include "base/strbuf.h"

/*
 * Append "v=TLSRPTv1; rua=URI,URI".
 *
 * places   URIs, or mailboxes as people write them; what has to be percent-encoded is, and "%41" of a URI stays as it is
 *
 * Returns ST_OK; or what rua_parse() says of a place, ST_TOO_BIG also of more than RUA_MAX, with why.
 */
MUST_CHECK enum status rua_make(
    const char *const *places, size_t count, struct strbuf *out, struct why *why);

#endif
