/*
 * What "hopseal tlsa ready" remembers from run to run: one file for all hosts.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_ROLLOVER_STATE_H
#define HOPSEAL_CLI_ROLLOVER_STATE_H

#include <stdbool.h>

#include "cli/memory_file.h"
#include "publish/rollover_memory.h"

struct rollover_state {
	struct memory_file file;
	struct rollover_memory memory;
};

/*
 * Lock and read it; a file that is not there is an empty one, and so is, complained about, one that is damaged or somebody
 * else's.  path as in cli/memory_file.h.
 *
 * False: it cannot be kept, complained about.  Else to be closed with rollover_state_close().
 */
MUST_CHECK bool rollover_state_open(const char *path, struct rollover_state *out);

/* Replace the file.  False: complained about, and the old one stands. */
MUST_CHECK bool rollover_state_save(const struct rollover_state *state);

void rollover_state_close(struct rollover_state *state);

#endif
