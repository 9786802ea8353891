/*
 * The door for MTAs: socketmap.  SPDX-License-Identifier: ISC
 *
 * Questions of one connection are answered in their order.  What is in memory is answered in the same turn of
 * the loop; for the rest the connection waits, and no other.
 */
#ifndef HOPSEAL_DAEMON_DOOR_MAP_H
#define HOPSEAL_DAEMON_DOOR_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ration.h"
#include "base/strbuf.h"
#include "control/service.h"
#include "daemon/askers.h"
#include "daemon/deferrals.h"
#include "lookup/exempt.h"
#include "net/loop.h"
#include "net/stream.h"

struct log_waits;

struct door_map {
	struct service *service; /* borrowed */
	int deadline_ms;         /* for a cold question */
	size_t waiting;          /* questions that wait for the network */
	bool is_closing;         /* new ones that would have to are turned away */
	loop_fn *on_quiet;       /* called when is_closing and none waits any more */
	void *arg;
	struct ration complaints;
	struct deferrals deferrals;
	struct exempt exempt;
	struct askers *askers;       /* borrowed; NULL: nobody wants to know */
	struct log_waits *log_waits; /* borrowed; NULL: no log is followed */
	struct strbuf text;          /* of a reply, used again and again */
};

/* For stream_listen(), with a struct door_map as arg. */
extern const struct stream_handler door_map_handler;

void door_map_clear(struct door_map *door);

#endif
