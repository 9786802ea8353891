/* SPDX-License-Identifier: ISC */
#include "report/schedule.h"

#define LAST_S (GIVE_UP_S - 60) /* the last attempt, after the first one */

time_t
day_of(time_t when)
{
	return when - when % DAY_S;
}

time_t
schedule_first(time_t now, unsigned spread_s, uint32_t random)
{
	return spread_s == 0 ? now : now + 1 + (time_t)(random % spread_s);
}

/* The first pause twice, then each as long as all before it together. */
static time_t
pause_after(unsigned attempts)
{
	time_t pause = BACK_OFF_S;

	while (attempts-- > 2 && pause < BACK_OFF_MAX_S)
		pause *= 2;
	return pause < BACK_OFF_MAX_S ? pause : BACK_OFF_MAX_S;
}

time_t
schedule_next(time_t first, unsigned attempts, time_t now)
{
	time_t next = now + pause_after(attempts), last = first + LAST_S;

	if (next <= last)
		return next;
	return now + BACK_OFF_S <= last ? last : 0;
}
