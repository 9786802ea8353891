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
 * Find out what it is (JSON, gzip, a mail with application/tlsrpt+gzip, +json, or a part that looks like one), unpack, read. Names in
 * headers and archives are not used (RPT-SEC-03).
 *
 * submitter  the mail's From domain or TLS-Report-Submitter, escaped; "" for a bare file; may be NULL, else WHY_MAX bytes
 *
 * Returns as tls_report_read(); ST_NOTFOUND: a mail without a report.
 */
MUST_CHECK enum status report_file_read(const void *bytes, size_t len,
    struct tls_report *out, char *submitter, struct why *why);

#endif
