/*
 * What a process has from its parent, who it is, and what it leaves behind.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_BASE_PROCESS_H
#define HOPSEAL_BASE_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"
#include "base/status.h"

/* Open /dev/null where standard input, output or error are closed: no socket is to get their numbers. */
void process_fill_standard_fds(void);

/* Allow as many open files as wanted, or as many as the system lets us: returns how many that are. */
uint64_t process_want_files(uint64_t wanted);

/* As root: become the user, with his groups only, for good.  ST_OK or ST_LIBRARY. */
MUST_CHECK enum status process_assume(
    const char *user, uid_t uid, gid_t gid, struct why *why);

/* Write our number to a file, or a child's; path "" means nowhere.  ST_OK or ST_IO. */
MUST_CHECK enum status process_write_pid(const char *path, struct why *why);
MUST_CHECK enum status process_write_child(
    const char *path, pid_t child, struct why *why);

/* Remove that file.  In a folder that is not ours it stays; its number then names nobody. */
void process_remove_pid(const char *path);

#endif
