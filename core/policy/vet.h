/*
 * Whether a session that an MTA has begun may go on.  SPDX-License-Identifier: ISC
 *
 * For an MTA that leaves it to us to hold a server's certificates against the verdict on its host.  Like decide(), but
 * that what a chain came to is remembered for a minute (policy/chain_memo.h):
 * same facts, settings and now, same word.  Verifying a chain takes up to a millisecond, on the loop; what comes in is
 * bounded by tls_event_parse().
 */
#ifndef HOPSEAL_POLICY_VET_H
#define HOPSEAL_POLICY_VET_H

#include <time.h>

#include "policy/dane_verify.h"
#include "policy/decide.h"
#include "wire/tls_event.h"

#define VET_REASON_MAX 599

enum vet_word {
	VET_ACCEPT,
	VET_REFUSE,
	VET_LATER, /* it cannot be said with these facts, or without trust anchors */
};

struct vet_input {
	const struct tls_event *event; /* that vet_event_check() has nothing against */
	const struct facts *facts;     /* of the event's next-hop */
	const struct settings *settings;
	const struct trust_store *trust; /* NULL: WebPKI cannot be judged */
	time_t now;
};

struct vetted {
	enum vet_word word;
	char reason[VET_REASON_MAX + 1]; /* one printable line */
};

/* Whether it can be vetted: outbound, TLS up, next-hop and host named.  ST_OK, or ST_SYNTAX with why. */
MUST_CHECK enum status vet_event_check(const struct tls_event *event, struct why *why);

/*
 * The host's verdict says what its chain must comply with:
 *
 * dane-verify    TLSA (RFC 7672), and under mix = both WebPKI as well
 * sts-verify     WebPKI for the host's name (RFC 8461, 4.2)
 * encrypt, may   nothing: TLS is up
 * skip           refused; so is a host that is none of the next-hop's
 *
 * Exim knows a host by the name that it is an alias of.  Where several MX hosts are aliases of it, or one and the name itself, all
 * of them that may be used must agree: there is no telling which one was meant.
 */
void vet(const struct vet_input *input, struct vetted *out);

#endif
