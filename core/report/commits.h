/*
 * Knowing in the loop's thread what is on disk.  SPDX-License-Identifier: ISC
 *
 * The store tells from its writer's thread, and at a time when who asked may be gone.
 */
#ifndef HOPSEAL_REPORT_COMMITS_H
#define HOPSEAL_REPORT_COMMITS_H

#include <stdint.h>

#include "net/loop.h"

struct commits;
struct store;

/* fn runs in the loop's thread each time commits_done() has moved.  store is borrowed. */
struct commits *commits_new(struct store *store, loop_fn *fn, void *arg);
void commits_free(struct commits *commits); /* fn will not run; NULL is fine */

/* Ask to be told when all that was put until now is written.  Returns the number of this question; several asked while the
 * writer works cost one answer. */
uint64_t commits_ask(struct commits *commits);

/* The last question that is answered; 0: none yet. */
uint64_t commits_done(const struct commits *commits);

#endif
