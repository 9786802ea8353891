/*
 * From a configuration to a running engine.  SPDX-License-Identifier: ISC
 *
 * The daemon and the command's "-n" stand on the same one.
 */
#ifndef HOPSEAL_CONTROL_SERVICE_H
#define HOPSEAL_CONTROL_SERVICE_H

#include <stdbool.h>

#include "base/status.h"
#include "config/config.h"
#include "lookup/engine.h"

struct service {
	struct dns *dns;
	struct https *https;
	struct store *store; /* NULL: nothing persistent */
	struct engine *engine;
};

enum service_store { SERVICE_STORE, SERVICE_STORE_READONLY };

/*
 * Open resolver, HTTPS, store and engine.  The loop is there already.  config is borrowed
 * until service_close() or the next service_reload().  A store that cannot be opened
 * is one loud line and SERVICE_STORE goes on without it; everything else is an error.
 *
 * Returns ST_OK, or what the failing part returned, with why.
 */
MUST_CHECK enum status service_open(const struct config *config, enum service_store store,
    struct service *out, struct why *why);

/* Take a new configuration; on any error nothing has changed.  Questions under way are not lost. */
MUST_CHECK enum status service_reload(
    struct service *service, const struct config *config, struct why *why);

void service_close(struct service *service);

#endif
