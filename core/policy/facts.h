/*
 * What the world said about a next-hop.  SPDX-License-Identifier: ISC
 *
 * Plain data, found by lookup/, kept in its caches, judged by policy/decide.h.  Facts are cached, decisions
 * are made anew for every question.
 */
#ifndef HOPSEAL_POLICY_FACTS_H
#define HOPSEAL_POLICY_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/address.h"
#include "base/domain.h"
#include "wire/next_hop.h"
#include "wire/sts_policy.h"
#include "wire/sts_record.h"
#include "wire/tlsa.h"

#define MX_HOSTS_MAX       64 /* the rest of a longer MX set is left out, and said so */
#define HOST_ADDRESSES_MAX 32
#define FACT_DETAIL_MAX    80

/* The MX lookup of the next-hop (RFC 5321, 5.1; RFC 7672, 2.2.1). */
enum mx_outcome {
	MX_FOUND,
	MX_IMPLICIT, /* no MX record: the name itself, preference 0 */
	MX_HOST,     /* next-hop in brackets: no MX lookup */
	MX_NULL,     /* RFC 7505 */
	MX_NXDOMAIN,
	MX_ERROR, /* bogus, SERVFAIL, timeout */
};

enum address_outcome {
	ADDRESS_FOUND,   /* one family may have failed, see is_half */
	ADDRESS_NONE,    /* neither A nor AAAA */
	ADDRESS_ERROR,   /* both families failed */
	ADDRESS_INVALID, /* the MX record names no host: an address, odd bytes */
};

/* The TLSA lookup of one host (RFC 7672, 2.2). */
enum tlsa_outcome {
	TLSA_NOT_ASKED, /* insecure addresses, or none */
	TLSA_DENIED,    /* secure denial, or insecure records: no DANE */
	TLSA_FOUND,     /* secure and not empty; usable or not is for policy/ to say */
	TLSA_ERROR,     /* bogus, SERVFAIL, timeout: never "no TLSA" */
	TLSA_ALIAS_ERROR, /* the alias status could not be learnt */
};

struct host_facts {
	struct domain name; /* as in the MX record; len 0 with ADDRESS_INVALID */
	uint16_t preference;
	enum address_outcome address_outcome;
	bool is_address_secure;
	struct domain *canonical; /* behind its aliases; NULL: it is none.  Owned */
	bool is_half; /* one address family failed, the other answered (BASE-10) */
	enum tlsa_outcome tlsa_outcome;
	bool is_tlsa_unheard; /* of the errors: the resolver gave no answer at all */
	struct domain *base;  /* TLSA base domain; NULL without TLSA_FOUND.  Owned */
	struct tlsa_set
	    *tlsa; /* all records as published; NULL without TLSA_FOUND.  Owned */
	struct address *addresses; /* owned */
	size_t address_count;
	char detail[FACT_DETAIL_MAX]; /* what went wrong, "" when nothing did */
};

/* One next-hop's way: immutable once made, shared by reference count (route_hold). */
struct route {
	unsigned holders;
	enum mx_outcome outcome;
	bool is_secure;         /* the MX answer and every alias to it (DANE-MX-06) */
	bool is_cut;            /* more than MX_HOSTS_MAX hosts */
	bool had_null;          /* "0 ." beside other MX records, ignored (MX-05) */
	struct domain expanded; /* the next-hop behind its aliases (RFC 7672, 3.2.2) */
	time_t found;           /* UTC */
	time_t expires;         /* least TTL of all records used (DNS-10) */
	char detail[FACT_DETAIL_MAX];
	size_t host_count;
	struct host_facts
	    hosts[]; /* by preference, equal ones in the order of the answer */
};

/* An empty route for count hosts, all zero, held once.  Never NULL. */
MUST_CHECK struct route *route_new(size_t count);
struct route *route_hold(struct route *route);
void route_release(struct route *route); /* NULL is fine */

/*
 * The host of this name; if there is none, the most preferred of those that are aliases of it: what an MTA calls a host once
 * it has its addresses.  NULL: neither.
 */
const struct host_facts *route_find_host(
    const struct route *route, const struct domain *name);

bool host_has_address(const struct host_facts *host, const struct address *address);

/* The last attempt to get a new policy, for logs, reports and people (RFC 8460, 4.3.2.1). */
#define STS_ATTEMPTS(X)                                                                \
	X(STS_ATTEMPT_NONE, "none")                                                    \
	X(STS_ATTEMPT_OK, "ok")                                                        \
	X(STS_ATTEMPT_FETCH, "sts-policy-fetch-error")                                 \
	X(STS_ATTEMPT_INVALID, "sts-policy-invalid")                                   \
	X(STS_ATTEMPT_WEBPKI, "sts-webpki-invalid")

enum sts_attempt {
#define X(name, word) name,
	STS_ATTEMPTS(X)
#undef X
};

const char *sts_attempt_word(enum sts_attempt attempt);

/* What is known of a domain's MTA-STS; borrowed from the cache for one decision. */
struct sts_facts {
	const struct sts_policy *policy; /* cached, may be expired; NULL: none */
	const char *id;                  /* of policy; "" when none */
	time_t fetched, expires;         /* of policy, UTC; expires is exclusive */
	bool is_record_known;            /* a TXT lookup has been made */
	bool is_record_error;            /* and it failed (STS-DNS-13) */
	enum sts_record_outcome record;  /* else what it found */
	enum sts_attempt attempt;
	time_t attempted;
	const char *detail; /* of the attempt or the lookup; never NULL */
};

#endif
