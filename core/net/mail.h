/*
 * One mail on its way out: to the local MTA's sendmail(1), or by SMTP.  SPDX-License-Identifier: ISC
 *
 * For reports only: no queue, no verification.  TLS is tried where it is offered, and mail goes without where it fails, as
 * RFC 8460, section 3, asks for report mail.
 */
#ifndef HOPSEAL_NET_MAIL_H
#define HOPSEAL_NET_MAIL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"
#include "base/domain.h"
#include "base/status.h"
#include "net/guard.h"

#define MAIL_OUTCOMES(X)                                                               \
	X(MAIL_ACCEPTED, "accepted")                                                   \
	X(MAIL_TEMPORARY, "refused for now")                                           \
	X(MAIL_PERMANENT, "refused for good")

enum mail_outcome {
#define X(name, text) name,
	MAIL_OUTCOMES(X)
#undef X
};

const char *mail_outcome_text(enum mail_outcome outcome);

struct mail_request {
	/* The program, run as "PROGRAM -i -f SENDER -- RECIPIENT" with an empty environment but PATH; NULL: SMTP. */
	const char *program;
	/* SMTP: the server; host NULL: known by its address only.  guard NULL: any address (the operator's own relay). */
	const struct domain *host;
	const struct address *addresses;
	size_t address_count;
	unsigned port;
	const struct guard *guard;
	const char *helo;
	/* The mail; all is copied.  Message with CRLF, at the end too. */
	const char *sender, *recipient; /* without <> */
	const char *message;
	size_t len;
	int deadline_ms; /* for everything */
	/*
	 * Runs with done's arg as soon as the mail is known to be accepted, before a server can see that it is known:
	 * what is written down here is done once, whatever becomes of us next.  done follows.  It may call nothing of
	 * this header.  NULL: nobody wants to know.
	 */
	void (*accepted)(void *arg);
};

struct mail_answer {
	enum mail_outcome outcome;
	bool was_encrypted; /* SMTP */
	const char *
	    detail; /* one line, escaped: exit status and last words, or the server's reply; never NULL */
};

typedef void mail_done_fn(const struct mail_answer *answer, void *arg);

struct mail;

/* done runs exactly once, never before this returns, at most deadline_ms later; a program still running then is killed. */
struct mail *mail_send(
    const struct mail_request *request, mail_done_fn *done, void *arg);
void mail_cancel(struct mail *mail); /* done will not run; NULL is fine */

#endif
