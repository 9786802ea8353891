/* SPDX-License-Identifier: ISC */
#include "cli/session.h"

#include "audit/resolver_view.h"
#include "cli/ask.h"
#include "net/dns.h"
#include "net/https.h"
#include "net/loop.h"
#include "show/complain.h"

/* --- configuration and loop ------------------------------------------------------------------------- */

typedef enum status in_loop_fn(const struct config *config, void *arg, struct why *why);

/* False: complained about. */
static bool
run_in_loop(const struct args *args, in_loop_fn *fn, void *arg)
{
	struct config *config = ask_config(args);
	struct why why;
	enum status rc;

	if (config == NULL)
		return false;
	rc = loop_init(&why);
	if (rc == ST_OK) {
		rc = fn(config, arg, &why);
		loop_clear();
	}
	if (rc != ST_OK)
		complain("%s", why.text);
	config_free(config);
	return rc == ST_OK;
}

/* --- views ------------------------------------------------------------------------------------------ */

struct run {
	struct session *session;
	enum session_needs needs;
	session_begin_fn *begin;
	void *arg;
};

void
session_seen(struct session *session)
{
	if (--session->waiting == 0)
		loop_stop();
}

static void
on_resolver(enum resolver_state state, void *arg)
{
	struct session *session = arg;

	session->resolver = state;
	session_seen(session);
}

static void
look(const struct run *run)
{
	struct session *session = run->session;

	session->waiting = 1;
	run->begin(session, run->arg);
	(void)resolver_view_start(&session->options, on_resolver, session);
	loop_run();
}

static enum status
look_with_https(const struct config *config, const struct run *run, struct why *why)
{
	struct https *https;
	enum status rc = https_open(&config->https, &https, why);

	if (rc != ST_OK)
		return rc;
	run->session->options.https = https;
	look(run);
	https_close(https);
	return ST_OK;
}

static enum status
open_and_look(const struct config *config, void *arg, struct why *why)
{
	const struct run *run = arg;
	enum status rc;
	struct dns *dns;

	rc = dns_open(&config->dns, &dns, why);
	if (rc != ST_OK)
		return rc;
	run->session->options = (struct audit_options){
		.dns = dns,
		.probe_secure = &config->engine.probe_secure,
		.probe_bogus = &config->engine.probe_bogus,
		.dns_deadline_ms = config->engine.dns_deadline_ms,
		.https_deadline_ms = config->engine.https_deadline_ms,
		.look_deadline_ms = config->probe.deadline_ms,
		.helo = config->report.helo,
	};
	if (run->needs == SESSION_HTTPS)
		rc = look_with_https(config, run, why);
	else
		look(run);
	dns_close(dns);
	return rc;
}

bool
session_run(const struct args *args, enum session_needs needs, struct session *session,
    session_begin_fn *begin, void *arg)
{
	struct run run = {
		.session = session, .needs = needs, .begin = begin, .arg = arg
	};

	*session = (struct session){ .resolver = RESOLVER_UNKNOWN };
	return run_in_loop(args, open_and_look, &run);
}

/* --- the engine ------------------------------------------------------------------------------------- */

struct serve {
	session_serve_fn *fn;
	void *arg;
	enum exit_code code;
};

static enum status
open_and_serve(const struct config *config, void *arg, struct why *why)
{
	struct serve *serve = arg;
	struct service service;
	enum status rc = service_open(config, SERVICE_STORE_READONLY, &service, why);

	if (rc != ST_OK)
		return rc;
	serve->code = serve->fn(&service, config, serve->arg);
	service_close(&service);
	return ST_OK;
}

enum exit_code
session_serve(const struct args *args, session_serve_fn *fn, void *arg)
{
	struct serve serve = { .fn = fn, .arg = arg, .code = EXIT_FAILED };

	(void)run_in_loop(args, open_and_serve, &serve);
	return serve.code;
}
