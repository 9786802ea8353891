/*
 * One request, one reply, one connection.  SPDX-License-Identifier: ISC
 *
 * The frame that both kinds of socket of the daemon speak: a netstring there, a netstring back.  What the words
 * inside mean is for client/client.h (socketmap) and the operator's command (control) to say.
 */
#ifndef HOPSEAL_CLIENT_EXCHANGE_H
#define HOPSEAL_CLIENT_EXCHANGE_H

#include <stddef.h>

#include "base/attr.h"
#include "base/status.h"

/*
 * Connect, send, wait for the reply, close.  Never raises SIGPIPE, never ends the process.
 *
 * where        "unix:/path" or "inet:ADDRESS:PORT", "inet:[V6]:PORT"; names are not looked up
 * request      len bytes, a whole netstring
 * deadline_ms  for everything
 * reply_max    greatest payload accepted, in bytes
 * *reply       the payload: malloc'ed, ended by NUL, *reply_len bytes; freed by the caller; NULL unless ST_OK
 * why          "WHERE: fault", for anything but ST_OK; may be NULL
 *
 * Returns ST_OK; ST_SYNTAX (where, or the reply is no netstring); ST_IO (no connection, or it
 * ended before the reply did); ST_TIMEOUT; ST_TOO_BIG (the reply); ST_NOMEM.
 */
MUST_CHECK enum status exchange_run(const char *where, const char *request, size_t len,
    int deadline_ms, size_t reply_max, char **reply, size_t *reply_len,
    struct why *why);

#endif
