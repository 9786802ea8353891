/*
 * The DKIM signatures of a report that was sent as a test (RFC 8460, sections 3 and 5.3).  SPDX-License-Identifier: ISC
 *
 * Pure: whether they are what receivers of reports ask for.  They are not verified, that is for the receiver of the test.
 */
#ifndef HOPSEAL_AUDIT_DKIM_MAIL_H
#define HOPSEAL_AUDIT_DKIM_MAIL_H

#include <stddef.h>

#include "policy/remark.h"

/* Look at every DKIM-Signature of a mail; returns how many there are.  Remarks are about "SELECTOR._domainkey.example.com". */
size_t dkim_mail_audit(const char *mail, size_t len, struct remarks *out);

#endif
