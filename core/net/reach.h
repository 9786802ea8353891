/*
 * Whether there is a way to an address at all.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_NET_REACH_H
#define HOPSEAL_NET_REACH_H

#include <stdbool.h>

#include "base/address.h"

/* False where this machine has no route: mostly to IPv6 from a network that has none.  Sends nothing. */
bool reach_is_possible(const struct address *address);

/* Whether it was for want of a way from here that a connection failed with this errno, and not for a host that is down. */
bool reach_was_impossible(const struct address *address, int error);

#endif
