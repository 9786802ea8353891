/*
 * Between the files of audit/host_audit.h; for them only.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_AUDIT_HOST_AUDIT_PARTS_H
#define HOPSEAL_AUDIT_HOST_AUDIT_PARTS_H

#include "audit/host_audit.h"

/* host_audit_tls.c: whether TLS can be had at an address. */
void audit_tls(
    const struct host_audit_input *in, const struct evidence *e, struct remarks *out);

/* host_audit_verdict.c: what stands behind TLS at view->seen[i], whose chain is not NULL, into addresses[i]. */
void host_audit_verdict(
    const struct host_audit_input *in, size_t i, struct host_audit_address *addresses);

/* host_audit_chain.c: what is wrong with that. */
void audit_chain(const struct host_audit_input *in, const struct evidence *e,
    const struct host_audit_address *address, struct remarks *out);

#endif
