/*
 * Calls that hopseal does not use, and what to use instead.  SPDX-License-Identifier: ISC
 *
 * Unbounded or silently truncating copies, hidden state, no error report.
 */
#ifndef HOPSEAL_BASE_BANNED_H
#define HOPSEAL_BASE_BANNED_H

/* Declared first, so that only our own uses are caught. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Some libraries define these as macros, which cannot be poisoned. */
#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef sprintf
#undef vsprintf

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf /* strbuf, snprintf */
#pragma GCC poison strtok                                         /* strcspn */
#pragma GCC poison atoi atol                                      /* number_parse */
#pragma GCC poison gmtime localtime                               /* gmtime_r */

#endif
