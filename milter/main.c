/*
 * hopseal-milter: options, and the way to work.  SPDX-License-Identifier: ISC
 */
#include <libmilter/mfapi.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "base/process.h"
#include "current.h"
#include "filter.h"
#include "listen.h"
#include "process.h"
#include "signals.h"
#include "trial.h"

#ifndef HOPSEAL_SYSCONFDIR
#define HOPSEAL_SYSCONFDIR "/etc"
#endif
#ifndef HOPSEAL_VERSION
#define HOPSEAL_VERSION "unknown"
#endif

#define NAME        "hopseal-milter"
#define CONFIG_PATH HOPSEAL_SYSCONFDIR "/hopseal/hopseal-milter.conf"

static struct milter {
	const char *config_path;
	bool is_path_given;
	/* NULL: as the configuration says. */
	const char *socket, *pid_file, *user;
	bool is_foreground, is_syslog, is_debug;
	struct settings *settings; /* held; those of the start */
	struct listen_options listen;
} milter = { .config_path = CONFIG_PATH };

static int
usage(void)
{
	fputs(
	    "usage: hopseal-milter [-flv] [-p SOCKET] [-P PIDFILE] [-u USER[:GROUP]] "
	    "[-x FILE]\n"
	    "       hopseal-milter -n [-x FILE]   test the configuration\n"
	    "       hopseal-milter -t MAIL,...    say what these mails would come to\n"
	    "       hopseal-milter -V             print the version\n",
	    stderr);
	return EX_USAGE;
}

static enum log_level
level_of(const struct milter *m)
{
	return m->is_debug ? LEVEL_DEBUG : LEVEL_INFO;
}

static int
complain(int rc, const struct why *why)
{
	log_err("start: fault=\"%s\"", why->text);
	return rc;
}

/* --- the configuration ----------------------------------------------------------------------------------------- */

static const struct option_key {
	const char *key;
	size_t offset;
} option_keys[] = {
	{ "socket", offsetof(struct milter, socket) },
	{ "pid-file", offsetof(struct milter, pid_file) },
	{ "user", offsetof(struct milter, user) },
};

/* What the command line says counts more than the file. */
static enum status
load(const struct milter *m, struct settings **out, struct why *why)
{
	enum status rc = settings_load(m->config_path, !m->is_path_given, out, why);
	size_t i;

	for (i = 0; rc == ST_OK && i < COUNT_OF(option_keys); i++) {
		const char *value =
		    *(const char *const *)((const char *)m + option_keys[i].offset);

		if (value != NULL)
			rc = settings_set(*out, option_keys[i].key, value, why);
	}
	return rc;
}

static void
on_reload(void *arg)
{
	const struct milter *m = arg;
	struct settings *settings;
	struct why why;

	if (load(m, &settings, &why) != ST_OK) {
		log_err(
		    "reload: status=refused fault=\"%s\" action=\"goes on as before\"",
		    why.text);
		return;
	}
	if (!settings_start_alike(settings, m->settings))
		log_warn(
		    "reload: status=in-part action=\"socket, socket-mode, "
		    "socket-group, user and pid-file are as before until a restart\"");
	current_set(settings);
	log_info("reload: status=done");
}

/* --- work --------------------------------------------------------------------------------------------------------- */

/*
 * At once: what a session has begun the MTA begins again, with us or without, as it is configured for a milter that is
 * away.
 */
static void
on_end(void *arg)
{
	struct milter *m = arg;

	listen_remove(&m->listen);
	process_remove_pid(m->settings->pid_file);
	log_info("end: status=stopped");
	exit(EX_OK);
}

static int
run(struct milter *m)
{
	const struct signal_handlers handlers = { on_reload, on_end, m };
	struct why why;
	enum status rc;

	if (process_become(m->settings->user, &why) != ST_OK)
		return complain(EX_NOUSER, &why);
	if (!filter_register()) {
		why_set(&why, "libmilter does not take this filter");
		return complain(EX_SOFTWARE, &why);
	}
	if (listen_open(&m->listen, &why) != ST_OK)
		return complain(EX_UNAVAILABLE, &why);
	rc = m->is_foreground ? process_write_pid(m->settings->pid_file, &why)
			      : process_detach(m->settings->pid_file, &why);
	if (rc != ST_OK) {
		listen_remove(&m->listen);
		return complain(EX_CANTCREAT, &why);
	}
	if (m->is_syslog || !m->is_foreground)
		log_open(NAME, LOG_TO_SYSLOG, level_of(m));
	signals_take(&handlers);
	log_info("start: status=ready version=" HOPSEAL_VERSION " socket=%s",
	    m->listen.socket);
	(void)smfi_main();
	why_set(&why, "libmilter has given up; the system's log says why");
	listen_remove(&m->listen);
	process_remove_pid(m->settings->pid_file);
	return complain(EX_SOFTWARE, &why);
}

static int
perform(struct milter *m, bool is_test)
{
	struct settings *settings;
	struct why why;

	log_open(NAME, LOG_TO_STDERR, level_of(m));
	if (load(m, &settings, &why) != ST_OK)
		return complain(EX_CONFIG, &why);
	current_set(settings);
	m->settings = current_hold();
	m->listen = (struct listen_options){ m->settings->socket,
		m->settings->socket_mode, m->settings->socket_group };
	if (listen_check(&m->listen, &why) != ST_OK)
		return complain(EX_CONFIG, &why);
	return is_test ? EX_OK : run(m);
}

int
main(int argc, char **argv)
{
	struct milter *m = &milter;
	bool is_test = false;
	int c;

	process_fill_standard_fds();
	while ((c = getopt(argc, argv, "flnp:P:t:u:vVx:")) != -1)
		switch (c) {
		case 'f':
			m->is_foreground = true;
			break;
		case 'l':
			m->is_syslog = true;
			break;
		case 'n':
			is_test = true;
			break;
		case 'p':
			m->socket = optarg;
			break;
		case 'P':
			m->pid_file = optarg;
			break;
		case 't':
			return trial_run(optarg);
		case 'u':
			m->user = optarg;
			break;
		case 'v':
			m->is_debug = true;
			break;
		case 'V':
			return puts(NAME " " HOPSEAL_VERSION) == EOF ? EX_IOERR : EX_OK;
		case 'x':
			/* For reloads, which the background does in another folder. */
			m->config_path = realpath(optarg, NULL);
			if (m->config_path == NULL)
				m->config_path = optarg;
			m->is_path_given = true;
			break;
		default:
			return usage();
		}
	if (optind < argc)
		return usage();
	return perform(m, is_test);
}
