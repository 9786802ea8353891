/*
 * The mail around a report (RFC 8460, section 5.3).  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_REPORT_MESSAGE_H
#define HOPSEAL_REPORT_MESSAGE_H

#include <time.h>

#include "base/strbuf.h"
#include "report/dkim.h"
#include "report/options.h"
#include "store/outbox.h"

/*
 * Append the message, CRLF at every line's end: multipart/report with a text for people and the report; Subject,
 * TLS-Report-Domain, TLS-Report-Submitter, TLS-Required: No, Auto-Submitted; signed when key is not NULL.  The same
 * arguments give the same bytes.
 *
 * sending_id  makes Message-ID and boundary
 * ST_OK, or ST_LIBRARY (signing).
 */
MUST_CHECK enum status message_add(struct strbuf *out,
    const struct report_options *options, const struct dkim_key *key,
    const struct stored_report *report, const char *recipient, uint64_t sending_id,
    time_t now, struct why *why);

#endif
