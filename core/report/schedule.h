/*
 * When a report leaves (RFC 8460, sections 4.1 and 5.5).  SPDX-License-Identifier: ISC
 *
 * Pure: times in, times out.
 */
#ifndef HOPSEAL_REPORT_SCHEDULE_H
#define HOPSEAL_REPORT_SCHEDULE_H

#include <stdint.h>
#include <time.h>

#define DAY_S          86400
#define GIVE_UP_S      86400 /* after the first attempt */
#define BACK_OFF_S     300   /* attempts after 5, 10, 20, 40 ... minutes */
#define BACK_OFF_MAX_S 14400 /* between two of them */

time_t day_of(time_t when); /* its first second, UTC */

/* The first attempt: now plus a random time of 1 to spread_s seconds; spread_s 0: now. */
time_t schedule_first(time_t now, unsigned spread_s, uint32_t random);

/*
 * The next one after so many failed ones, 1 at least, the last of them at now; 0: none, it is given up.  The last one is just
 * before the end.
 */
time_t schedule_next(time_t first, unsigned attempts, time_t now);

#endif
