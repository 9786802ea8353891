/*
 * Whether a DKIM key can sign reports (RFC 8460, section 3; RFC 6376, section 3.6.1).  SPDX-License-Identifier: ISC
 *
 * Pure.  Remarks are about "SELECTOR._domainkey.example.com".
 */
#ifndef HOPSEAL_AUDIT_DKIM_AUDIT_H
#define HOPSEAL_AUDIT_DKIM_AUDIT_H

#include "audit/dkim_view.h"
#include "policy/remark.h"

void dkim_audit(const struct dkim_view *view, struct remarks *out);

#endif
