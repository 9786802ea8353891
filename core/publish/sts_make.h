/*
 * What to publish for MTA-STS (RFC 8461, sections 3.1 and 3.2).  SPDX-License-Identifier: ISC
 *
 * Pure.  A policy that names the MX hosts one by one, and a record with an id that senders have not seen.
 */
#ifndef HOPSEAL_PUBLISH_STS_MAKE_H
#define HOPSEAL_PUBLISH_STS_MAKE_H

#include <time.h>

#include "base/status.h"
#include "policy/facts.h"

/* Seconds; what is served while a domain comes or goes is to be forgotten soon. */
#define STS_MAKE_SHORT 86400
#define STS_MAKE_LONG  604800 /* enforce */

struct sts_make_input {
	const struct route *route; /* the MX set; NULL is fine for STS_NONE */
	enum sts_mode mode;
	uint32_t max_age_s;  /* up to STS_MAX_AGE_MAX */
	const char *live_id; /* of the record that is there; "" none */
	time_t now;
};

/* Zero before; both are freed with sts_draft_clear(). */
struct sts_draft {
	char id[STS_ID_MAX + 1]; /* "20261122131500Z", another than the live one */
	char *record; /* of _mta-sts.DOMAIN: "v=STSv1; id=20261122131500Z;" */
	char *policy; /* lines end in CR LF */
};

/* The usual max_age of a mode. */
uint32_t sts_make_max_age(enum sts_mode mode);

/*
 * Returns ST_OK, ST_NOTFOUND (no MX host, nothing to name) or ST_SYNTAX (a host's name cannot stand in a policy: it has an
 * underscore); why says which.
 */
MUST_CHECK enum status sts_make(
    const struct sts_make_input *input, struct sts_draft *out, struct why *why);

void sts_draft_clear(struct sts_draft *draft);

#endif
