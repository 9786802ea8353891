/*
 * What the daemon is as a process.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_DAEMON_PROCESS_H
#define HOPSEAL_DAEMON_PROCESS_H

#include <stdint.h>

#include "base/process.h"

/* Allow as many open files as wanted, or as many as the system lets us. */
void process_want_files(uint64_t wanted);

#endif
