/*
 * A and AAAA of one name, side by side.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_LOOKUP_FIND_ADDRESSES_H
#define HOPSEAL_LOOKUP_FIND_ADDRESSES_H

#include "base/address.h"
#include "lookup/lookup.h"
#include "policy/facts.h"
#include "wire/dns_message.h"

enum family { FAMILY_V4, FAMILY_V6, FAMILIES };

/*
 * How long one family is waited for when the other has addresses: name servers that are silent about AAAA must not
 * use up the time in which a question is to be answered (BASE-10).  Who has that time says so in struct lookup.
 */
#define FAMILY_WAIT_MS 1500

/* replies without their records, which are in list; at most HOST_ADDRESSES_MAX, IPv4 first. */
struct address_answer {
	struct dns_reply replies[FAMILIES];
	struct address list[HOST_ADDRESSES_MAX];
	size_t count;
};

/* Why a family could not be looked up, of the first one that failed; "" when none did. */
const char *address_answer_error(const struct address_answer *answer);

struct find_addresses;

/* answer lives until the function returns. */
typedef void find_addresses_done_fn(const struct address_answer *answer, void *arg);

/* name stays where it is until done; rule and trace as in lookup/resolve.h, done as in net/dns.h. */
struct find_addresses *find_addresses_start(struct lookup *lookup,
    const struct domain *name, struct trace *trace, const char *rule,
    find_addresses_done_fn *done, void *arg);

void find_addresses_cancel(struct find_addresses *find);

#endif
