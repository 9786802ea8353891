/*
 * How many deliveries go to one host at once.  SPDX-License-Identifier: ISC
 *
 * Hosts take turns, so that a slow one with many reports holds up nobody else.
 */
#ifndef HOPSEAL_REPORT_HOSTS_H
#define HOPSEAL_REPORT_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/list.h"
#include "base/map.h"

#define HOST_PARALLEL_MAX 4
#define HOST_WAITING_MAX  256 /* in memory; the rest waits in the store */

struct hosts {
	struct map by_name;
	struct list ready; /* those with somebody waiting, and room */
	size_t waiting, running;
};

struct host;

/* One delivery's place; lives in its struct. */
struct berth {
	struct list node;
	struct host *host;
	bool is_running;
};

void hosts_init(struct hosts *hosts);
void hosts_clear(struct hosts *hosts); /* all have left */

/* Queue for a host, name being any text.  False: enough wait for it. */
bool hosts_wait(struct hosts *hosts, const char *name, struct berth *berth);

/* Who goes now; NULL: nobody can. */
struct berth *hosts_next(struct hosts *hosts);

/* Done, or no longer wanted, running or still waiting. */
void hosts_leave(struct hosts *hosts, struct berth *berth);

#endif
