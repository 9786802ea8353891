/*
 * What can go wrong with every mail is said once a minute.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_MILTER_COMPLAINT_H
#define HOPSEAL_MILTER_COMPLAINT_H

#include "base/ration.h"

/* One kind of it; begins with its first two. */
struct complaint {
	const char *what, *effect;
	struct ration ration;
};

/* Warn, if it is time.  For any number of threads. */
void complaint_log(struct complaint *complaint, const char *fault);

#endif
