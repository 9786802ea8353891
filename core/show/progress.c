/* SPDX-License-Identifier: ISC */
#include "show/progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "show/term.h"
#include "show/when.h"

#define SHOWN_MAX 50 /* columns of what a step was about */
#define WIPE      "\r\033[K"

static struct {
	bool is_on;
	unsigned steps;
	time_t began;
} progress;

void
progress_open(void)
{
	const char *type = getenv("TERM");

	progress.is_on =
	    isatty(STDERR_FILENO) && type != NULL && strcmp(type, "dumb") != 0;
	progress.steps = 0;
	progress.began = when_now();
}

void
progress_step(const char *what)
{
	struct strbuf line = STRBUF_INIT;

	if (!progress.is_on)
		return;
	strbuf_addf(&line, "%u seen, %lld s: %.*s", ++progress.steps,
	    (long long)(when_now() - progress.began), SHOWN_MAX, what);
	fputs(WIPE, stderr);
	term_write(stderr, strbuf_str(&line));
	fflush(stderr);
	strbuf_clear(&line);
}

void
progress_close(void)
{
	if (progress.is_on && progress.steps > 0)
		fputs(WIPE, stderr);
	progress.is_on = false;
}
