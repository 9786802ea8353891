/*
 * Who the milter is, and what others know it by.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_MILTER_PROCESS_H
#define HOPSEAL_MILTER_PROCESS_H

#include "base/status.h"

/* Open /dev/null where standard input, output or error are closed: no socket is to get their numbers. */
void process_fill_standard_fds(void);

/* Become "user" or "user:group", for good; "" stays who he is.  ST_OK, ST_UNKNOWN or ST_LIBRARY. */
MUST_CHECK enum status process_become(const char *user, struct why *why);

/* Write our number to a file; "" is nowhere.  ST_OK or ST_IO. */
MUST_CHECK enum status process_write_pid(const char *path, struct why *why);
void process_remove_pid(const char *path);

/*
 * Go on in the background, away from terminal and folder, under a number that stands in the file; what was opened stays
 * open.  The starter ends with 0, or gets ST_IO.
 */
MUST_CHECK enum status process_detach(const char *pid_path, struct why *why);

#endif
