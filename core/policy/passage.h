/*
 * Whether Sendmail may go on with a connection.  SPDX-License-Identifier: ISC
 *
 * It verifies by WebPKI, newer ones by DANE as well, says what came of it, and gives the certificate's fingerprint.  What
 * its word does not settle, a look of our own at the same host and address does (lookup/probe.h), if it shows the same
 * certificate.  Like decide(),
 * but that what a chain came to is remembered for a minute (policy/chain_memo.h).
 */
#ifndef HOPSEAL_POLICY_PASSAGE_H
#define HOPSEAL_POLICY_PASSAGE_H

#include "policy/judge.h"
#include "policy/vet.h"
#include "wire/sendmail_call.h"

enum passage_word {
	PASSAGE_FREE,
	PASSAGE_REFUSED,
	PASSAGE_UNPROVEN, /* refused, unless a look, or another one, shows that certificate */
};

struct passage_input {
	const struct sendmail_call *call; /* CALL_TLS or CALL_RCPT */
	const struct facts *facts; /* of the next-hop, or the recipient's domain */
	const struct settings *settings;
	const struct trust_store *trust;
	const struct evidence *evidence; /* of that host and address; NULL: none */
	time_t now;
};

struct passage {
	enum passage_word word;
	bool is_stranger;   /* none of the domain's hosts, and they are known */
	const char *status; /* of a refusal, "4.7.5" (RFC 3463, 3.8) */
	/* It is we who have found the certificate wanting: the reason for a report, "" when a look has it; NULL: not so. */
	const char *fault;
	char reason[VET_REASON_MAX + 1]; /* one line, "HOST: WHY" */
};

/*
 * The host's verdict, and what it takes besides TLS:
 *
 * dane-verify   the MTA's own DANE; a DANE-EE record of the whole certificate, by its fingerprint; or a chain that matches
 *               TLSA (vet.h).  Under mix = both WebPKI as well
 * sts-verify    the MTA's WebPKI and the host's own name; where Sendmail knows it by another, or has
 *               asked DANE only, a chain
 * encrypt       nothing
 * may           nothing, nor TLS
 *
 * A host that is shut (wire/sendmail.h) is refused.
 */
void passage_find(const struct passage_input *input, struct passage *out);

#endif
