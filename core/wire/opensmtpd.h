/*
 * What an answer means for OpenSMTPD, which verifies by WebPKI and by nothing else.  SPDX-License-Identifier: ISC
 *
 * It asks twice: with each recipient whether the domain is sealed, which picks one of two actions; and with each delivery
 * of sealed mail for the one host to go to, under verified TLS.  An open domain it reaches by its own DNS.
 */
#ifndef HOPSEAL_WIRE_OPENSMTPD_H
#define HOPSEAL_WIRE_OPENSMTPD_H

#include "wire/answer.h"

enum seal {
	SEAL_OPEN, /* no host that it may come to asks for more than opportunistic TLS */
	SEAL_SEALED, /* verified TLS, to hosts that we name, or none */
	SEAL_LATER,  /* neither is certain yet */
};

/* By the standings that answer has by now; see the rows in dialect_opensmtpd.c. */
enum seal opensmtpd_seal(const struct answer *answer);

/* A host that sealed mail may be routed to. */
struct relay_host {
	const struct host_answer *host;
	unsigned tier; /* those of 0 come first, whatever their preference */
};

/*
 * The hosts whose own verdict WebPKI verification satisfies, by tier, then by preference; returns how many.  For an open
 * domain, whose mail may have been sealed when it came, all that may be used.
 */
size_t opensmtpd_hosts(
    const struct answer *answer, struct relay_host out[ANSWER_HOSTS_MAX]);

/* Whether a look at this host can make the answer better. */
bool opensmtpd_wants_look(const struct answer *answer, const struct host_answer *host);

/* What a question waits for. */
enum looks {
	LOOKS_NONE,     /* no look at a host has a say */
	LOOKS_TO_SEAL,  /* until it is certain whether the domain is sealed */
	LOOKS_TO_ROUTE, /* and until sealed mail has a host to go to */
};

/* Whether the answer is as good as it need be, for one that waits for looks. */
bool opensmtpd_is_settled(const struct answer *answer, enum looks looks);

#endif
