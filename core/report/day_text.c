/* SPDX-License-Identifier: ISC */
#include "report/day_text.h"

const char *
day_text(time_t day, char buf[DAY_TEXT_MAX])
{
	struct tm tm;

	if (gmtime_r(&day, &tm) == NULL ||
	    strftime(buf, DAY_TEXT_MAX, "%Y-%m-%d", &tm) == 0)
		buf[0] = '\0';
	return buf;
}
