/*
 * The daemon: set up, run, reload, end.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_DAEMON_DAEMON_H
#define HOPSEAL_DAEMON_DAEMON_H

#include <stdbool.h>

#include "config/config.h"

struct daemon_options {
	const char *config_path;
	bool is_path_given; /* then the file must be there */
	bool is_debug;      /* log-level = debug, whatever the file says */
};

/*
 * Run until a signal ends it.  config is taken over.  Returns the exit status of hopseald(8).
 */
int daemon_run(const struct daemon_options *options, struct config *config);

/* Whether a daemon with this configuration would find its user, resolver and CA bundle.  The exit status. */
int daemon_test(const struct config *config);

#endif
