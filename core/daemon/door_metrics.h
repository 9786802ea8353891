/*
 * The door for Prometheus: HTTP GET /metrics.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_DAEMON_DOOR_METRICS_H
#define HOPSEAL_DAEMON_DOOR_METRICS_H

#include "control/service.h"
#include "net/stream.h"

struct door_metrics {
	struct service *service; /* borrowed */
};

/* For stream_listen(), with a struct door_metrics as arg.  One request for each connection. */
extern const struct stream_handler door_metrics_handler;

#endif
