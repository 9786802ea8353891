/*
 * The socket that MTAs connect to.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_MILTER_LISTEN_H
#define HOPSEAL_MILTER_LISTEN_H

#include <sys/types.h>

#include "base/status.h"

/* As MTAs write it: "local:/path" or "unix:/path", "inet:PORT@ADDRESS", "inet6:PORT@ADDRESS". */
struct listen_options {
	const char *socket;
	unsigned mode;     /* of a local one */
	const char *group; /* the same; "": as it comes */
};

/* Whether it is written as it should be: ST_OK, or ST_SYNTAX with why. */
MUST_CHECK enum status listen_check(
    const struct listen_options *options, struct why *why);

/*
 * Open it by libmilter, to which the filter is known already.  A local socket that nobody listens to is removed first.
 * ST_OK, ST_BUSY (somebody listens there), ST_UNKNOWN (the group) or ST_IO.
 */
MUST_CHECK enum status listen_open(
    const struct listen_options *options, struct why *why);

/* Remove a local one. */
void listen_remove(const struct listen_options *options);

#endif
