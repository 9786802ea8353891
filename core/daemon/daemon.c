/* SPDX-License-Identifier: ISC */
#include "daemon/daemon.h"

#include <signal.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/process.h"
#include "control/service.h"
#include "daemon/door_control.h"
#include "daemon/door_log.h"
#include "daemon/door_map.h"
#include "daemon/identity.h"
#include "daemon/listeners.h"
#include "net/loop.h"
#include "net/systemd.h"

#define PROGRAM     "hopseald"
#define OTHER_FILES 2048 /* beside connections: queries, fetches, the store */

struct daemon {
	const struct daemon_options *options;
	struct config *config;
	struct identity identity;
	struct service service;
	struct door_map map;
	struct door_control control;
	struct door_metrics metrics;
	struct door_tlsrpt tlsrpt;
	struct door_log *log;
	struct askers askers;
	struct listeners listeners;
	struct loop_timer *end, *watchdog;
	bool has_loop, is_ending;
};

static void
apply_log(const struct daemon *d, enum log_sink sink)
{
	log_open(
	    PROGRAM, sink, d->options->is_debug ? LEVEL_DEBUG : d->config->log_level);
}

/* Sentences quote what they are about. */
static void
say_fault(const char *what, const struct why *why, const char *consequence)
{
	struct strbuf reason = STRBUF_INIT;

	strbuf_escape(&reason, why->text, strlen(why->text), WHY_MAX);
	log_err("%s reason=\"%s\"%s", what, strbuf_str(&reason), consequence);
	strbuf_clear(&reason);
}

/* --- set-up, in this order ------------------------------------------------------------------- */

/* What a failure means to who reads our exit status: the manual has the list. */
static int
exit_status(enum status st)
{
	switch (st) {
	case ST_BUSY:
		return EX_UNAVAILABLE;
	case ST_SYNTAX:
	case ST_RANGE:
	case ST_UNKNOWN:
		return EX_CONFIG;
	case ST_OK:
	case ST_TOO_BIG:
	case ST_NOTFOUND:
	case ST_MORE:
	case ST_TIMEOUT:
	case ST_NOMEM:
	case ST_IO:
	case ST_LIBRARY:
		break;
	}
	return EX_OSERR;
}

/* A state folder that cannot be made is for the store to complain about: we go on without. */
static void
make_state_folder(const struct daemon *d)
{
	struct why why;

	if (identity_make_folder(&d->identity, d->config->state_folder, 0750, &why) !=
	    ST_OK)
		log_debug("hopseald: state-folder=\"%s\"", why.text);
}

static enum status
open_doors(struct daemon *d, struct why *why)
{
	enum status st;

	d->map.service = d->control.service = &d->service;
	d->metrics.service = d->tlsrpt.service = &d->service;
	d->map.deadline_ms = d->control.deadline_ms = d->config->deadline_ms;
	d->listeners = (struct listeners){
		.map = &d->map,
		.control = &d->control,
		.metrics = &d->metrics,
		.tlsrpt = &d->tlsrpt,
		.identity = &d->identity,
	};
	st = listeners_inherit(&d->listeners, d->config, why);
	if (st == ST_OK)
		st = listeners_plan(&d->listeners, d->config, why);
	if (st == ST_OK)
		listeners_commit(&d->listeners);
	return st;
}

static void
want_files(const struct daemon *d)
{
	uint64_t wanted =
	    (d->config->maps.count + 1) * d->config->stream_max + OTHER_FILES;
	uint64_t allowed = process_want_files(wanted);

	if (allowed < wanted)
		log_info("hopseald: open-files=%llu wanted=%llu effect=\"connections "
			 "beyond it wait\"",
		    (unsigned long long)allowed, (unsigned long long)wanted);
}

/* As root: what only root may do. */
static enum status
set_up_as_root(struct daemon *d, struct why *why)
{
	enum status st;

	want_files(d);
	st = identity_find(d->config->user, &d->identity, why);
	if (st != ST_OK)
		return st;
	make_state_folder(d);
	st = loop_init(why);
	d->has_loop = st == ST_OK;
	if (st == ST_OK)
		st = open_doors(d, why);
	if (st == ST_OK)
		st = process_write_pid(d->config->pid_file, why);
	return st;
}

