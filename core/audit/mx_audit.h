/*
 * What is wrong with a domain's MX set.  SPDX-License-Identifier: ISC
 *
 * Pure.  Remarks are about the domain or about a host, by its name.
 */
#ifndef HOPSEAL_AUDIT_MX_AUDIT_H
#define HOPSEAL_AUDIT_MX_AUDIT_H

#include "audit/mx_view.h"
#include "policy/remark.h"

void mx_audit(const struct mx_view *view, struct remarks *out);

#endif
