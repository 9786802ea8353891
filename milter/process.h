/*
 * Who the milter is, and where it runs.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_MILTER_PROCESS_H
#define HOPSEAL_MILTER_PROCESS_H

#include "base/status.h"

/* Become "user" or "user:group", for good; "" stays who he is.  ST_OK, ST_UNKNOWN or ST_LIBRARY. */
MUST_CHECK enum status process_become(const char *user, struct why *why);

/*
 * Go on in the background, away from terminal and folder, under a number that stands in the file ("": nowhere); what was opened stays
 * open.  The starter ends with 0, or gets ST_IO.
 */
MUST_CHECK enum status process_detach(const char *pid_path, struct why *why);

#endif
