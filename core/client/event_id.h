/*
 * A name for an event that no other one has.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLIENT_EVENT_ID_H
#define HOPSEAL_CLIENT_EVENT_ID_H

#include "base/attr.h"
#include "base/status.h"

#define EVENT_ID_SIZE 33

/* 128 random bits in hexadecimal, for the member "id".  ST_OK, or ST_IO: the system gives none. */
MUST_CHECK enum status event_id_make(char out[EVENT_ID_SIZE]);

#endif
