/*
 * How hosts stand with an MTA that verifies by WebPKI only.  SPDX-License-Identifier: ISC
 *
 * Whether TLSA records match the certificate that such an MTA will verify otherwise, or not at all, only a look can tell.
 */
#ifndef HOPSEAL_LOOKUP_STANDING_H
#define HOPSEAL_LOOKUP_STANDING_H

#include <stdbool.h>

#include "lookup/probe.h"
#include "policy/judge.h"

/* Where a host is seen as such an MTA will see it: asked for by its own name. */
struct probe_target standing_place(
    const struct domain *host, const struct address *address);

struct standing_input {
	const struct facts *facts;       /* that the answer was made of */
	struct probes *probes;           /* NULL: nothing is ever seen */
	const struct trust_store *trust; /* NULL: nothing verifies by WebPKI */
	/* Whether a place that was not seen may be seen before the answer is given; NULL: none may. */
	bool (*may_be_seen)(const struct probe_target *place, const void *arg);
	const void *arg;
};

/*
 * Set the standing of every host that may be used, by what is remembered of looks.  Its addresses count together:
 *
 * fails    one of them would pass for verified though the host's own verdict does not hold there
 * unseen   else, where none of them was seen, or one may still be
 * webpki   else, where both hold at one of them
 * fails    else, where the verdict does not hold at one
 * holds    else
 */
void standing_see(const struct standing_input *input, struct answer *answer);

#endif
