/*
 * What a look at a server showed, kept.  SPDX-License-Identifier: ISC
 *
 * Shared by reference count, between the cache and those who wait for it; immutable.
 */
#ifndef HOPSEAL_LOOKUP_SIGHTING_H
#define HOPSEAL_LOOKUP_SIGHTING_H

#include <stddef.h>

#include "base/address.h"
#include "base/attr.h"
#include "base/domain.h"
#include "net/smtp_probe.h"
#include "policy/judge.h"

struct sighting;

/* Copy what came of a look at this host and address, held once.  Never NULL. */
MUST_CHECK struct sighting *sighting_new(const struct domain *host,
    const struct address *address, const struct smtp_probe_answer *answer);

struct sighting *sighting_hold(struct sighting *sighting);
void sighting_release(struct sighting *sighting); /* NULL is fine */

/* What memory it takes. */
size_t sighting_bytes(const struct sighting *sighting);

/* As evidence, borrowed from it. */
void sighting_evidence(struct sighting *sighting, struct evidence *out);

#endif
