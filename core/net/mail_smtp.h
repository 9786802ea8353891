/*
 * One mail by SMTP (RFC 5321).  SPDX-License-Identifier: ISC
 *
 * Inside net/mail.c.  libcurl has SMTP, too, but waits for the replies to the end of DATA and to QUIT inside its
 * functions, and with it everything else would.
 */
#ifndef HOPSEAL_NET_MAIL_SMTP_H
#define HOPSEAL_NET_MAIL_SMTP_H

#include "net/mail.h"

struct mail_smtp;

/*
 * The addresses in order, until one lets the mail begin; each first with STARTTLS where that is offered, and where it fails once
 * more without.  Before the mail begins, an address has its share of the time.
 *
 * Only what is said about the mail itself is for good: who greets with 5xx refuses us, not the mail.
 *
 * done runs once, also before this returns, and leaves the object alone: mail_smtp_free() follows.
 */
struct mail_smtp *mail_smtp_start(
    const struct mail_request *request, mail_done_fn *done, void *arg);

/* Also in the middle; done will not run.  NULL is fine. */
void mail_smtp_free(struct mail_smtp *smtp);

#endif
