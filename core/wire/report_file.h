/*
 * Getting at the report in a file or a mail.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WIRE_REPORT_FILE_H
#define HOPSEAL_WIRE_REPORT_FILE_H

#include <stddef.h>

#include "base/status.h"
#include "wire/tls_report.h"

#define REPORT_FILE_MAX (16 * 1024 * 1024) /* JSON, gzip or mail, as it comes */

/*
 * Find out what it is (JSON, gzip, a mail with application/tlsrpt+gzip, +json, or a part that looks like one), and append
 * the JSON in it, at most max octets, to out. Names in headers and archives are not used (RPT-SEC-03).
 *
 * submitter  the domain in the mail's From, or else its TLS-Report-Submitter, escaped; "" for a bare file; may be NULL, else WHY_MAX bytes
 *
 * Returns ST_OK, ST_SYNTAX (damaged), ST_TOO_BIG, or ST_NOTFOUND: a mail without a report.
 */
MUST_CHECK enum status report_file_unpack(const void *bytes, size_t len, size_t max,
    struct strbuf *out, char *submitter, struct why *why);

/* The same, read: also returns what tls_report_read() does. */
MUST_CHECK enum status report_file_read(const void *bytes, size_t len,
    struct tls_report *out, char *submitter, struct why *why);

#endif
