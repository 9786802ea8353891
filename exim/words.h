/*
 * Why Exim gave up a session.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_EXIM_WORDS_H
#define HOPSEAL_EXIM_WORDS_H

#include "arguments.h"
#include "wire/tls_event.h"

/* What became of a session in which TLS had begun. */
struct fault {
	enum event_tls tls;
	enum tls_result result;
	struct piece
	    reason; /* Exim's words for it, without its own in front; borrowed */
};

/*
 * Read $event_defer_errno and the text of msg:host:defer.
 *
 * has_certificate   the server's certificate was seen: TLS was up, where the words say nothing else
 *
 * A certificate that was refused comes without a reason: Exim has one text for all of them, and the chain tells more.
 */
struct fault fault_read(int error, struct piece text, bool has_certificate);

/* Whether it was the handshake: where TLS is no must, Exim tries again at once, in the clear. */
bool is_handshake_failure(int error);

#endif
