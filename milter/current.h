/*
 * The settings that hold now.  SPDX-License-Identifier: ISC
 *
 * A session keeps those that it began with; a reload is for the sessions behind it.  For any number of threads.
 */
#ifndef HOPSEAL_MILTER_CURRENT_H
#define HOPSEAL_MILTER_CURRENT_H

#include "settings.h"

/* From now on these hold; takes them. */
void current_set(struct settings *settings);

/* Those that hold now, until they are released. */
struct settings *current_hold(void);
void current_release(struct settings *settings);

#endif
