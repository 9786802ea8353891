/*
 * When a domain of ours is looked at, and when a command that failed is run again.  SPDX-License-Identifier: ISC
 *
 * Pure: times in, times out.  The name decides at which moment of the interval a domain is looked at, so that domains
 * neither start together nor come to.
 */
#ifndef HOPSEAL_WATCH_WATCH_SCHEDULE_H
#define HOPSEAL_WATCH_WATCH_SCHEDULE_H

#include <stdbool.h>
#include <time.h>

#include "base/domain.h"
#include "watch/watch_state.h"

#define WATCH_FIRST_S    60  /* a new domain is looked at within */
#define WATCH_DOUBT_S    300 /* after a look that was unsure for the first time */
#define WATCH_TELL_S     60  /* after a command has failed; doubled each time */
#define WATCH_TELL_MAX_S 3600

/*
 * The next look at a domain: now, or when it was looked at last, plus
 *   a few seconds        for one that never was
 *   WATCH_DOUBT_S        in doubt
 *   a quarter of every_s when it is broken, or unsure for long
 *   half of every_s to one and a half, at the moment that is the name's
 * but never more than every_s apart where something is wrong.  A time in the past means now.
 */
time_t watch_next_look(const struct domain *domain, const struct watch_state *state,
    unsigned every_s, time_t now);

/* Whether the look that was to be next, by a clock that may have been set since, is due. */
bool watch_is_due(time_t next, const struct watch_state *state, time_t now);

/* Seconds until the next run after so many failed ones, 1 at least. */
unsigned watch_run_pause(unsigned failures);

#endif
