/*
 * A report of others, as it is kept: bounded, and in rows that can be added up.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_REPORT_DIGEST_H
#define HOPSEAL_REPORT_DIGEST_H

#include "base/strbuf.h"
#include "store/received.h"
#include "wire/tls_report.h"

#define DIGEST_TEXT_MAX 255 /* octets of any text; the rest is cut off */
#define DIGEST_ROWS_MAX 500 /* policies, and failures; the least of more are one row */

/* What the texts of that row are, where the others have a type and a result. */
#define DIGEST_OTHERS "others"

struct digest {
	struct stored_received received; /* borrowed from what follows */
	struct strbuf texts, gzip;
};

/*
 * Failures that differ in the sender's address and EHLO names only are one; the host of one that names none is the policy's
 * domain; domains are as base/domain.h has them, if they are domains.  No count is above REPORT_COUNT_MAX, so that
 * sums over all that is kept are numbers of the database.
 *
 * submitter  as report_file_unpack() tells
 * json       what the report was read from
 * now        when it came
 *
 * ST_OK: freed with digest_clear().  ST_RANGE with why: its days are yet to come.
 */
MUST_CHECK enum status digest_make(const struct tls_report *report,
    const char *submitter, const struct strbuf *json, time_t now, struct digest *out,
    struct why *why);
void digest_clear(struct digest *digest);

#endif
