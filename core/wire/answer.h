/*
 * What is to be told about one next-hop.  SPDX-License-Identifier: ISC
 *
 * The shape only: policy/decide.h fills it, wire/dialect.h puts it in an MTA's words.
 */
#ifndef HOPSEAL_WIRE_ANSWER_H
#define HOPSEAL_WIRE_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/domain.h"
#include "wire/next_hop.h"
#include "wire/sts_policy.h"
#include "wire/tlsa.h"

/*
 * How one (next-hop, MX host) pair may be reached.  From strong to weak, then the refusals.
 */
#define VERDICTS(X)                                                                    \
	X(VERDICT_DANE, "dane-verify",                                                 \
	    "STARTTLS, certificate must match the TLSA set")                           \
	X(VERDICT_STS, "sts-verify",                                                   \
	    "STARTTLS, WebPKI certificate for the MX host name")                       \
	X(VERDICT_ENCRYPT, "encrypt", "STARTTLS, certificate not checked")             \
	X(VERDICT_MAY, "may", "opportunistic TLS, cleartext allowed")                  \
	X(VERDICT_SKIP, "skip", "this host is not to be used now")                     \
	X(VERDICT_DEFER, "defer", "no host may be used now; queue and retry")          \
	X(VERDICT_REJECT, "reject", "the domain takes no mail")

enum verdict {
#define X(name, word, meaning) name,
	VERDICTS(X)
#undef X
};

const char *verdict_word(enum verdict verdict);

/*
 * Why: the rule that fired, in words and with its section.
 */
#define REASONS(X)                                                                     \
	X(REASON_TLSA_USABLE, "usable TLSA records", "RFC 7672, 2.2")                  \
	X(REASON_TLSA_USABLE_BOTH, "usable TLSA records; MTA-STS must hold as well",   \
	    "option mix = both")                                                       \
	X(REASON_TLSA_IN_POLICY,                                                       \
	    "usable TLSA records, MX host named by the STS policy",                    \
	    "RFC 8461, 2 and 4.1")                                                     \
	X(REASON_TLSA_UNUSABLE, "TLSA records, none of them usable", "RFC 7672, 2.2")  \
	X(REASON_TLSA_ERROR, "TLSA lookup failed", "RFC 7672, 2.1.2")                  \
	X(REASON_ADDRESS_ERROR, "address lookup failed", "RFC 7672, 2.1.2")            \
	X(REASON_ADDRESS_NONE, "MX host without address", "RFC 7672, 2.2.2")           \
	X(REASON_ALIAS_ERROR, "alias lookup failed", "RFC 7672, 2.1.2")                \
	X(REASON_HOST_INVALID, "MX names no host", "RFC 5321, 5.1")                    \
	X(REASON_STS_ENFORCE, "MTA-STS policy, mode enforce", "RFC 8461, 5")           \
	X(REASON_STS_FORCED, "MTA-STS policy, held as mode enforce by the operator",   \
	    "override")                                                                \
	X(REASON_STS_NOT_NAMED, "MX host not named by the STS policy",                 \
	    "RFC 8461, 4.1")                                                           \
	X(REASON_STS_TESTING, "MTA-STS policy, mode testing", "RFC 8461, 5")           \
	X(REASON_STS_NONE, "MTA-STS policy, mode none", "RFC 8461, 5")                 \
	X(REASON_STS_FAILED, "the MTA-STS policy cannot be had", "RFC 8461, 3.3")      \
	X(REASON_STS_UNKNOWN, "the MTA-STS policy has not come in time",               \
	    "RFC 8461, 3.3")                                                           \
	X(REASON_NO_POLICY, "neither TLSA records nor an MTA-STS policy",              \
	    "RFC 7672, 2.2")                                                           \
	X(REASON_MX_INSECURE, "TLSA records not used: insecure MX lookup",             \
	    "RFC 7672, 2.2.1; option insecure-mx")                                     \
	X(REASON_NOT_VALIDATING, "DANE is off: the resolver does not validate",        \
	    "conformance DNS-13")                                                      \
	X(REASON_MX_ERROR, "MX lookup failed", "RFC 7672, 2.1.2")                      \
	X(REASON_MX_NULL, "null MX: the domain takes no mail", "RFC 7505, 3")          \
	X(REASON_MX_NXDOMAIN, "the domain does not exist", "RFC 5321, 5.1")            \
	X(REASON_MX_UNKNOWN, "DNS has not answered in time", "RFC 7672, 2.1.2")        \
	X(REASON_NO_HOST_LEFT, "no MX host may be used", "RFC 5321, 5.1")              \
	X(REASON_DANE_REQUIRED, "DANE is required here, but the host has none",        \
	    "RFC 7672, 6; override")                                                   \
	X(REASON_DANE_REQUIRED_MX,                                                     \
	    "DANE is required here, but the MX lookup is insecure",                    \
	    "RFC 7672, 2.2.1; override")                                               \
	X(REASON_STS_REQUIRED, "MTA-STS is required here, but there is no policy",     \
	    "override")                                                                \
	X(REASON_DANE_OFF,                                                             \
	    "DANE is required here, but the resolver does not validate",               \
	    "conformance DNS-13")                                                      \
	X(REASON_RELAXED, "relaxed by the operator", "override")                       \
	X(REASON_AUDIT, "audit only, by the operator", "RFC 7672, 9.1; override")