/* Who has asked is noted only where a log tells the rest. */
static void
follow_logs(struct daemon *d)
{
	d->log = door_log_open(d->config, &d->service, &d->askers);
	d->map.askers = d->config->postfix_log[0] != '\0' ? &d->askers : NULL;
	d->map.log_waits = door_log_waits(d->log);
}

static loop_fn on_hangup, on_end, on_watchdog, on_quiet, on_room;

static enum status
watch_signals(struct daemon *d, struct why *why)
{
	if (loop_on_signal(SIGHUP, on_hangup, d) == ST_OK &&
	    loop_on_signal(SIGTERM, on_end, d) == ST_OK &&
	    loop_on_signal(SIGINT, on_end, d) == ST_OK)
		return ST_OK;
	why_set(why, "signals cannot be watched");
	return ST_LIBRARY;
}

static int
set_up(struct daemon *d, struct why *why)
{
	enum status st = set_up_as_root(d, why);

	if (st == ST_OK)
		st = identity_assume(&d->identity, why);
	if (st != ST_OK)
		return exit_status(st);
	/* From here on as the user.  No resolver, no CA bundle: the configuration is wrong. */
	st = service_open(d->config, SERVICE_STORE, &d->service, why);
	if (st != ST_OK)
		return st == ST_LIBRARY ? EX_OSERR : EX_CONFIG;
	account_on_room(reports_account(d->service.reports), on_room, d);
	follow_logs(d);
	d->map.on_quiet = on_quiet;
	d->map.arg = d;
	d->end = loop_timer_new(on_quiet, d);
	d->watchdog = loop_timer_new(on_watchdog, d);
	st = watch_signals(d, why);
	return st == ST_OK ? EX_OK : exit_status(st);
}

/* --- ready -------------------------------------------------------------------------------------- */

static void
say_ready(const struct daemon *d, const char *what)
{
	struct strbuf sockets = STRBUF_INIT;
	struct engine_status status;

	listeners_add_text(&d->listeners, &sockets);
	engine_status(d->service.engine, &status);
	log_info("hopseald: %s version=%s listening=\"%s\" resolver=%s trusted=%s "
		 "ca-file=%s state-folder=%s policies=%zu",
	    what, HOPSEAL_VERSION, strbuf_str(&sockets), dns_servers(d->service.dns),
	    dns_is_trusted(d->service.dns) ? "yes" : "no", d->config->https.ca_file,
	    d->service.store != NULL ? d->config->state_folder : "none",
	    status.policies);
	if (d->listeners.count == 0)
		log_warn("hopseald: sockets=none effect=\"nobody can ask\"");
	systemd_notify("READY=1");
	strbuf_clear(&sockets);
}

/* Better heard of now than at the first reload. */
static void
check_config_is_readable(const struct daemon *d)
{
	if (access(d->options->config_path, F_OK) == 0 &&
	    access(d->options->config_path, R_OK) == -1)
		log_warn(
		    "hopseald: config=%s user=%s effect=\"it cannot be read again: "
		    "a reload will be refused\"",
		    d->options->config_path, d->config->user);
}

static void
on_watchdog(void *arg)
{
	struct daemon *d = arg;

	systemd_notify("WATCHDOG=1");
	loop_timer_set(d->watchdog, systemd_watchdog_ms());
}

static void
on_room(void *arg)
{
	struct daemon *d = arg;

	listeners_resume(&d->listeners);
}

/* --- reload --------------------------------------------------------------------------------------- */

static enum status
load_again(const struct daemon *d, struct config **out, struct why *why)
{
	struct config_errors errors;
	enum status st = config_load(
	    d->options->config_path, d->options->is_path_given, out, &errors);

	if (st != ST_OK && errors.count == 1)
		why_set(why, "%s", errors.items[0].text);
	else if (st != ST_OK)
		why_set(why, "%.180s; and %zu more", errors.items[0].text,
		    errors.count - 1);
	return st;
}

