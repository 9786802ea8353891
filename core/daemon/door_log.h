/*
 * The door for Postfix before 3.10: its log.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_DAEMON_DOOR_LOG_H
#define HOPSEAL_DAEMON_DOOR_LOG_H

#include "control/service.h"
#include "daemon/askers.h"

struct door_log;

/* Follow this log ("" or NULL: none, and NULL is returned).  service and askers are borrowed. */
struct door_log *door_log_open(
    const char *where, struct service *service, const struct askers *askers);
void door_log_close(struct door_log *door); /* NULL is fine */

#endif
