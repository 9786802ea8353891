/* SPDX-License-Identifier: ISC */
#include "control/service.h"

#include "base/log.h"
#include "base/mem.h"
#include "net/loop.h"

/* A store that cannot be opened is tried again this often. */
#define STORE_RETRY_MS 5000

/* The ways out and whom to trust, with the parts of the configuration that they borrow. */
struct upstream {
	struct dns *dns;
	struct https *https;
	struct trust_store *trust;
	char *ca_file;
	struct address_range *allowed;
};

/* --- resolver, HTTPS, trust ------------------------------------------------------------- */

static void
upstream_close(struct upstream *u)
{
	if (u == NULL)
		return;
	if (u->https != NULL)
		https_close(u->https);
	if (u->dns != NULL)
		dns_close(u->dns);
	trust_store_close(u->trust);
	free(u->ca_file);
	free(u->allowed);
	free(u);
}

static enum status
open_https(const struct config *config, struct upstream *u, struct why *why)
{
	struct https_options options = config->https;

	u->ca_file = xstrdup(config->https.ca_file);
	if (options.guard.count > 0)
		u->allowed = xmemdup(
		    options.guard.allowed, options.guard.count * sizeof(u->allowed[0]));
	options.ca_file = u->ca_file;
	options.guard.allowed = u->allowed;
	return https_open(&options, &u->https, why);
}

static enum status
upstream_open(const struct config *config, struct upstream **out, struct why *why)
{
	struct upstream *u = xcalloc(1, sizeof(*u));
	enum status st;

	st = dns_open(&config->dns, &u->dns, why);
	if (st == ST_OK)
		st = open_https(config, u, why);
	if (st == ST_OK)
		st = trust_store_open(config->https.ca_file, &u->trust, why);
	if (st != ST_OK) {
		upstream_close(u);
		return st;
	}
	*out = u;
	return ST_OK;
}

static void
adopt(struct service *service, struct upstream *u)
{
	service->upstream = u;
	service->dns = u->dns;
	service->https = u->https;
	service->seal.trust = service->trust = u->trust;
}

enum status
service_check(const struct config *config, struct why *why)
{
	struct upstream *u;
	enum status st = upstream_open(config, &u, why);

	if (st == ST_OK)
		upstream_close(u);
	return st;
}

/* --- counting and reporting -------------------------------------------------------------- */

#define PROBES_PARALLEL 20
#define PROBES_KEPT     10000 /* hosts and addresses; some KiB each */
#define TURNS_KEPT      20000 /* domains, hosts and addresses; one KiB each */

struct report_setup {
	struct report_options report;
	struct account_options account;
	struct probe_options probe;
};

/* What other parts of the configuration decide. */
static void
set_up_reports(const struct service *service, const struct config *config,
    struct report_setup *out)
{
	out->report = config->report;
	out->report.guard = config->https.guard;
	out->account = (struct account_options){
		.folder = service->state_folder,
		.trust = service->trust,
		.turns = service->turns,
		.grace_s = config->report.grace_s,
		.is_for_mail_hosts = config->report.is_for_mail_hosts,
	};
	out->probe = config->probe;
	out->probe.guard = config->https.guard;
	out->probe.helo = config->report.helo;
	out->probe.parallel = PROBES_PARALLEL;
	out->probe.kept_max = PROBES_KEPT;
}

static void
watch_spools(struct service *service, const struct config *config)
{
	spool_in_stop(service->spools);
	service->spools = spool_in_start(reports_account(service->reports),
	    (const char *const *)config->spools.items, config->spools.count);
}

static void
open_reports(struct service *service, const struct config *config)
{
	struct report_setup setup;

	service->turns = turns_new(TURNS_KEPT);
	set_up_reports(service, config, &setup);
	service->reports = reports_new(&setup.report, &setup.account, &setup.probe,
	    service->engine, service->https);
	service->seal.probes = reports_probes(service->reports);
	watch_spools(service, config);
	service->inbox = inbox_start(service->state_folder);
}

/* --- our own domains ----------------------------------------------------------------------- */

struct audit_options
service_audit_options(const struct service *service, const struct config *config)
{
	return (struct audit_options){
		.dns = service->dns,
		.https = service->https,
		.probe_secure = &config->engine.probe_secure,
		.probe_bogus = &config->engine.probe_bogus,
		.trust = service->trust,
		.dns_deadline_ms = config->engine.dns_deadline_ms,
		.https_deadline_ms = config->engine.https_deadline_ms,
		.look_deadline_ms = config->probe.deadline_ms,
		.helo = config->report.helo,
	};
}

