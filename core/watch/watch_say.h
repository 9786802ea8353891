/*
 * What happens to watched domains, in the log.  SPDX-License-Identifier: ISC
 *
 * For watch.c.
 */
#ifndef HOPSEAL_WATCH_WATCH_SAY_H
#define HOPSEAL_WATCH_WATCH_SAY_H

#include "base/domain.h"
#include "watch/watch_state.h"

/* A line for a finding that has appeared, by its level at err, warn or info; or has gone, at info. */
void watch_say_finding(
    const struct domain *domain, const struct watch_finding *finding);

/* What the look came to, when that has changed. */
void watch_say_outcome(const struct domain *domain, const struct watch_state *state,
    enum watch_outcome before);

/* The command has failed for the first time, or succeeds again. */
void watch_say_command_failed(
    const struct domain *domain, const char *error, unsigned pause_s);
void watch_say_command_again(const struct domain *domain, unsigned failures);

#endif
