/*
 * What has gone wrong, for the person at the keyboard.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_SHOW_COMPLAIN_H
#define HOPSEAL_SHOW_COMPLAIN_H

#include "base/attr.h"

/* "hopseal: ..." and a line end on stderr; control characters become "?". */
void complain(const char *fmt, ...) PRINTF_LIKE(1, 2);

#endif