static void
open_watch(struct service *service, const struct config *config)
{
	struct audit_options audit = service_audit_options(service, config);

	service->watch = watch_start(&config->watch, &audit);
}

static void
reload_watch(struct service *service, const struct config *config)
{
	struct audit_options audit = service_audit_options(service, config);

	watch_reconfigure(service->watch, &config->watch, &audit);
}

/* --- store and engine ------------------------------------------------------------------- */

/* Open, load, and start the writer; on any error there is no store. */
static enum status
use_store(struct service *service, enum service_store mode, struct why *why)
{
	enum status st;

	st = mode == SERVICE_STORE
		 ? store_open(service->state_folder, &service->store, why)
		 : store_open_readonly(service->state_folder, &service->store, why);
	if (st != ST_OK) {
		service->store = NULL;
		return st;
	}
	st = engine_use_store(service->engine, service->store);
	if (st != ST_OK)
		why_set(why, "it cannot be read");
	else if (mode == SERVICE_STORE)
		st = store_start(service->store, why);
	if (st != ST_OK) {
		store_close(service->store);
		service->store = NULL;
	}
	if (st == ST_OK && service->reports != NULL)
		reports_use_store(service->reports, service->store);
	if (st == ST_OK && service->inbox != NULL)
		inbox_use_store(service->inbox, service->store);
	if (st == ST_OK && service->watch != NULL)
		watch_use_store(service->watch, service->store);
	return st;
}

static void
on_retry(void *arg)
{
	struct service *service = arg;
	struct why why;

	if (use_store(service, SERVICE_STORE, &why) == ST_OK)
		log_info("store: folder=%s status=ok", service->state_folder);
	else
		loop_timer_set(service->retry, STORE_RETRY_MS);
}

static void
open_store(struct service *service, enum service_store mode)
{
	struct why why;

	if (use_store(service, mode, &why) == ST_OK)
		return;
	if (mode == SERVICE_STORE_READONLY) {
		log_info("store: folder=%s reason=\"%s\" action=\"going on without\"",
		    service->state_folder, why.text);
		return;
	}
	log_err(
	    "store: folder=%s reason=\"%s\" action=\"going on without: policies and "
	    "overrides are kept in memory until it can be opened\"",
	    service->state_folder, why.text);
	service->retry = loop_timer_new(on_retry, service);
	loop_timer_set(service->retry, STORE_RETRY_MS);
}

enum status
service_open(const struct config *config, enum service_store mode, struct service *out,
    struct why *why)
{
	struct upstream *u;
	enum status st;

	memset(out, 0, sizeof(*out));
	st = upstream_open(config, &u, why);
	if (st != ST_OK)
		return st;
	adopt(out, u);
	out->state_folder = xstrdup(config->state_folder);
	out->report = &config->report;
	out->engine = engine_new(&config->engine, out->dns, out->https);
	out->seal.engine = out->engine;
	if (mode == SERVICE_STORE) {
		open_reports(out, config);
		open_watch(out, config);
	}
	open_store(out, mode);
	return ST_OK;
}

enum status
service_reload(struct service *service, const struct config *config, struct why *why)
{
	struct upstream *u, *old = service->upstream;
	struct report_setup setup;
	enum status st = upstream_open(config, &u, why);

	if (st != ST_OK)
		return st;
	adopt(service, u);
	engine_reconfigure(
	    service->engine, &config->engine, service->dns, service->https);
	service->report = &config->report;
	if (service->reports != NULL) {
		set_up_reports(service, config, &setup);
		reports_reconfigure(service->reports, &setup.report, &setup.account,
		    &setup.probe, service->https);
		watch_spools(service, config);
	}
	if (service->watch != NULL)
		reload_watch(service, config);
	upstream_close(old);
	return ST_OK;
}

void
service_close(struct service *service)
{
	watch_stop(service->watch);
	inbox_stop(service->inbox);
	spool_in_stop(service->spools);
	reports_free(service->reports);
	turns_free(service->turns);
	engine_free(service->engine);
	upstream_close(service->upstream);
	store_close(service->store);
	loop_timer_free(service->retry);
	free(service->state_folder);
	memset(service, 0, sizeof(*service));
}
