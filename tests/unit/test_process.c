/* SPDX-License-Identifier: ISC */
#include "base/process.h"

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cases.h"

#define NOBODY 65534

static const struct files_case {
	const char *name;
	rlim_t soft, hard, wanted, allowed;
} files_cases[] = {
	{ "more is wanted than there is", 64, 256, 128, 128 },
	{ "more than can be had: all that can", 64, 256, 1000, 256 },
	{ "there is enough already", 200, 256, 128, 200 },
};

/* In a process of a user who is not root; limits stay lowered. */
static bool
is_right(const struct files_case *c)
{
	struct rlimit limit = { .rlim_cur = c->soft, .rlim_max = c->hard };
	uint64_t told;

	if (setrlimit(RLIMIT_NOFILE, &limit) == -1 ||
	    (geteuid() == 0 && setuid(NOBODY) == -1))
		return false;
	told = process_want_files(c->wanted);
	return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == c->allowed &&
	       (told >= c->wanted) == (c->allowed >= c->wanted) && told <= c->allowed;
}

static void
check_files(void **state)
{
	const struct files_case *c = *state;
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(is_right(c) ? 0 : 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct case_table tables[] = { CASES(check_files, files_cases) };

	return cases_run("process", tables, COUNT_OF(tables));
}
