/*
 * Saying no while the client is still there.  SPDX-License-Identifier: ISC
 *
 * Of all that can keep mail for a domain in the queue only that is said early which the domain's own policy, or its DNS
 * under that policy, forbids.  What may be better in a minute is left to the queue.
 */
#ifndef HOPSEAL_MILTER_REFUSAL_H
#define HOPSEAL_MILTER_REFUSAL_H

#include <stdbool.h>
#include <stddef.h>

#include "settings.h"

#define REFUSAL_TEXT_MAX 400

/* A reply to RCPT (RFC 5321, 4.2; RFC 3463). */
struct refusal {
	const char *code; /* "451" */
	char extended[8]; /* "4.7.5" */
	/* Printable ASCII, "%" doubled, as smfi_setreply() wants it. */
	char text[2 * REFUSAL_TEXT_MAX + 1];
};

/*
 * What to reply for a next-hop.
 *
 * early   not EARLY_OFF
 * json    the daemon's answer from its map "json"
 *
 * Returns false: nothing, the recipient is accepted.
 */
bool refusal_make(enum early early, const char *json, size_t len, struct refusal *out);

#endif
