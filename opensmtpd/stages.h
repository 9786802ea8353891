/*
 * How far a link of ours has come with TLS, by what both sides say.  SPDX-License-Identifier: ISC
 *
 * EHLO and its reply, STARTTLS and its reply (RFC 3207, section 4).  That the handshake was done smtpd(8) tells itself.
 */
#ifndef HOPSEAL_OPENSMTPD_STAGES_H
#define HOPSEAL_OPENSMTPD_STAGES_H

#include "links.h"

/* Take a command of smtpd. */
void stage_command(struct link *link, struct txt said);

/* Take a line of a reply. */
void stage_reply(struct link *link, struct txt line);

#endif
