/*
 * Keeping what nobody takes now.  SPDX-License-Identifier: ISC
 *
 * For the form of the file see wire/spool_file.h.  Uses libc only, never ends the process.
 */
#ifndef HOPSEAL_CLIENT_SPOOL_H
#define HOPSEAL_CLIENT_SPOOL_H

#include <stddef.h>

#include "base/attr.h"
#include "base/status.h"

#define SPOOL_LOCK_MS 200 /* how long other writers are waited for */

/*
 * Append a record: all of it or nothing.  The file is made when it is not there, for its owner and, as far as
 * the process may, the group of its folder; made by root it belongs to whom the folder belongs, so that an MTA's processes
 * of both kinds can write to it.  It must be a regular file of one name and no link.
 *
 * why   "PATH: fault", for anything but ST_OK; may be NULL
 *
 * Returns ST_OK, ST_TOO_BIG (the file would be longer than SPOOL_BYTES_MAX), ST_BUSY (the lock) or ST_IO.
 */
MUST_CHECK enum status spool_append(
    const char *path, const char *json, size_t len, struct why *why);

#endif
