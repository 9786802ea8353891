/*
 * How many operations run at once.  SPDX-License-Identifier: ISC
 *
 * A burst of unknown domains waits here, in order, instead of drowning the resolver.
 */
#ifndef HOPSEAL_LOOKUP_GATE_H
#define HOPSEAL_LOOKUP_GATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/list.h"

struct gate {
	struct list waiting;
	size_t running, max;
};

/* One operation's place; lives in its struct. */
struct gate_pass {
	struct list node;
	bool is_running;
	void (*go)(void *arg);
	void *arg;
};

void gate_init(struct gate *gate, size_t max);

/* Another number at once; those for whom there is room now go in. */
void gate_resize(struct gate *gate, size_t max);

/* go runs as soon as there is room, perhaps now.  It must not call gate_leave itself. */
void gate_enter(
    struct gate *gate, struct gate_pass *pass, void (*go)(void *), void *arg);

/* Done or no longer wanted, running or still waiting; lets the next ones in. */
void gate_leave(struct gate *gate, struct gate_pass *pass);

#endif
