/*
 * Who the daemon is: root while it sets up, then its own user.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_DAEMON_IDENTITY_H
#define HOPSEAL_DAEMON_IDENTITY_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/status.h"

#define IDENTITY_USER_MAX 64 /* as long as the configuration allows */

/* Outlives the configuration that named the user. */
struct identity {
	char user[IDENTITY_USER_MAX + 1];
	bool is_root; /* started as root: there is something to drop */
	uid_t uid;
	gid_t gid;
};

/* Look the user up.  Who is not root stays who he is.  ST_OK or ST_UNKNOWN. */
MUST_CHECK enum status identity_find(
    const char *user, struct identity *out, struct why *why);

/*
 * Make a folder that is not there, for the user when we are root.  The folder above it must be
 * there.  ST_OK or ST_IO.
 */
MUST_CHECK enum status identity_make_folder(
    const struct identity *identity, const char *path, mode_t mode, struct why *why);

/* Become the user, with his groups only, for good.  ST_OK or ST_LIBRARY. */
MUST_CHECK enum status identity_assume(
    const struct identity *identity, struct why *why);

#endif
