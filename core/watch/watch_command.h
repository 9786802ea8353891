/*
 * The operator's command, run for a change.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WATCH_WATCH_COMMAND_H
#define HOPSEAL_WATCH_WATCH_COMMAND_H

#include "base/domain.h"
#include "net/program.h"
#include "watch/watch_state.h"

#define WATCH_COMMAND_MS 60000 /* for a run */
#define WATCH_WORDS_MAX  32    /* of a command */

/*
 * Tell it what is news of a domain: the change as JSON (watch/watch_json.h) on its standard input, and HOPSEAL_DOMAIN,
 * HOPSEAL_OUTCOME, HOPSEAL_BEFORE and a PATH as its whole environment.
 *
 * command  a path, and words behind it with blanks between; no shell looks at them
 *
 * As program_start() says; exit status 0 means told, however much it has read.
 */
struct program *watch_command_start(const char *command, const struct domain *domain,
    const struct watch_state *state, program_done_fn *done, void *arg);

/* Say in the log that it cannot be run: better heard of now than at the first change.  "" is no command. */
void watch_command_check(const char *command);

#endif
