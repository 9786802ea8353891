/*
 * One line per thing an operator could act on.  SPDX-License-Identifier: ISC
 *
 * The text is "what: key=value key="value with blanks" ...".  Bytes from a peer go through
 * strbuf_escape() first.  A condition that can repeat per message is logged on change.
 */
#ifndef HOPSEAL_BASE_LOG_H
#define HOPSEAL_BASE_LOG_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/status.h"

/* err: a person must act.  warn: degraded, we coped.  info: state changed.  debug: steps. */
#define LOG_LEVELS(X)                                                                  \
	X(LEVEL_ERR, "err")                                                            \
	X(LEVEL_WARN, "warn")                                                          \
	X(LEVEL_INFO, "info")                                                          \
	X(LEVEL_DEBUG, "debug")

enum log_level {
#define X(name, text) name,
	LOG_LEVELS(X)
#undef X
};

enum log_sink { LOG_TO_STDERR, LOG_TO_SYSLOG };

/* Choose where lines go and which; before the first call: stderr, info.  name is kept. */
void log_open(const char *name, enum log_sink sink, enum log_level level);

/* Parse "err", "warn", "info" or "debug".  Returns ST_OK or ST_UNKNOWN. */
MUST_CHECK enum status log_level_parse(const char *text, enum log_level *out);

/* Whether a line of this level would be written: ask before costly preparation. */
bool log_wants(enum log_level level);

void log_err(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_warn(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_info(const char *fmt, ...) PRINTF_LIKE(1, 2);
void log_debug(const char *fmt, ...) PRINTF_LIKE(1, 2);

#endif
