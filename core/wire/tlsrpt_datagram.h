/*
 * What libtlsrpt sends: one JSON object, one session of Postfix.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WIRE_TLSRPT_DATAGRAM_H
#define HOPSEAL_WIRE_TLSRPT_DATAGRAM_H

#include "wire/tls_event.h"

/*
 * Parse a datagram: protocol "1" or none said (libtlsrpt 0.5.0), arrays that may be missing, the whole EHLO reply
 * in "h", which becomes its first word.  Code 901, the library's own failure, is dropped from the details.
 *
 * now    becomes the time of the event: datagrams carry none
 *
 * Returns ST_OK; ST_SYNTAX (not that JSON, another protocol version, no domain, unknown policy type) with why, escaped;
 * ST_TOO_BIG.  *out is freed with tls_event_clear() after ST_OK only.
 */
MUST_CHECK enum status tlsrpt_datagram_parse(
    const char *bytes, size_t len, time_t now, struct tls_event *out, struct why *why);

#endif
