/*
 * The door for what MTAs tell in their logs only.  SPDX-License-Identifier: ISC
 *
 * Postfix before 3.10: its sessions.  OpenSMTPD: why those that its filter tells came to nothing.
 */
#ifndef HOPSEAL_DAEMON_DOOR_LOG_H
#define HOPSEAL_DAEMON_DOOR_LOG_H

#include "config/config.h"
#include "control/service.h"
#include "daemon/askers.h"
#include "daemon/log_wait.h"

struct door_log;

/* Follow the logs that the configuration names.  service and askers are borrowed. */
struct door_log *door_log_open(
    const struct config *config, struct service *service, const struct askers *askers);
void door_log_close(struct door_log *door); /* NULL is fine */

/* For events of OpenSMTPD; NULL: its log is not followed. */
struct log_waits *door_log_waits(struct door_log *door);

#endif
