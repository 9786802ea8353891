/*
 * A report's day, for people.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_REPORT_DAY_TEXT_H
#define HOPSEAL_REPORT_DAY_TEXT_H

#include <time.h>

#define DAY_TEXT_MAX 32

/* "2024-11-06", into buf; returns buf. */
const char *day_text(time_t day, char buf[DAY_TEXT_MAX]);

#endif
