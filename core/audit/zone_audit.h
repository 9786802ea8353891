/*
 * A zone, as its operator should know it.  SPDX-License-Identifier: ISC
 *
 * Pure: what was seen and the time in, remarks out.  They are about the zone, or about one of its name servers.
 */
#ifndef HOPSEAL_AUDIT_ZONE_AUDIT_H
#define HOPSEAL_AUDIT_ZONE_AUDIT_H

#include <time.h>

#include "audit/zone_view.h"
#include "policy/remark.h"

#define SIGNATURE_LIFE_MAX_S ((int64_t)60 * 86400) /* more is remarked on */
#define SIGNATURE_LEFT_MIN_S ((int64_t)3 * 86400)  /* less, of a long life */

/* Security, signatures, times, and whether all name servers say the same. */
void zone_audit(const struct zone_view *view, time_t now, struct remarks *out);

/* All of that but the name servers. */
void zone_audit_signing(const struct zone_view *view, time_t now, struct remarks *out);

/* The zones of a mail domain and of one of its MX hosts: is only one of them signed? */
void zone_audit_pair(
    const struct zone_view *mail, const struct zone_view *host, struct remarks *out);

/* Why an insecure zone is; a static string. */
const char *zone_insecurity(const struct zone_view *view);

#endif
