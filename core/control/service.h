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
#include "lookup/seal.h"
#include "lookup/turns.h"
#include "report/inbox.h"
#include "report/reports.h"
#include "report/spool_in.h"
#include "store/store.h"
#include "watch/watch.h"

struct loop_timer;
struct upstream;

struct service {
	struct dns *dns;
	struct https *https;
	struct trust_store *trust; /* for the certificates of MX hosts */
	struct store *store;       /* NULL: nothing persistent */
	struct engine *engine;
	struct seal_tools seal;    /* the engine, and what sees MX hosts */
	struct reports *reports;   /* NULL: only a daemon counts and reports */
	struct turns *turns;       /* likewise */
	struct spool_in *spools;   /* likewise */
	struct inbox *inbox;       /* likewise */
	struct watch *watch;       /* likewise */
	struct upstream *upstream; /* owns dns, https and trust */
	char *state_folder;
	const struct report_options *report; /* of the configuration */
	struct loop_timer
	    *retry; /* of a store that could not be opened; NULL: it could */
};

enum service_store { SERVICE_STORE, SERVICE_STORE_READONLY };

/*
 * Open resolver, HTTPS, trust anchors, store and engine, and for SERVICE_STORE what counts and reports.  The loop is
 * there already; *out stays where it is, config until another is taken.  Without
 * a store that can be opened the service goes on: for SERVICE_STORE with a line at level err, and
 * it is tried again until it can; for SERVICE_STORE_READONLY with a line at level info.
 *
 * Returns ST_OK, or what the failing part returned, with why.
 */
MUST_CHECK enum status service_open(const struct config *config,
    enum service_store store, struct service *out, struct why *why);

/*
 * Take a new configuration, after which the old one may go; on any error nothing has changed.  Lookups under way begin
 * anew with the new resolver; their questions keep their deadlines.
 */
MUST_CHECK enum status service_reload(
    struct service *service, const struct config *config, struct why *why);

void service_close(struct service *service);

/* What it takes to look at a domain from here; borrowed from both. */
struct audit_options service_audit_options(
    const struct service *service, const struct config *config);

/* Whether service_open() would find its resolver and its CA bundle; opens and closes them. */
MUST_CHECK enum status service_check(const struct config *config, struct why *why);

#endif
