/*
 * Messages that go out whatever policies say.  SPDX-License-Identifier: ISC
 *
 * Their senders have asked for it by "TLS-Required: No" (RFC 8689, section 5).  The milter sees that when a message
 * comes; when Sendmail delivers it, only its queue id is there.
 */
#ifndef HOPSEAL_LOOKUP_EXEMPT_H
#define HOPSEAL_LOOKUP_EXEMPT_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/list.h"
#include "base/map.h"

#define EXEMPT_MAX 100000             /* those noted longest ago are forgotten */
#define EXEMPT_S   (5 * 24 * 60 * 60) /* Sendmail's confTO_QUEUERETURN */

/* Starts as zeros. */
struct exempt {
	struct map map;
	struct list by_age; /* of the notes, oldest first */
	bool has_any;       /* the two above are set up */
};

/* id: at most QUEUE_ID_MAX octets. */
void exempt_note(struct exempt *exempt, const char *id, time_t now);
bool exempt_has(const struct exempt *exempt, const char *id, time_t now);
void exempt_clear(struct exempt *exempt);

#endif
