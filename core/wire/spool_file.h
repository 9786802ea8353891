/*
 * The file in which events wait while the daemon is away.  SPDX-License-Identifier: ISC
 *
 * Records "LEN:JSON,\n": netstrings, each with a line end behind it.  A write that was cut off costs its own record only:
 * whoever finds no line end at the end of the file begins with one, and a reader goes on behind it.
 *
 * Writers lock the file, and look whether it is still the one of that name; the reader locks it, renames it, and has it
 * for itself.
 */
#ifndef HOPSEAL_WIRE_SPOOL_FILE_H
#define HOPSEAL_WIRE_SPOOL_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

#define SPOOL_BYTES_MAX  (16 * 1024 * 1024) /* of the file: events beyond are lost */
#define SPOOL_RECORD_MAX (256 * 1024)       /* as EVENT_BYTES_MAX */
#define SPOOL_RECORD_END ",\n"
#define SPOOL_TAKEN      ".taken" /* behind the name of a file that is being read */

/*
 * Look at the start of buf, which is not empty.
 *
 * is_end  nothing follows buf in the file
 *
 * Returns ST_OK (a record: *json is len octets in buf), ST_MORE (octets are missing), or ST_SYNTAX (damage).  *used octets
 * belong to the record, or to the damage as far as it goes; not written for ST_MORE.  *json and *len count only for ST_OK.
 */
MUST_CHECK enum status spool_record_parse(const char *buf, size_t buf_len, bool is_end,
    const char **json, size_t *len, size_t *used);

#endif
