/*
 * What OpenSMTPD's log has said of sessions.  SPDX-License-Identifier: ISC
 *
 * filter-hopseal tells of a session what smtpd(8) tells it: not why a certificate was refused or a handshake failed, and of
 * 7.x not even which of the two it was.  The log does, under the same session id, mostly a moment before.
 *
 * What the log can show, and what not:
 *   - 6.8 says of a certificate that it was refused, and whether that was for the name; of the chain nothing more;
 *   - with opportunistic TLS neither says why a handshake failed, and 7.x does not look at the certificate;
 *   - whether STARTTLS was offered and taken the filter sees itself.
 */
#ifndef HOPSEAL_WIRE_OPENSMTPD_LOG_H
#define HOPSEAL_WIRE_OPENSMTPD_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "wire/tls_event.h"

/* Sessions remembered; beyond, the one is forgotten of which nothing was said the longest. */
#define OPENSMTPD_SESSIONS_MAX 4096

struct opensmtpd_log;

struct opensmtpd_log *opensmtpd_log_new(void);
void opensmtpd_log_free(struct opensmtpd_log *log); /* NULL is fine */

/*
 * Read the next line, without its end.  Returns the id of the session of which it says something, until the next call;
 * NULL: of none.
 */
const char *opensmtpd_log_read(struct opensmtpd_log *log, const char *line, size_t len);

/* Whether the log may still say why the session of this event came to nothing. */
bool opensmtpd_log_is_awaited(
    const struct opensmtpd_log *log, const struct tls_event *event);

/*
 * Fill in what the log has said of the event's session: why it came to nothing, or whether the certificate was
 * verified.  False: nothing new.
 */
bool opensmtpd_log_complete(const struct opensmtpd_log *log, struct tls_event *event);

#endif
