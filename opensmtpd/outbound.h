/*
 * Sessions of ours with other people's servers.  SPDX-License-Identifier: ISC
 *
 * smtpd(8) tells what is said on a link, not what came of TLS; that is put together here.
 *
 *   EHLO reply             STARTTLS is offered or it is not
 *   STARTTLS reply         220, or it is refused
 *   link-tls               TLS is up; before or after the EHLO inside it, as versions differ
 *   link-connect again     of the same session: the handshake failed, smtpd goes on in the clear
 *   RCPT TO                whose mail it is: this domain's session is told, once a link
 *   link-disconnect        no mail went: told without a next-hop if TLS stood in the way
 *
 * Where mail goes, TLS is decided before the first RCPT TO.  A link that ends well without mail (smtpd opens more than it
 * needs) was nobody's session.  Without a next-hop only the address says whose session it was: whoever gave the route knows.
 */
#ifndef HOPSEAL_OPENSMTPD_OUTBOUND_H
#define HOPSEAL_OPENSMTPD_OUTBOUND_H

#include "links.h"

/* json is an event as tls_event_parse() reads it, but that "next-hop" may be missing; the callee's for the call. */
typedef void event_fn(const char *json, void *arg);

/* Take a report of smtp-out. */
void outbound_see(
    struct links *links, const struct filter_line *line, event_fn *tell, void *arg);

#endif
