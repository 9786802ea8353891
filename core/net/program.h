/*
 * A program run for us, without a shell.  SPDX-License-Identifier: ISC
 *
 * It gets its words, an environment that we made, something to read, a process group of its own, and none of our descriptors.
 */
#ifndef HOPSEAL_NET_PROGRAM_H
#define HOPSEAL_NET_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

/* All is copied, or used before program_start() returns. */
struct program_request {
	const char *const *argv; /* ended by NULL; argv[0] is the program's path */
	const char *const
	    *env; /* "NAME=value" beside PATH, ended by NULL; NULL: PATH only */
	const char *input; /* len bytes for its standard input */
	size_t len;
	int deadline_ms; /* then it is killed, with all that it started */
};

enum program_end {
	PROGRAM_EXITED,
	PROGRAM_KILLED, /* by a signal */
	PROGRAM_TIMED_OUT,
	PROGRAM_NOT_RUN, /* it cannot be */
};

struct program_answer {
	enum program_end end;
	int exit_status;   /* PROGRAM_EXITED */
	bool has_read_all; /* of its input */
	const char
	    *how; /* "exit status 75", "PATH cannot be run: no such file"; never NULL */
	const char *words; /* the last line of its output and complaints, escaped; "" */
};

typedef void program_done_fn(const struct program_answer *answer, void *arg);

struct program;

/*
 * done runs once, never before this returns; program_free() follows, there or later.  What it leaves running in the
 * background is not waited for.
 */
struct program *program_start(
    const struct program_request *request, program_done_fn *done, void *arg);

/* Also in the middle: the program is killed, with all that it started, and done will not run.  NULL is fine. */
void program_free(struct program *program);

#endif
