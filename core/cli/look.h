/*
 * A look at a host from this process (audit/host_view.h).  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_LOOK_H
#define HOPSEAL_CLI_LOOK_H

#include "audit/host_view.h"
#include "cli/command.h"
#include "lookup/engine.h"
#include "wire/next_hop.h"

/* All borrowed. */
struct looked {
	const struct next_hop *host;
	const struct host_view *view;
	enum resolver_state resolver;
};

/* What was seen lives until the function returns. */
typedef enum exit_code look_fn(const struct looked *seen, void *arg);

/*
 * Look at "HOST" or "HOST:PORT" with the resolver and the deadlines of the configuration, and call fn.
 *
 * Returns what fn did; EXIT_USAGE (no host name) or EXIT_FAILED (no configuration, no resolver), complained about.
 */
enum exit_code look_at(
    const struct args *args, const char *host, look_fn *fn, void *arg);

#endif
