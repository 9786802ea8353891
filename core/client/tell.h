/*
 * Telling the daemon of a session.  SPDX-License-Identifier: ISC
 *
 * For adapters, which live in other people's processes: uses libc only, never ends the process, never waits without a
 * deadline.
 */
#ifndef HOPSEAL_CLIENT_TELL_H
#define HOPSEAL_CLIENT_TELL_H

#include "base/attr.h"
#include "base/status.h"

enum tell_outcome {
	TELL_COUNTED, /* acknowledged: it is on the daemon's disk */
	TELL_SPOOLED, /* in the file, for a daemon that comes back */
	TELL_REFUSED, /* the daemon will never take it: our fault; not kept */
	TELL_LOST,    /* neither told nor kept */
};

/*
 * Tell the daemon an event; where it does not acknowledge, append it to a file that it takes in later.
 *
 * where        as client_ask()
 * json         as tls_event_parse() reads it, ended by NUL, without a line end in it.  The caller puts an "id" into it
 *              (event_id_make()): what was taken but not acknowledged in time is told twice, and counted once by its id
 * spool_path   the same for all processes of an MTA
 * deadline_ms  for the daemon's answer; the file may take SPOOL_LOCK_MS more
 * why          for anything but TELL_COUNTED: the reason, of TELL_SPOOLED the daemon's; may be NULL
 */
MUST_CHECK enum tell_outcome client_tell(const char *where, const char *json,
    const char *spool_path, int deadline_ms, struct why *why);

#endif
