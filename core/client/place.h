/*
 * Where a daemon listens, as a socket address.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLIENT_PLACE_H
#define HOPSEAL_CLIENT_PLACE_H

#include <sys/socket.h>
#include <sys/un.h>

#include "base/attr.h"
#include "base/status.h"

struct place {
	union {
		struct sockaddr sa;
		struct sockaddr_un un;
		struct sockaddr_storage storage;
	};
	socklen_t len;
};

/*
 * Read "unix:/path", "inet:ADDRESS:PORT" or "inet:[V6]:PORT"; names are not looked up.
 * Returns ST_OK, or ST_SYNTAX with *fault, a static string.
 */
MUST_CHECK enum status place_parse(
    const char *where, struct place *out, const char **fault);

#endif
