/*
 * The map "inbox": a report of others has come by mail.  SPDX-License-Identifier: ISC
 *
 *	inbox NAME     a file in the inbox (report/inbox.h)    OK taken; TEMP: it lies there until it can be
 *
 * Who put it there need not tell us, nor wait for what we say: it is found anyway, a little later.
 */
#ifndef HOPSEAL_DAEMON_INBOX_MAP_H
#define HOPSEAL_DAEMON_INBOX_MAP_H

#include "daemon/map_session.h"

/* As struct event_map says. */
bool inbox_map_take(struct map_session *session, const char *name, size_t len);

#endif
