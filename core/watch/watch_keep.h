/*
 * States of domains in the store.  SPDX-License-Identifier: ISC
 *
 * For watch.c.
 */
#ifndef HOPSEAL_WATCH_WATCH_KEEP_H
#define HOPSEAL_WATCH_WATCH_KEEP_H

#include "base/domain.h"
#include "watch/watch_state.h"

struct store;

void watch_keep_put(
    struct store *store, const struct domain *domain, const struct watch_state *state);

/* The state, all zero so far, of a domain that is watched; NULL: it is not, and is forgotten. */
typedef struct watch_state *watch_state_of_fn(const struct domain *domain, void *arg);

/* Fill all states with what the store has.  ST_OK or ST_IO. */
MUST_CHECK enum status watch_keep_load(
    struct store *store, watch_state_of_fn *state_of, void *arg);

#endif
