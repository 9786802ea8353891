/*
 * The door for libtlsrpt: datagrams, one for each session of Postfix.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_DAEMON_DOOR_TLSRPT_H
#define HOPSEAL_DAEMON_DOOR_TLSRPT_H

#include <stdbool.h>
#include <stddef.h>

#include "control/service.h"
#include "net/datagram.h"

struct door_tlsrpt {
	struct service *service; /* borrowed */
};

/* For datagram_open(), with a struct door_tlsrpt as arg. */
bool door_tlsrpt_take(const struct datagram *batch, size_t count, void *door);
void door_tlsrpt_taken(void *door);

#endif
