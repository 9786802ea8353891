/* SPDX-License-Identifier: ISC */
#include "control/service.h"

#include "base/log.h"
#include "base/mem.h"

/* The ways out, with the parts of the configuration that they borrow. */
struct upstream {
	struct dns *dns;
	struct https *https;
	char *ca_file;
	struct address_range *allowed;
};

/* --- resolver and HTTPS ---------------------------------------------------------------- */

static void
upstream_close(struct upstream *u)
{
	if (u == NULL)
		return;
	if (u->https != NULL)
		https_close(u->https);
	if (u->dns != NULL)
		dns_close(u->dns);
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

/* --- store and engine ------------------------------------------------------------------- */

static void
lose_store(struct service *service, const struct config *config,
    enum service_store mode, const struct why *why)
{
	void (*say)(const char *fmt, ...) PRINTF_LIKE(1, 2) =
	    mode == SERVICE_STORE ? log_err : log_info;

	say("store: folder=%s reason=\"%s\" action=\"going on without: policies and "
	    "overrides are not kept over a restart\"",
	    config->state_folder, why->text);
	store_close(service->store);
	service->store = NULL;
}

static void
open_store(
    struct service *service, const struct config *config, enum service_store mode)
{
	struct why why;
	enum status st;

	st = mode == SERVICE_STORE
		 ? store_open(config->state_folder, &service->store, &why)
		 : store_open_readonly(config->state_folder, &service->store, &why);
	if (st == ST_OK)
		return;
	service->store = NULL;
	lose_store(service, config, mode, &why);
}

static enum status
open_engine(struct service *service, const struct config *config,
    enum service_store mode, struct why *why)
{
	enum status st;

	st = engine_new(&config->engine, service->dns, service->https, service->store,
	    &service->engine, why);
	if (st == ST_OK || service->store == NULL)
		return st;
	lose_store(service, config, mode, why);
	return engine_new(
	    &config->engine, service->dns, service->https, NULL, &service->engine, why);
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
	open_store(out, config, mode);
	st = open_engine(out, config, mode, why);
	if (st == ST_OK && out->store != NULL && mode == SERVICE_STORE)
		st = store_start(out->store, why);
	if (st != ST_OK)
		service_close(out);
	return st;
}

enum status
service_reload(struct service *service, const struct config *config, struct why *why)
{
	struct upstream *u, *old = service->upstream;
	enum status st = upstream_open(config, &u, why);

	if (st != ST_OK)
		return st;
	adopt(service, u);
	engine_reconfigure(
	    service->engine, &config->engine, service->dns, service->https);
	upstream_close(old);
	return ST_OK;
}

void
service_close(struct service *service)
{
	engine_free(service->engine);
	upstream_close(service->upstream);
	store_close(service->store);
	memset(service, 0, sizeof(*service));
}
