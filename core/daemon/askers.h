/*
 * Which process has asked for which next-hop.  SPDX-License-Identifier: ISC
 *
 * Postfix's smtp(8) asks before each session, and logs under the same number what became of it: door_map notes the
 * question, door_log finds it again.
 */
#ifndef HOPSEAL_DAEMON_ASKERS_H
#define HOPSEAL_DAEMON_ASKERS_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#include "wire/next_hop.h"

#define ASKERS_MAX 4096 /* processes; of two with one place the later one stays */
/* Questions of each, the last ones: more than it can ask between two looks at its log. */
#define ASKED_MAX     64
#define ASKED_VALID_S 300 /* smtp(8) lives on, its question does not */

struct asker;

/* Starts as zeros. */
struct askers {
	struct asker *slots[ASKERS_MAX];
};

void askers_note(
    struct askers *askers, pid_t pid, const struct next_hop *next_hop, time_t now);

/* Whether a session may have been that next-hop's. */
typedef bool asked_fits_fn(const struct next_hop *next_hop, const void *arg);

/*
 * The question behind a session of this process with mail for this domain: the last one for the domain itself, or else,
 * as a transport map may send it elsewhere, the last one that fits.  NULL: none is known.
 */
const struct next_hop *askers_find(const struct askers *askers, pid_t pid,
    const struct domain *recipient_domain, time_t now, asked_fits_fn *fits,
    const void *arg);

void askers_clear(struct askers *askers);

#endif
