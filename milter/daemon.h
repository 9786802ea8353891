/*
 * The daemon, as long as it answers.  SPDX-License-Identifier: ISC
 *
 * Whatever becomes of a question, mail goes on.  A daemon that does not answer is let alone for a while, so that an
 * outage costs a session no more than one failed connection, and the log one line.  For any number of threads.
 */
#ifndef HOPSEAL_MILTER_DAEMON_H
#define HOPSEAL_MILTER_DAEMON_H

#include <stdbool.h>

#include "client/client.h"

#define AWAY_MS 2000 /* how long a daemon that does not answer is let alone */

/* Send a question or a message and wait for no answer.  where as client_ask().  True: it is on its way. */
bool daemon_post(const char *where, const char *map, const char *key);

/*
 * Ask, as client_ask().  A question that is not answered in wait_ms is late, which says nothing about a daemon that answers
 * others: somebody's DNS is slow.
 */
MUST_CHECK enum client_outcome daemon_ask(const char *where, const char *map,
    const char *key, int wait_ms, size_t text_max, char **text, size_t *len,
    struct why *why);

/* Tell an event: to the daemon, or to the spool for it. */
void daemon_tell(const char *where, const char *json, const char *spool);

#endif
