/*
 * What only shows when the parts of a domain are seen together.  SPDX-License-Identifier: ISC
 *
 * Pure: all views and the audits of the hosts in, remarks about the domain out.
 */
#ifndef HOPSEAL_AUDIT_MIX_AUDIT_H
#define HOPSEAL_AUDIT_MIX_AUDIT_H

#include "audit/audit.h"

void mix_audit(const struct audit *audit, struct remarks *out);

#endif
