/*
 * Points in time, as people write them; all UTC.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CONTROL_MOMENT_H
#define HOPSEAL_CONTROL_MOMENT_H

#include <time.h>

#include "base/status.h"

/*
 * Read "30d" (from now on; units as in hopseal.conf), "2026-12-31" (its first second) or
 * "2026-12-31T18:00:00Z".
 *
 * Returns ST_OK, ST_SYNTAX, or ST_RANGE: not later than now, or more than ten years off.
 */
MUST_CHECK enum status moment_parse(
    const char *text, time_t now, time_t *out, struct why *why);

/* Read "2026-12-31": its first second.  ST_OK or ST_SYNTAX. */
MUST_CHECK enum status moment_day_parse(const char *text, time_t *out);

#endif
