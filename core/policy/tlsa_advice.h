/*
 * TLSA records in words, and what to make better.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_POLICY_TLSA_ADVICE_H
#define HOPSEAL_POLICY_TLSA_ADVICE_H

#include <stdbool.h>

#include "base/strbuf.h"
#include "policy/remark.h"
#include "wire/tlsa.h"

/* The parts of a record: "DANE-EE: the server's own certificate"; a static string for any number. */
const char *tlsa_usage_text(uint8_t usage);
const char *tlsa_selector_text(uint8_t selector);
const char *tlsa_matching_text(uint8_t matching);

/* What one record matches: "a server whose public key has this SHA2-256 digest".  "" for one that has no meaning. */
void tlsa_add_meaning(struct strbuf *out, const struct tlsa *record);

/* Remarks on records that stand, or will stand, at one name (RFC 6698, 7671, 7672). */
void tlsa_advise(const struct tlsa_set *set, struct remarks *out);

/*
 * Remarks on their TTL, in seconds.  is_published false: it is what a resolver has left of it, which says nothing when it is
 * short.
 */
void tlsa_advise_ttl(uint32_t ttl_s, bool is_published, struct remarks *out);

/* Remarks on their owner name as written in a zone file or printed by dig(1); "" is none. */
void tlsa_advise_owner(const char *owner, struct remarks *out);

#endif
