/* SPDX-License-Identifier: ISC */
#include "net/mail_program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "net/loop.h"

#define PATH           "PATH=/usr/sbin:/usr/bin:/sbin:/bin"
#define WORDS_KEPT     512 /* of the end of what it says */
#define WORDS_READ_MAX (64 * 1024)

struct mail_program {
	pid_t pid; /* and process group; 0: none, or reaped */
	int exit_fd, in_fd, words_fd;
	struct loop_io *exit_io, *in_io, *words_io;
	struct loop_timer *deadline;
	struct strbuf message, words, detail;
	size_t written; /* of message */
	bool is_over;   /* done has run */
	bool is_left;   /* by the owner: freed when the process has ended */
	mail_done_fn *done;
	void *arg;
};

/* --- the end -------------------------------------------------------------------------- */

static void
drop(int *fd, struct loop_io **io)
{
	loop_io_free(*io);
	*io = NULL;
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

static void
finish(struct mail_program *p, enum mail_outcome outcome)
{
	struct mail_answer answer = {
		.outcome = outcome,
		.detail = strbuf_str(&p->detail),
	};

	p->is_over = true;
	loop_timer_stop(p->deadline);
	drop(&p->in_fd, &p->in_io);
	drop(&p->words_fd, &p->words_io);
	p->done(&answer, p->arg);
}

/* What else is listed in sysexits.h may pass, or be put right by the operator. */
static enum mail_outcome
outcome_of(int exit_status)
{
	switch (exit_status) {
	case EX_OK:
		return MAIL_ACCEPTED;
	case EX_USAGE:
	case EX_DATAERR:
	case EX_NOUSER:
	case EX_NOHOST:
		return MAIL_PERMANENT;
	default:
		return MAIL_TEMPORARY;
	}
}

/* The last line that is not empty. */
static void
add_last_words(const struct strbuf *words, struct strbuf *out)
{
	size_t len = words->len, start;

	while (len > 0 && strchr(" \t\r\n", words->data[len - 1]) != NULL)
		len--;
	for (start = len; start > 0 && words->data[start - 1] != '\n';)
		start--;
	if (len == 0)
		return;
	strbuf_adds(out, ": ");
	strbuf_escape(out, words->data + start, len - start, WORDS_KEPT);
}

static void
judge(struct mail_program *p, int status)
{
	enum mail_outcome outcome = MAIL_TEMPORARY;

	if (WIFSIGNALED(status)) {
		strbuf_addf(&p->detail, "killed by signal %d", WTERMSIG(status));
	} else {
		outcome = outcome_of(WEXITSTATUS(status));
		strbuf_addf(&p->detail, "exit status %d", WEXITSTATUS(status));
	}
	if (outcome == MAIL_ACCEPTED && p->written < p->message.len) {
		outcome = MAIL_TEMPORARY;
		strbuf_adds(&p->detail, " before the end of the message");
	}
	add_last_words(&p->words, &p->detail);
	finish(p, outcome);
}

/* --- pipes ------------------------------------------------------------------------------ */

/* Returns what read(2) did. */
static ssize_t
read_words(struct mail_program *p)
{
	char chunk[4096];
	ssize_t n = read(p->words_fd, chunk, sizeof(chunk));

	if (n > 0)
		strbuf_add(&p->words, chunk, (size_t)n);
	if (p->words.len > WORDS_KEPT)
		strbuf_consume(&p->words, p->words.len - WORDS_KEPT);
	return n;
}

static void
on_words(int fd UNUSED, int events UNUSED, void *arg)
{
	struct mail_program *p = arg;
	ssize_t n = read_words(p);

	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
		drop(&p->words_fd, &p->words_io);
}

/* A program that does not read on will say more by its exit status. */
static void
on_in(int fd, int events UNUSED, void *arg)
{
	struct mail_program *p = arg;
	ssize_t n =
	    write(fd, p->message.data + p->written, p->message.len - p->written);

	if (n > 0)
		p->written += (size_t)n;
	if (p->written == p->message.len ||
	    (n == -1 && errno != EAGAIN && errno != EINTR))
		drop(&p->in_fd, &p->in_io);
}

/* --- the process ------------------------------------------------------------------------ */

static void
release(struct mail_program *p)
{
	drop(&p->exit_fd, &p->exit_io);
	drop(&p->in_fd, &p->in_io);
	drop(&p->words_fd, &p->words_io);
	loop_timer_free(p->deadline);
	strbuf_clear(&p->message);
	strbuf_clear(&p->words);
	strbuf_clear(&p->detail);
	free(p);
}

static int
reap(struct mail_program *p)
{
	int status = 0;

	while (waitpid(p->pid, &status, 0) == -1 && errno == EINTR)
		continue;
	p->pid = 0;
	drop(&p->exit_fd, &p->exit_io);
	return status;
}

/* Its last words may still be in the pipe; what it left running in the background may keep that open. */
static void
on_exit_seen(int fd UNUSED, int events UNUSED, void *arg)
{
	struct mail_program *p = arg;
	int status = reap(p);
	size_t got = 0;
	ssize_t n = 1;

	while (p->words_fd != -1 && n > 0 && got < WORDS_READ_MAX) {
		n = read_words(p);
		got += n > 0 ? (size_t)n : 0;
	}
	if (p->is_left)
		release(p);
	else if (!p->is_over)
		judge(p, status);
}

static void
on_deadline(void *arg)
{
	struct mail_program *p = arg;

	kill(-p->pid, SIGKILL);
	strbuf_adds(&p->detail, "timed out");
	add_last_words(&p->words, &p->detail);
	finish(p, MAIL_TEMPORARY);
}

/* In the child: signals as at boot, 0 the message, 1 and 2 its words, and no other descriptor. */
static int
spawn(pid_t *pid, const struct mail_request *request, int in, int words)
{
	char *const argv[] = { (char *)request->program, (char *)"-i", (char *)"-f",
		(char *)request->sender, (char *)"--", (char *)request->recipient,
		NULL };
	char *const env[] = { (char *)PATH, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&files, words, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, words, STDERR_FILENO);
	posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
	posix_spawnattr_init(&how);
	posix_spawnattr_setpgroup(&how, 0);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setsigdefault(&how, &all);
	posix_spawnattr_setflags(&how,
	    POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	rc = posix_spawn(pid, request->program, &files, &how, argv, env);
	posix_spawnattr_destroy(&how);
	posix_spawn_file_actions_destroy(&files);
	return rc;
}

/* --- life ------------------------------------------------------------------------------- */

/* ends[ours] does not block. */
static bool
make_pipe(int ends[2], int ours)
{
	if (pipe2(ends, O_CLOEXEC) == -1)
		return false;
	fcntl(ends[ours], F_SETFL, O_NONBLOCK);
	return true;
}

/* Returns 0, or an errno. */
static int
run(struct mail_program *p, const struct mail_request *request)
{
	int in[2], words[2], rc;

	if (!make_pipe(in, 1))
		return errno;
	p->in_fd = in[1];
	if (!make_pipe(words, 0)) {
		rc = errno;
	} else {
		p->words_fd = words[0];
		rc = spawn(&p->pid, request, in[0], words[1]);
		close(words[1]);
	}
	close(in[0]);
	return rc;
}

/* Returns 0, or an errno; there is no process then. */
static int
watch(struct mail_program *p)
{
	int rc;

	p->exit_fd = pidfd_open(p->pid, 0);
	if (p->exit_fd == -1) {
		rc = errno;
		kill(-p->pid, SIGKILL);
		reap(p);
		return rc;
	}
	p->exit_io = loop_io_new(p->exit_fd, LOOP_READ, on_exit_seen, p);
	p->in_io = loop_io_new(p->in_fd, LOOP_WRITE, on_in, p);
	p->words_io = loop_io_new(p->words_fd, LOOP_READ, on_words, p);
	return 0;
}

static void
add_local_lines(struct strbuf *out, const char *message, size_t len)
{
	size_t i;

	strbuf_reserve(out, len);
	for (i = 0; i < len; i++)
		if (message[i] != '\r' || i + 1 == len || message[i + 1] != '\n')
			strbuf_addc(out, message[i]);
}

struct mail_program *
mail_program_start(const struct mail_request *request, mail_done_fn *done, void *arg)
{
	struct mail_program *p = xcalloc(1, sizeof(*p));
	int rc;

	p->exit_fd = p->in_fd = p->words_fd = -1;
	p->done = done;
	p->arg = arg;
	add_local_lines(&p->message, request->message, request->len);
	p->deadline = loop_timer_new(on_deadline, p);
	loop_timer_set(p->deadline, request->deadline_ms);
	rc = run(p, request);
	if (rc == 0)
		rc = watch(p);
	if (rc != 0) {
		p->pid = 0;
		strbuf_addf(
		    &p->detail, "%s cannot be run: %s", request->program, strerror(rc));
		finish(p, MAIL_TEMPORARY);
	}
	return p;
}

void
mail_program_free(struct mail_program *p)
{
	if (p == NULL)
		return;
	p->is_left = true;
	loop_timer_stop(p->deadline);
	if (p->pid != 0)
		kill(-p->pid, SIGKILL); /* on_exit_seen() has the rest */
	else
		release(p);
}
