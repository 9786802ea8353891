/*
 * Policies are fetched again before they end (RFC 8461, sections 3.3 and 10.2).
 * SPDX-License-Identifier: ISC
 *
 * A steady trickle instead of bursts: every tick a part of the cache is looked at, and a bounded number of refreshes
 * run at once.
 */
#ifndef HOPSEAL_LOOKUP_REFRESH_H
#define HOPSEAL_LOOKUP_REFRESH_H

#include "lookup/state.h"

struct refresh;

struct refresh *refresh_start(struct engine *engine);
void refresh_stop(struct refresh *refresh); /* NULL is fine */

#endif
