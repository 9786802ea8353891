/*
 * Lookups that others make through the engine.  SPDX-License-Identifier: ISC
 *
 * They are no questions: nothing of them is cached or decided.  But resolver and HTTPS change under them, and the engine
 * goes away, as for all others.
 */
#ifndef HOPSEAL_LOOKUP_ERRAND_H
#define HOPSEAL_LOOKUP_ERRAND_H

#include "base/list.h"

struct engine;

/* One lookup under way; lives in its struct. */
struct errand {
	struct list node; /* in the engine's */
	void (*restart)(struct errand *errand);
	void (*cancel)(struct errand *errand); /* frees it */
};

/* restart and cancel are set.  It leaves with list_remove(). */
void errand_begin(struct engine *engine, struct errand *errand);

/* All of them begin anew: resolver and HTTPS have changed. */
void errands_restart(struct engine *engine);

/* End all of them without an answer: the engine goes away. */
void errands_cancel(struct engine *engine);

#endif
