/*
 * Between libmilter and sessions.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_MILTER_FILTER_H
#define HOPSEAL_MILTER_FILTER_H

#include <stdbool.h>

/* Make ourselves known to libmilter, before its socket is opened.  False: it does not want us. */
bool filter_register(void);

#endif
