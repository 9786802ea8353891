/*
 * A question to the daemon as octets, and the words of its reply.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLIENT_FRAME_H
#define HOPSEAL_CLIENT_FRAME_H

#include "base/attr.h"
#include "client/client.h"
#include "wire/socketmap.h"

/* "LEN:map key,", *len octets and a NUL: malloc'ed, freed by the caller; NULL when there is no memory. */
MUST_CHECK char *frame_make(const char *map, const char *key, size_t *len);

/* What a reply that starts with this word comes to. */
enum client_outcome frame_outcome(enum socketmap_code code);

#endif
