/*
 * The operator's exceptions.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_POLICY_OVERRIDE_H
#define HOPSEAL_POLICY_OVERRIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/domain.h"
#include "base/status.h"

/* What may be ordered for a next-hop; the words are those of the command. */
#define OVERRIDE_ACTIONS(X)                                                            \
	X(OVERRIDE_DANE_ONLY, "dane-only",                                             \
	    "deliver over verified DANE only (RFC 7672, 6)")                           \
	X(OVERRIDE_STS_VERIFY, "sts-verify",                                           \
	    "treat its MTA-STS policy as mode enforce; defer without one")             \
	X(OVERRIDE_NO_DANE, "no-dane", "as if it had no TLSA records (RFC 7672, 9.1)") \
	X(OVERRIDE_MAY, "may", "opportunistic TLS, no policy at all")                  \
	X(OVERRIDE_AUDIT, "audit",                                                     \
	    "judge and report, but deliver anyway (RFC 7672, 9.1)")

enum override_action {
#define X(name, word, meaning) name,
	OVERRIDE_ACTIONS(X)
#undef X
};

const char *override_action_word(enum override_action action);
const char *override_action_meaning(enum override_action action);
MUST_CHECK enum status override_action_parse(
    const char *word, enum override_action *out);

#define OVERRIDE_REASON_MAX 200

struct override {
	struct domain domain;
	bool
	    with_subdomains; /* written ".example.org": the name and everything under it */
	enum override_action action;
	time_t created, expires; /* UTC; every override ends */
	char reason[OVERRIDE_REASON_MAX + 1];
};

/* Those in force, in no order.  Owned by whoever keeps them. */
struct override_list {
	struct override *items;
	size_t count, cap;
};

/* Read "example.org" or ".example.org" (U-labels allowed) into domain and with_subdomains. */
MUST_CHECK enum status override_pattern_parse(
    const char *text, struct override *out, struct why *why);

/* Add, or replace the one with the same pattern. */
void override_put(struct override_list *list, const struct override *o);

/* ST_OK or ST_NOTFOUND. */
MUST_CHECK enum status override_drop(
    struct override_list *list, const struct domain *domain, bool with_subdomains);

/* The one that holds for this next-hop now: an exact name beats subdomains, a longer pattern a
 * shorter one.  NULL: none.  Expired ones do not count. */
const struct override *override_find(
    const struct override_list *list, const struct domain *next_hop, time_t now);

void override_list_clear(struct override_list *list);

#endif
