/*
 * What an answer means for Sendmail.  SPDX-License-Identifier: ISC
 *
 * It asks for one host at a time: before it connects, before STARTTLS, and for leave to go on behind it.  So each
 * host gets its own due.  It may also come to a host that we do not know: from its own DNS, or a fallback of the
 * operator's.
 */
#ifndef HOPSEAL_WIRE_SENDMAIL_H
#define HOPSEAL_WIRE_SENDMAIL_H

#include "base/strbuf.h"
#include "wire/answer.h"

/*
 * Go on: the only reply at which it does.  Of PERM, of a word that is unknown, and of a map that cannot be opened Sendmail
 * makes the same as of "not found".
 */
#define SENDMAIL_PASS "PASS"

enum sendmail_way {
	WAY_FREE,  /* any TLS will do, or none */
	WAY_BOUND, /* TLS is a must, and what the verdict says of the certificate */
	WAY_SHUT,  /* not now */
};

struct sendmail_host {
	enum sendmail_way way;
	const struct host_answer
	    *host;             /* the strictest of that name; NULL: a stranger */
	enum reason reason;    /* of WAY_SHUT, unless... */
	bool is_stranger_shut; /* ...it is that policies bind the hosts that we know */
};

/* The host of this name; what it says is borrowed from the answer. */
void sendmail_host_find(
    const struct answer *answer, const struct domain *name, struct sendmail_host *out);

/* Append why a host is shut. */
void sendmail_add_shut(
    const struct answer *answer, const struct sendmail_host *host, struct strbuf *text);

/* Append "SKIP HOST WHY" for a host that is shut; nothing for others: then there is nothing to be said. */
void sendmail_add_skip(const struct answer *answer, const struct domain *name,
    const struct sendmail_host *host, struct strbuf *text);

/*
 * Append what begins its TLS; nothing for a host that is shut.  The server name is always the host's, no other can be had;
 * flags=C lets mail go in the clear behind a handshake that failed.
 */
void sendmail_add_start(enum sendmail_way way, struct strbuf *text);

/*
 * Append a sentence as Sendmail's rules can pass it on: they take it apart at punctuation, and parentheses out of it.  What
 * stands in them is left out, the rest of that becomes blanks.
 */
void sendmail_add_words(const char *sentence, struct strbuf *text);

#endif