/* On failure everything is as it was. */
static enum status
take_config(struct daemon *d, const struct config *config, struct why *why)
{
	enum status st = listeners_plan(&d->listeners, config, why);

	if (st != ST_OK)
		return st;
	st = service_reload(&d->service, config, why);
	if (st == ST_OK)
		listeners_commit(&d->listeners);
	else
		listeners_rollback(&d->listeners);
	return st;
}

static void
say_fixed(const char *section, const char *name, void *arg UNUSED)
{
	log_warn("reload: section=%s key=%s action=\"changes with a restart\"", section,
	    name);
}

static void
adopt(struct daemon *d, struct config *config)
{
	bool are_other_logs;

	config_each_fixed_change(d->config, config, say_fixed, NULL);
	are_other_logs = strcmp(d->config->postfix_log, config->postfix_log) != 0 ||
			 strcmp(d->config->opensmtpd_log, config->opensmtpd_log) != 0;
	config_free(d->config);
	d->config = config;
	if (are_other_logs) {
		door_log_close(d->log);
		follow_logs(d);
	}
	d->map.deadline_ms = d->control.deadline_ms = config->deadline_ms;
	apply_log(d, config->log);
}

static void
on_hangup(void *arg)
{
	struct daemon *d = arg;
	struct config *config;
	enum status st;
	struct why why;

	if (d->is_ending)
		return;
	systemd_notify("RELOADING=1");
	st = load_again(d, &config, &why);
	if (st == ST_OK) {
		st = take_config(d, config, &why);
		if (st == ST_OK)
			adopt(d, config);
		else
			config_free(config);
	}
	if (st == ST_OK) {
		say_ready(d, "reloaded");
		return;
	}
	say_fault(
	    "reload: status=refused", &why, " action=\"the old configuration stays\"");
	systemd_notify("READY=1");
}

/* --- the end ------------------------------------------------------------------------------------- */

static void
on_quiet(void *arg UNUSED)
{
	loop_stop();
}

/* Questions that wait get their answers; who comes new meets our successor.  A second signal ends at once. */
static void
on_end(void *arg)
{
	struct daemon *d = arg;

	if (d->is_ending || d->map.waiting == 0)
		loop_stop();
	if (d->is_ending)
		return;
	d->is_ending = true;
	log_info("hopseald: action=ending waiting=%zu", d->map.waiting);
	systemd_notify("STOPPING=1");
	listeners_stop(&d->listeners);
	d->map.is_closing = true;
	loop_timer_set(d->end, d->config->deadline_ms + 1000);
}

static void
tear_down(struct daemon *d)
{
	d->map.is_closing = false; /* nobody is to be told any more */
	listeners_clear(&d->listeners);
	door_map_clear(&d->map);
	door_log_close(d->log);
	askers_clear(&d->askers);
	service_close(&d->service);
	loop_timer_free(d->end);
	loop_timer_free(d->watchdog);
	if (d->has_loop)
		loop_clear();
	process_remove_pid(d->config->pid_file);
	config_free(d->config);
	free(d);
}

int
daemon_run(const struct daemon_options *options, struct config *config)
{
	struct daemon *d = xcalloc(1, sizeof(*d));
	struct why why;
	int rc;

	d->options = options;
	d->config = config;
	process_fill_standard_fds();
	apply_log(d, LOG_TO_STDERR);
	rc = set_up(d, &why);
	if (rc != EX_OK) {
		say_fault("hopseald: start=failed", &why, "");
	} else {
		check_config_is_readable(d);
		apply_log(d, config->log);
		say_ready(d, "ready");
		if (systemd_watchdog_ms() > 0)
			on_watchdog(d);
		loop_run();
		log_info("hopseald: action=ended");
	}
	tear_down(d);
	return rc;
}

int
daemon_test(const struct config *config)
{
	struct identity identity;
	struct why why;
	int rc = EX_OK;

	if (identity_find(config->user, &identity, &why) != ST_OK ||
	    loop_init(&why) != ST_OK) {
		fprintf(stderr, PROGRAM ": %s\n", why.text);
		return EX_CONFIG;
	}
	if (service_check(config, &why) != ST_OK) {
		fprintf(stderr, PROGRAM ": %s\n", why.text);
		rc = EX_CONFIG;
	}
	loop_clear();
	return rc;
}
