/*
 * What libtlsrpt sends: one JSON object, one session of Postfix.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WIRE_TLSRPT_DATAGRAM_H
#define HOPSEAL_WIRE_TLSRPT_DATAGRAM_H

#include "wire/tls_event.h"

/*
 * Parse a datagram: protocol "1" or none said (libtlsrpt 0.5.0), arrays that may be missing, the whole EHLO reply
 * in "h", which becomes its first word.  Code 901, the library's own failure, is dropped from the details; one that RFC
 * 8460 has no word for becomes validation-failure with a reason (RPT-TYPE-13).  What libtlsrpt does not say of the session
 * (host, TLS, verification) stays unknown: it speaks of policies only.
 *
 * now    becomes the time of the event: datagrams carry none
 *
 * Returns ST_OK; ST_SYNTAX (not that JSON, another protocol version, no domain, no policy or more than
 * EVENT_POLICIES_MAX, unknown policy type, no outcome) with why, escaped; ST_TOO_BIG.  *out is freed with tls_event_clear() after ST_OK only.
 */
MUST_CHECK enum status tlsrpt_datagram_parse(
    const char *bytes, size_t len, time_t now, struct tls_event *out, struct why *why);

#endif
