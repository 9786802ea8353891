/* SPDX-License-Identifier: ISC */
#include "base/log.h"

#include <stdarg.h>
#include <syslog.h>
#include <unistd.h>

#define LINE_MAX_BYTES 2048

static const struct {
	const char *text;
	int priority; /* syslog(3) */
} levels[] = {
	[LEVEL_ERR] = { "err", LOG_ERR },
	[LEVEL_WARN] = { "warn", LOG_WARNING },
	[LEVEL_INFO] = { "info", LOG_INFO },
	[LEVEL_DEBUG] = { "debug", LOG_DEBUG },
};

static struct {
	const char *name;
	enum log_sink sink;
	enum log_level level;
} current = { "hopseal", LOG_TO_STDERR, LEVEL_INFO };

void
log_open(const char *name, enum log_sink sink, enum log_level level)
{
	current.name = name;
	current.level = level;
	if (sink == LOG_TO_SYSLOG && current.sink != LOG_TO_SYSLOG)
		openlog(name, LOG_PID | LOG_NDELAY, LOG_MAIL);
	current.sink = sink;
}

enum status
log_level_parse(const char *text, enum log_level *out)
{
	size_t i;

	for (i = 0; i < COUNT_OF(levels); i++)
		if (strcmp(levels[i].text, text) == 0) {
			*out = (enum log_level)i;
			return ST_OK;
		}
	return ST_UNKNOWN;
}

bool
log_wants(enum log_level level)
{
	return level <= current.level;
}

/* One write per line, so that lines of several threads do not mix. */
PRINTF_LIKE(2, 0)
static void
line(enum log_level level, const char *fmt, va_list ap)
{
	char text[LINE_MAX_BYTES];
	int head, n;

	if (!log_wants(level))
		return;
	if (current.sink == LOG_TO_SYSLOG) {
		vsyslog(levels[level].priority, fmt, ap);
		return;
	}
	head =
	    snprintf(text, sizeof(text), "%s: %s ", current.name, levels[level].text);
	n = vsnprintf(text + head, sizeof(text) - (size_t)head - 1, fmt, ap);
	if (n < 0)
		return;
	n = head + n < (int)sizeof(text) - 2 ? head + n : (int)sizeof(text) - 2;
	text[n++] = '\n';
	/* Nobody is left to tell when stderr cannot be written. */
	if (write(STDERR_FILENO, text, (size_t)n) == -1)
		return;
}

#define DEFINE_LEVEL(name, level)                                                      \
	void name(const char *fmt, ...)                                                \
	{                                                                              \
		va_list ap;                                                            \
                                                                                       \
		va_start(ap, fmt);                                                     \
		line(level, fmt, ap);                                                  \
		va_end(ap);                                                            \
	}

DEFINE_LEVEL(log_err, LEVEL_ERR)
DEFINE_LEVEL(log_warn, LEVEL_WARN)
DEFINE_LEVEL(log_info, LEVEL_INFO)
DEFINE_LEVEL(log_debug, LEVEL_DEBUG)