enum reason {
#define X(name, text, section) name,
	REASONS(X)
#undef X
};

const char *reason_text(enum reason reason);
const char *reason_section(enum reason reason);

/*
 * How a host stands with an MTA that verifies by WebPKI only, as far as looks at it have shown (lookup/standing.h).
 */
#define STANDINGS(X)                                                                   \
	X(STANDING_UNSEEN, "unseen", "not seen yet")                                   \
	X(STANDING_FAILS, "fails", "its verdict does not hold there")                  \
	X(STANDING_HOLDS, "holds", "its verdict holds, WebPKI does not")               \
	X(STANDING_WEBPKI, "webpki", "its verdict holds, and so does WebPKI")

enum standing {
#define X(name, word, meaning) name,
	STANDINGS(X)
#undef X
};

const char *standing_word(enum standing standing);
const char *standing_text(enum standing standing);

#define ANSWER_HOSTS_MAX 64

struct host_answer {
	const struct domain *name;
	uint16_t preference;
	enum verdict verdict;
	enum reason reason;
	bool needs_sts; /* VERDICT_DANE under mix = both */
	bool is_named;  /* matches the STS policy; true without a policy */
	const struct domain *canonical; /* behind its aliases; NULL: it is none */
	const struct domain
	    *base; /* TLSA base domain, also the SNI; NULL without TLSA */
	const struct tlsa_set
	    *tlsa;          /* usable, after digest agility; NULL without.  Owned by
	                                  the answer */
	const char *detail; /* what a lookup said, "" when nothing */
	/* Not of decide(), but of looks: */
	enum standing standing;
	const char *seen; /* why it is not better, in words; NULL: nothing to say */
};

/* Whether an MTA may call it so: by its name in the MX record, or by the name that that is an alias of. */
bool host_is_called(const struct host_answer *host, const struct domain *name);

/*
 * All pointers borrow from the facts it was made of, except tlsa; it lives no longer than they.
 * hosts are in the order in which an MTA tries them.
 */
struct answer {
	const struct next_hop *next_hop;
	/* Of the domain: DEFER or REJECT when no host may be used, else the weakest
	 * verdict among the hosts that may be used. */
	enum verdict verdict;
	enum reason reason;
	/* Of the MX lookup; with REASON_NO_HOST_LEFT, what is wrong with the first host. */
	const char *detail;
	bool mx_is_secure;
	bool mx_is_implicit;             /* no MX record, or the next-hop is a host */
	const struct sts_policy *policy; /* that applies now, any mode; NULL: none */
	bool is_sts_binding;             /* mode enforce, or required by the operator */
	bool is_override;                /* an operator's override had a say */
	/* Where only DANE holds, an MTA without it may go on with opportunistic TLS. */
	bool opens_dane_only;
	/* Whose turn it is (lookup/turns.h); NULL: nobody's, the first comes first. */
	const struct domain *turn;
	uint32_t ttl_s; /* how long the facts behind it may still be used */
	size_t count;
	struct host_answer hosts[ANSWER_HOSTS_MAX];
};

/* Free what the answer owns. */
void answer_clear(struct answer *answer);

#endif
