/*
 * What a command stands on that looks at the network by itself.  SPDX-License-Identifier: ISC
 *
 * The configuration that the command line names, a loop, and the resolver, which is tested while the command looks; or, to
 * decide as hopseald does, its engine.
 */
#ifndef HOPSEAL_CLI_SESSION_H
#define HOPSEAL_CLI_SESSION_H

#include "audit/options.h"
#include "cli/command.h"
#include "config/config.h"
#include "control/service.h"

struct session {
	struct audit_options options;
	enum resolver_state resolver; /* known when the session is over */
	size_t waiting;               /* for so many views, and the test */
};

/* Start views with the session's options; waiting counts them. */
typedef void session_begin_fn(struct session *session, void *arg);

/* A view is there. */
void session_seen(struct session *session);

enum session_needs { SESSION_DNS, SESSION_HTTPS };

/*
 * Call begin, and run the loop until all views are there and the resolver is tested.
 *
 * needs  whether options.https is opened
 *
 * False, complained about: no configuration, no resolver, no trust anchors; begin was not called.
 */
MUST_CHECK bool session_run(const struct args *args, enum session_needs needs,
    struct session *session, session_begin_fn *begin, void *arg);

typedef enum exit_code session_serve_fn(
    struct service *service, const struct config *config, void *arg);

/* Call fn, which runs the loop, with an engine that knows what hopseald has kept.  Returns what it did, or EXIT_FAILED,
 * complained about. */
enum exit_code session_serve(const struct args *args, session_serve_fn *fn, void *arg);

#endif
