/*
 * What is wrong with a TLSRPT record and its destinations (RFC 8460, section 3).  SPDX-License-Identifier: ISC
 *
 * Pure.  Remarks are about "_smtp._tls.example.com", or about a destination's URI.
 */
#ifndef HOPSEAL_AUDIT_RUA_AUDIT_H
#define HOPSEAL_AUDIT_RUA_AUDIT_H

#include "audit/rua_view.h"
#include "policy/remark.h"

void rua_audit(const struct rua_view *view, struct remarks *out);

/* The destinations of a record as such, published or not; why as of tlsrpt_record_select(). */
void rua_audit_list(const struct rua_list *list, const struct why *why,
    const char *about, struct remarks *out);

#endif
