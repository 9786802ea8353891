/* SPDX-License-Identifier: ISC */
#include "net/program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "net/loop.h"

#define PATH           "PATH=/usr/sbin:/usr/bin:/sbin:/bin"
#define WORDS_KEPT     512 /* of the end of what it says */
#define WORDS_READ_MAX (64 * 1024)

struct program {
	pid_t pid; /* and process group; 0: none, or reaped */
	int exit_fd, in_fd, words_fd;
	int unread_fd; /* the other end of in_fd, to see what it has left there */
	struct loop_io *exit_io, *in_io, *words_io;
	struct loop_timer *deadline;
	struct strbuf input, words, how;
	size_t written; /* of input */
	bool is_over;   /* done has run */
	bool is_left;   /* by the owner: freed when the process has ended */
	program_done_fn *done;
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

/* The last line that is not empty. */
static void
add_last_words(const struct strbuf *words, struct strbuf *out)
{
	size_t len = words->len, start;

	while (len > 0 && strchr(" \t\r\n", words->data[len - 1]) != NULL)
		len--;
	for (start = len; start > 0 && words->data[start - 1] != '\n';)
		start--;
	if (len > 0)
		strbuf_escape(out, words->data + start, len - start, WORDS_KEPT);
}

/* What fits into the pipe can be written to a program that never reads. */
static bool
has_read_all(const struct program *p)
{
	int unread = 0;

	return p->written == p->input.len &&
	       ioctl(p->unread_fd, FIONREAD, &unread) == 0 && unread == 0;
}

static void
finish(struct program *p, enum program_end end, int exit_status)
{
	struct strbuf words = STRBUF_INIT;
	struct program_answer answer = {
		.end = end,
		.exit_status = exit_status,
		.has_read_all = has_read_all(p),
		.how = strbuf_str(&p->how),
	};

	p->is_over = true;
	loop_timer_stop(p->deadline);
	drop(&p->in_fd, &p->in_io);
	drop(&p->words_fd, &p->words_io);
	add_last_words(&p->words, &words);
	answer.words = strbuf_str(&words);
	p->done(&answer, p->arg);
	strbuf_clear(&words);
}

static void
judge(struct program *p, int status)
{
	if (WIFSIGNALED(status)) {
		strbuf_addf(&p->how, "killed by signal %d", WTERMSIG(status));
		finish(p, PROGRAM_KILLED, 0);
	} else {
		strbuf_addf(&p->how, "exit status %d", WEXITSTATUS(status));
		finish(p, PROGRAM_EXITED, WEXITSTATUS(status));
	}
}

/* --- pipes ------------------------------------------------------------------------------ */

/* Returns what read(2) did. */
static ssize_t
read_words(struct program *p)
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
	struct program *p = arg;
	ssize_t n = read_words(p);

	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
		drop(&p->words_fd, &p->words_io);
}

/* A program that does not read on will say more by its exit status. */
static void
on_in(int fd, int events UNUSED, void *arg)
{
	struct program *p = arg;
	ssize_t n = write(fd, p->input.data + p->written, p->input.len - p->written);

	if (n > 0)
		p->written += (size_t)n;
	if (p->written == p->input.len ||
	    (n == -1 && errno != EAGAIN && errno != EINTR))
		drop(&p->in_fd, &p->in_io);
}

/* --- the process ------------------------------------------------------------------------ */

static loop_fn on_not_run;

static void
release(struct program *p)
{
	loop_deferred_cancel(on_not_run, p);
	drop(&p->exit_fd, &p->exit_io);
	drop(&p->in_fd, &p->in_io);
	drop(&p->words_fd, &p->words_io);
	if (p->unread_fd != -1)
		close(p->unread_fd);
	loop_timer_free(p->deadline);
	strbuf_clear(&p->input);
	strbuf_clear(&p->words);
	strbuf_clear(&p->how);
	free(p);
}

static int
reap(struct program *p)
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
	struct program *p = arg;
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
	struct program *p = arg;

	kill(-p->pid, SIGKILL);
	strbuf_adds(&p->how, "timed out");
	finish(p, PROGRAM_TIMED_OUT, 0);
}

/* PATH, and what the request says; freed with free(). */
static char **
make_env(const struct program_request *request)
{
	size_t count = 0, i;
	char **env;

	while (request->env != NULL && request->env[count] != NULL)
		count++;
	env = xcalloc(count + 2, sizeof(env[0]));
	env[0] = (char *)PATH;
	for (i = 0; i < count; i++)
		env[i + 1] = (char *)request->env[i];
	return env;
}

/* In the child: signals as at boot, 0 the input, 1 and 2 its words, and no other descriptor. */
static int
spawn(pid_t *pid, const struct program_request *request, int in, int words)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	char **env = make_env(request);
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
	rc = posix_spawn(
	    pid, request->argv[0], &files, &how, (char *const *)request->argv, env);
	posix_spawnattr_destroy(&how);
	posix_spawn_file_actions_destroy(&files);
	free(env);
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
run(struct program *p, const struct program_request *request)
{
	int in[2], words[2], rc;

	if (!make_pipe(in, 1))
		return errno;
	p->unread_fd = in[0];
	p->in_fd = in[1];
	if (!make_pipe(words, 0)) {
		rc = errno;
	} else {
		p->words_fd = words[0];
		rc = spawn(&p->pid, request, in[0], words[1]);
		close(words[1]);
	}
	return rc;
}

/* Returns 0, or an errno; there is no process then. */
static int
watch(struct program *p)
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
on_not_run(void *arg)
{
	finish(arg, PROGRAM_NOT_RUN, 0);
}

struct program *
program_start(const struct program_request *request, program_done_fn *done, void *arg)
{
	struct program *p = xcalloc(1, sizeof(*p));
	int rc;

	p->exit_fd = p->in_fd = p->words_fd = p->unread_fd = -1;
	p->done = done;
	p->arg = arg;
	strbuf_add(&p->input, request->input, request->len);
	p->deadline = loop_timer_new(on_deadline, p);
	rc = run(p, request);
	if (rc == 0)
		rc = watch(p);
	if (rc == 0) {
		loop_timer_set(p->deadline, request->deadline_ms);
	} else {
		p->pid = 0;
		strbuf_addf(
		    &p->how, "%s cannot be run: %s", request->argv[0], strerror(rc));
		loop_defer(on_not_run, p);
	}
	return p;
}

void
program_free(struct program *p)
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
