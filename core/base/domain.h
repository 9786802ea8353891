/*
 * Domain names.  SPDX-License-Identifier: ISC
 *
 * A struct domain is always lower case, A-labels, without a final dot, because only
 * domain_parse() and domain_join() make one.  Text from outside becomes one at the door and stays
 * one.  U-labels are converted before this, by wire/idn.h.
 */
#ifndef HOPSEAL_BASE_DOMAIN_H
#define HOPSEAL_BASE_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"

#define DOMAIN_MAX 253 /* RFC 1035, section 3.1, in text form without the final dot */
#define LABEL_MAX  63

struct domain {
	uint8_t len; /* strlen(text), 1..DOMAIN_MAX; 0 only in an unset one */
	char text[DOMAIN_MAX + 1];
};

/*
 * Make a domain of len bytes of ASCII text.
 *
 * One final dot is dropped, upper case folded.  Labels are 1 to 63 of letters, digits, hyphen and
 * underscore (service labels and some MX hosts have it); a label neither starts nor ends
 * with a hyphen.  A name whose last label is all digits is refused: it is an address that
 * somebody wrote in place of a name.
 *
 * *out      written only when ST_OK is returned
 * why       the fault; may be NULL
 *
 * Returns ST_OK, ST_SYNTAX or ST_TOO_BIG.
 */
MUST_CHECK enum status domain_parse(
    const char *text, size_t len, struct domain *out, struct why *why);

/*
 * prefix "." name, e.g. "_mta-sts" before "example.org".  prefix is a constant of ours or a
 * checked one, lower case.  Returns ST_OK, or ST_TOO_BIG when the result is no longer a
 * name: then there is no such record (RFC 8461 has nothing at such a place).
 */
MUST_CHECK enum status domain_join(
    const char *prefix, const struct domain *name, struct domain *out);

bool domain_equal(const struct domain *a, const struct domain *b);

/* The order of names in lists: plain bytes.  For qsort-like callers. */
int domain_compare(const struct domain *a, const struct domain *b);

/* The text behind the first dot, "" for a single label.  Points into d. */
const char *domain_parent(const struct domain *d);

#endif
