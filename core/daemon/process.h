/*
 * What a process has from its parent and leaves behind.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_DAEMON_PROCESS_H
#define HOPSEAL_DAEMON_PROCESS_H

#include <stdint.h>

#include "base/status.h"

/* Open /dev/null where standard input, output or error are closed: no socket is to get their numbers. */
void process_fill_standard_fds(void);

/* Allow as many open files as wanted, or as many as the system lets us. */
void process_want_files(uint64_t wanted);

/* Write our number to a file; path "" means nowhere.  ST_OK or ST_IO. */
MUST_CHECK enum status process_write_pid(const char *path, struct why *why);
void process_remove_pid(const char *path);

#endif
