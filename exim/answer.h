/*
 * The daemon's replies as answers to Exim.  SPDX-License-Identifier: ISC
 *
 * Pure.  Whatever came over the socket, an answer is one line of printable ASCII, and a policy or a permission only if it
 * reads like one.
 */
#ifndef HOPSEAL_EXIM_ANSWER_H
#define HOPSEAL_EXIM_ANSWER_H

#include <stdbool.h>

#include "client/client.h"

#define ANSWER_MAX 30000 /* octets of a policy, as the daemon bounds it */
#define REASON_MAX 500   /* of a sentence in Exim's log */

/* A reply as client_ask() gives it; text is NULL where there is none. */
struct reply {
	enum client_outcome outcome;
	const char *text;
	size_t len;
	struct why why;
};

/*
 * Write the words of a policy, or why there is none, to out.
 *
 * is_acl   for an ACL, where no answer is an answer: "mode=defer reason=...", "mode=unknown reason=..."
 *
 * Returns true; or false: out is a sentence, and Exim is to defer.
 */
bool answer_policy(const struct reply *reply, bool is_acl, char out[ANSWER_MAX + 1]);

/* Whether a certificate is accepted; if not, out says why. */
bool answer_verify(const struct reply *reply, char out[REASON_MAX + 1]);

/* "hopseal: " and the reason. */
void answer_refuse(const char *reason, char out[REASON_MAX + 1]);

#endif
