/*
 * The door for the operator's command.  SPDX-License-Identifier: ISC
 *
 * A request is a netstring with the words of control/control.h; the reply is a netstring with "OK " and JSON, or "NO " and a
 * sentence.  Who may come in is for the socket's mode to say.
 */
#ifndef HOPSEAL_DAEMON_DOOR_CONTROL_H
#define HOPSEAL_DAEMON_DOOR_CONTROL_H

#include "control/service.h"
#include "net/stream.h"

struct door_control {
	struct service *service; /* borrowed */
	int deadline_ms;         /* for a query */
};

/* For stream_listen(), with a struct door_control as arg. */
extern const struct stream_handler door_control_handler;

#endif
