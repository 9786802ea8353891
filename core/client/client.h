/*
 * Ask the daemon.  SPDX-License-Identifier: ISC
 *
 * What an adapter links: libc only, never exits, never waits without a deadline, keeps nothing.  Each call makes a
 * connection of its own, close-on-exec, and closes it.
 */
#ifndef HOPSEAL_CLIENT_CLIENT_H
#define HOPSEAL_CLIENT_CLIENT_H

#include <stddef.h>

#include "base/attr.h"
#include "base/status.h"

enum client_outcome {
	CLIENT_FOUND, /* *text is the reply's text */
	CLIENT_NONE,  /* NOTFOUND */
	CLIENT_RETRY, /* TEMP: try later; *text says why */
	CLIENT_PERM,  /* PERM */
	CLIENT_DOWN,  /* no daemon, no reply in time, or garbage; why says which */
};

/*
 * Send "map key" to a socketmap door and wait for the reply.
 *
 * where        "unix:/path" or "inet:ADDRESS:PORT"
 * deadline_ms  for everything
 * text_max     greatest reply in bytes that is accepted; more is CLIENT_DOWN
 * *text        malloc'ed, ended by NUL, *text_len bytes; freed by the caller; NULL with CLIENT_DOWN
 *              and CLIENT_NONE
 * why          for CLIENT_DOWN; may be NULL
 */
MUST_CHECK enum client_outcome client_ask(const char *where, const char *map,
    const char *key, int deadline_ms, size_t text_max, char **text, size_t *text_len,
    struct why *why);

#endif
