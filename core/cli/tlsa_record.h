/*
 * One TLSA record, as the tlsa commands show it.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_TLSA_RECORD_H
#define HOPSEAL_CLI_TLSA_RECORD_H

#include "wire/tlsa.h"

struct json_object;

/*
 * {"usage", "selector", "matching", "data"} in numbers and hex (not of one that is too short), "record" as in a zone file, "matches" in words,
 * "usable", and "why_not" where it is not.
 */
struct json_object *tlsa_record_json(const struct tlsa *record);

/* A set of these records, whose data stays theirs.  Freed with free(). */
MUST_CHECK struct tlsa_set *tlsa_record_join(
    struct tlsa_set *const *sets, size_t count);

#endif
