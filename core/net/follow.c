/* SPDX-License-Identifier: ISC */
#include "net/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "net/loop.h"

#define LOOK_MS    250   /* between two looks at the source */
#define REOPEN_MS  5000  /* at one that is not there */
#define READ_BYTES 65536 /* of one read */
#define READS_MAX  16    /* of one look: the loop has other work */

extern char **environ;

struct follow {
	char *where;
	follow_fn *fn;
	void *arg;
	struct loop_timer *timer;
	int fd;           /* -1: not open */
	pid_t journalctl; /* 0: none */
	struct stat at;   /* the file that fd is */
	struct strbuf line;
	bool is_new;     /* what is there was written before our time */
	bool is_failing; /* and it was said */
	bool is_passing; /* over the rest of a line that is too long */
};

static bool
is_journal(const struct follow *f)
{
	return strcmp(f->where, FOLLOW_JOURNAL) == 0;
}

static void
say(struct follow *f, bool is_open)
{
	if (!is_open && !f->is_failing)
		log_err("follow: log=%s status=failing reason=\"%s\" effect=\"sessions "
			"are not counted\" retry-s=%d",
		    f->where, strerror(errno), REOPEN_MS / 1000);
	if (is_open && f->is_failing)
		log_info("follow: log=%s status=ok", f->where);
	f->is_failing = !is_open;
}

/* --- lines -------------------------------------------------------------------------------- */

static void
end_line(struct follow *f)
{
	if (!f->is_passing)
		f->fn(strbuf_str(&f->line), f->line.len, f->arg);
	f->is_passing = false;
	strbuf_reset(&f->line);
}

static void
take(struct follow *f, const char *bytes, size_t len)
{
	const char *end;
	size_t n;

	for (; len > 0; bytes += n, len -= n) {
		end = memchr(bytes, '\n', len);
		n = end != NULL ? (size_t)(end - bytes) : len;
		if (f->line.len + n > FOLLOW_LINE_MAX)
			f->is_passing = true;
		if (!f->is_passing)
			strbuf_add(&f->line, bytes, n);
		if (end != NULL) {
			end_line(f);
			n++;
		}
	}
}

/* Whether the end was reached, for now. */
static bool
read_on(struct follow *f)
{
	char bytes[READ_BYTES];
	ssize_t n = -1;
	int i;

	for (i = 0; i < READS_MAX; i++) {
		n = read(f->fd, bytes, sizeof(bytes));
		if (n <= 0)
			break;
		take(f, bytes, (size_t)n);
	}
	return n <= 0;
}

/* --- the file -------------------------------------------------------------------------------- */

static void
let_go(struct follow *f)
{
	if (f->fd != -1)
		close(f->fd);
	f->fd = -1;
	f->is_passing = false;
	strbuf_reset(&f->line);
}

static bool
open_file(struct follow *f)
{
	f->fd = open(f->where, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (f->fd == -1 || fstat(f->fd, &f->at) == -1)
		return false;
	if (f->is_new)
		lseek(f->fd, 0, SEEK_END);
	return true;
}

/* Another file has the name now. */
static bool
is_replaced(const struct follow *f)
{
	struct stat now;

	return stat(f->where, &now) == 0 &&
	       (now.st_dev != f->at.st_dev || now.st_ino != f->at.st_ino);
}

static bool
is_cut(const struct follow *f)
{
	struct stat now;

	return fstat(f->fd, &now) == 0 && now.st_size < lseek(f->fd, 0, SEEK_CUR);
}

static void
look_at_file(struct follow *f)
{
	if (is_cut(f)) {
		lseek(f->fd, 0, SEEK_SET);
		strbuf_reset(&f->line);
	}
	if (read_on(f) && is_replaced(f)) {
		read_on(f); /* what was written between the two */
		let_go(f);
	}
}

/* --- the journal -------------------------------------------------------------------------------- */

static bool
open_journal(struct follow *f)
{
	static char program[] = "journalctl", follow[] = "--follow",
		    lines[] = "--lines=0", output[] = "--output=short",
		    facility[] = "--facility=mail";
	char *const argv[] = { program, follow, lines, output, facility, NULL };
	posix_spawn_file_actions_t actions;
	int ends[2], rc;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) == -1)
		return false;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	rc = posix_spawnp(&f->journalctl, program, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (rc != 0) {
		close(ends[0]);
		f->journalctl = 0;
		errno = rc;
		return false;
	}
	f->fd = ends[0];
	return true;
}

static void
end_journal(struct follow *f)
{
	if (f->journalctl == 0)
		return;
	kill(f->journalctl, SIGKILL);
	waitpid(f->journalctl, NULL, 0);
	f->journalctl = 0;
}

static void
look_at_journal(struct follow *f)
{
	int status;

	read_on(f);
	if (waitpid(f->journalctl, &status, WNOHANG) != f->journalctl)
		return;
	f->journalctl = 0;
	let_go(f);
	errno = ECHILD;
	say(f, false);
}

/* --- both ------------------------------------------------------------------------------------------ */

static bool
open_source(struct follow *f)
{
	bool is_open = is_journal(f) ? open_journal(f) : open_file(f);

	say(f, is_open);
	f->is_new = false;
	return is_open;
}

static void
on_look(void *arg)
{
	struct follow *f = arg;

	if (f->fd == -1 && !open_source(f)) {
		loop_timer_set(f->timer, REOPEN_MS);
		return;
	}
	if (is_journal(f))
		look_at_journal(f);
	else
		look_at_file(f);
	loop_timer_set(f->timer, f->is_failing ? REOPEN_MS : LOOK_MS);
}

struct follow *
follow_open(const char *where, follow_fn *fn, void *arg)
{
	struct follow *f = xcalloc(1, sizeof(*f));

	f->where = xstrdup(where);
	f->fn = fn;
	f->arg = arg;
	f->fd = -1;
	f->is_new = true;
	f->timer = loop_timer_new(on_look, f);
	on_look(f);
	return f;
}

void
follow_close(struct follow *follow)
{
	if (follow == NULL)
		return;
	loop_timer_free(follow->timer);
	let_go(follow);
	end_journal(follow);
	strbuf_clear(&follow->line);
	free(follow->where);
	free(follow);
}
