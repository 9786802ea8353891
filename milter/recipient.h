/*
 * A recipient: whether there is anything to ask for.  SPDX-License-Identifier: ISC
 *
 * An MTA shows a milter only those recipients that it has accepted, so whoever sent the mail was allowed to send it there:
 * authenticated, local, from an own network, or for one of our own domains.  What is left is to tell those who are
 * delivered to here from those that go out.
 */
#ifndef HOPSEAL_MILTER_RECIPIENT_H
#define HOPSEAL_MILTER_RECIPIENT_H

#include <stdbool.h>
#include <stddef.h>

#define NEXT_HOP_TEXT_MAX 300 /* octets of a next-hop as an MTA writes it */

/* What the MTA tells; NULL where it does not. */
struct recipient {
	const char *address; /* of RCPT: "<user@example.org>", brackets or not */
	const char *mailer;  /* {rcpt_mailer}: Postfix's transport, Sendmail's mailer */
	const char *host;    /* {rcpt_host}: the next-hop */
	const char *own_name; /* j: the MTA's */
};

enum way {
	WAY_HERE,    /* delivered here, or not to be known */
	WAY_PERHAPS, /* the MTA does not say; perhaps a domain of ours */
	WAY_OUT,     /* by SMTP to the next-hop */
};

/*
 * Where mail for a recipient goes.
 *
 * mailers    list of those that deliver by SMTP
 * next_hop   written unless WAY_HERE: what to ask for
 */
enum way recipient_way(const struct recipient *recipient, const char *mailers,
    char next_hop[NEXT_HOP_TEXT_MAX + 1]);

/* Whether it is one of the addresses of a list. */
bool recipient_is_in(const char *address, const char *list);

#endif
