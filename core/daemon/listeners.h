/*
 * The sockets, from the configuration and from systemd.  SPDX-License-Identifier: ISC
 *
 * A reload is in two steps, so that a new socket that cannot be had leaves everything as it was:
 * listeners_plan() opens what is new, listeners_commit() lets go of what is gone, or listeners_rollback()
 * of what was new.
 */
#ifndef HOPSEAL_DAEMON_LISTENERS_H
#define HOPSEAL_DAEMON_LISTENERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strbuf.h"
#include "config/config.h"
#include "daemon/door_control.h"
#include "daemon/door_map.h"
#include "daemon/door_metrics.h"
#include "daemon/door_tlsrpt.h"
#include "daemon/identity.h"

struct listening;

struct listeners {
	struct door_map *map; /* borrowed, like all here */
	struct door_control *control;
	struct door_metrics *metrics;
	struct door_tlsrpt *tlsrpt;
	const struct identity *identity;
	struct listening **items;
	size_t count;
};

/*
 * Take over what systemd holds open.  The sockets of "control =" and "metrics =" lines get those doors, datagram
 * sockets that for libtlsrpt, all others that for MTAs.  ST_OK, or what stream_listen() says.
 */
MUST_CHECK enum status listeners_inherit(
    struct listeners *listeners, const struct config *config, struct why *why);

/* Folders of unix sockets are made while we are root.  ST_OK, or what stream_listen() says: then nothing has changed. */
MUST_CHECK enum status listeners_plan(
    struct listeners *listeners, const struct config *config, struct why *why);
void listeners_commit(struct listeners *listeners);
void listeners_rollback(struct listeners *listeners);

/* There is room for datagrams again. */
void listeners_resume(struct listeners *listeners);

/* Accept no more; connections go on. */
void listeners_stop(struct listeners *listeners);

void listeners_clear(struct listeners *listeners);

/* Append "unix:/run/hopseal/map inet:[::1]:8461". */
void listeners_add_text(const struct listeners *listeners, struct strbuf *out);

#endif
