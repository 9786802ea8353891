/*
 * The map "sendmail", also called "hopseal": what Sendmail's ruleset asks, one connection for each of its processes.
 * SPDX-License-Identifier: ISC
 *
 *	mx       OK PASS, OK SKIP HOST WHY: not this one
 *	start    OK USE OPTIONS: how TLS begins.  NOTFOUND: it will not be enough
 *	tls      OK PASS, OK DEFER X.Y.Z WHY: not over this connection.  The session is counted
 *	rcpt     the same for one recipient, whose domain the session is counted for as well
 *
 * wire/sendmail_call.h has the keys, policy/passage.h the rules.  A key that cannot be read is TEMP, a verb of another
 * ruleset PERM; the ruleset lets mail go at PASS only.
 */
#ifndef HOPSEAL_DAEMON_SENDMAIL_TALK_H
#define HOPSEAL_DAEMON_SENDMAIL_TALK_H

#include "daemon/map_session.h"

struct sendmail_talk;

/* False: the connection is to be closed. */
bool sendmail_talk_take(struct map_session *session, const char *key, size_t len);

/* Whether a call is under way; not when NULL. */
bool sendmail_talk_is_waiting(const struct sendmail_talk *talk);
void sendmail_talk_free(struct sendmail_talk *talk); /* NULL is fine */

#endif
