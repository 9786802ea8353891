/*
 * The configuration file.  SPDX-License-Identifier: ISC
 *
 * Sections, "key = value", one row of the table in keys.c for each key: it drives the
 * parser, the example file, hopseald -p, and the check of the manual.
 */
#ifndef HOPSEAL_CONFIG_CONFIG_H
#define HOPSEAL_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/log.h"
#include "base/status.h"
#include "base/strbuf.h"
#include "config/paths.h"
#include "lookup/engine.h"
#include "lookup/probe.h"
#include "net/dns.h"
#include "net/https.h"
#include "report/options.h"
#include "watch/watch.h"

/* One line of [listen]. */
struct listen_line {
	const char *where; /* "unix:/path", "inet:ADDRESS:PORT" or "inet:[V6]:PORT" */
	const char *owner; /* "user", "user:group", ":group"; NULL: the daemon's user */
	mode_t mode;       /* of a unix socket; never 0 */
};

struct listen_lines {
	struct listen_line *items;
	size_t count;
};

#define PATHS_MAX 16

struct path_list {
	char **items;
	size_t count;
};

/* Everything is set, from the file or by default.  All memory belongs to the config. */
struct config {
	const char *user, *pid_file, *state_folder; /* pid_file may be "" */
	enum log_sink log;
	enum log_level log_level;
	unsigned stream_max; /* connections at once, for each listener */
	int deadline_ms;     /* for a cold question */
	struct listen_lines maps, controls, tlsrpts, metrics;
	struct dns_options dns;
	struct https_options https;
	struct engine_options engine;
	struct probe_options probe;
	struct report_options report;
	struct watch_options watch;
	struct path_list spools; /* of adapters, for events told while we were away */
	/* To follow: a file, "journal", or "". */
	const char *postfix_log, *opensmtpd_log;
};

#define CONFIG_BYTES_MAX  (1024 * 1024) /* of a file */
#define CONFIG_ERRORS_MAX 20            /* kept; more are counted */

/* What is wrong with a file, in the order of its lines: "FILE:LINE: ...". */
struct config_errors {
	size_t count; /* of all */
	struct why items[CONFIG_ERRORS_MAX];
};

/*
 * Read a file.
 *
 * is_required  false: a file that does not exist is an empty one
 * *out         freed with config_free(); NULL unless ST_OK
 * errors       is written in full
 *
 * Returns ST_OK, ST_IO (cannot be read), ST_TOO_BIG or ST_SYNTAX (errors says what).
 */
MUST_CHECK enum status config_load(const char *path, bool is_required,
    struct config **out, struct config_errors *errors);

/* The same for len bytes of text; name stands before the line number in errors. */
MUST_CHECK enum status config_parse(const char *name, const char *text, size_t len,
    struct config **out, struct config_errors *errors);

/* NULL is fine. */
void config_free(struct config *config);

/* Append the configuration as a file that config_parse() reads back. */
void config_print(const struct config *config, struct strbuf *out);

/* Append the example file: every key with its explanation, its default commented out. */
void config_example(struct strbuf *out);

/*
 * Call fn for every key that counts only at start and differs between the two, with its section and name.
 */
typedef void config_change_fn(const char *section, const char *name, void *arg);
void config_each_fixed_change(const struct config *old, const struct config *new,
    config_change_fn *fn, void *arg);

#endif
