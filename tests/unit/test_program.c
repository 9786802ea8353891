/*
 * Programs that are run without a shell.  SPDX-License-Identifier: ISC
 */
#include <sys/wait.h>

#include "cases.h"
#include "net/program.h"
#include "run_loop.h"

#define LONG_MS  20000 /* not reached */
#define SHORT_MS 300

struct outcome {
	unsigned count;
	enum program_end end;
	int exit_status;
	bool has_read_all;
	char how[256], words[512];
};

static void
on_done(const struct program_answer *answer, void *arg)
{
	struct outcome *o = arg;

	o->count++;
	o->end = answer->end;
	o->exit_status = answer->exit_status;
	o->has_read_all = answer->has_read_all;
	snprintf(o->how, sizeof(o->how), "%s", answer->how);
	snprintf(o->words, sizeof(o->words), "%s", answer->words);
}

/* By sh(1), since that is where programs are easily written. */
static struct program *
begin(const char *script, const char *const *env, const char *input, int deadline_ms,
    struct outcome *o)
{
	const char *const argv[] = { "/bin/sh", "-c", script, "sh", "two words", NULL };
	struct program *p;

	*o = (struct outcome){ 0 };
	p = program_start(&(struct program_request){ .argv = argv,
			      .env = env,
			      .input = input,
			      .len = strlen(input),
			      .deadline_ms = deadline_ms },
	    on_done, o);
	assert_int_equal(o->count, 0);
	return p;
}

static const struct end_case {
	const char *name, *script;
	enum program_end end;
	int exit_status;
	bool has_read_all;
	const char *how, *words;
	int deadline_ms; /* 0: long */
} end_cases[] = {
	{ "it has ended well", "cat >/dev/null", PROGRAM_EXITED, 0, true,
	    "exit status 0", "", 0 },
	{ "it has not", "cat >/dev/null; exit 3", PROGRAM_EXITED, 3, true,
	    "exit status 3", "", 0 },
	{ "its last words", "cat; echo one; echo two >&2", PROGRAM_EXITED, 0, true,
	    "exit status 0", "two", 0 },
	{ "its words are what it was given, none split", "cat >/dev/null; echo \"$1\"",
	    PROGRAM_EXITED, 0, true, "exit status 0", "two words", 0 },
	{ "its environment is what it was given, and PATH",
	    "cat >/dev/null; env | grep -vE '^(PWD|_|SHLVL)=' | sort | tr '\\n' ' '",
	    PROGRAM_EXITED, 0, true, "exit status 0",
	    "A=1 B=two words PATH=/usr/sbin:/usr/bin:/sbin:/bin", 0 },
	{ "it has not read what the pipe holds for it", "exit 0", PROGRAM_EXITED, 0,
	    false, "exit status 0", "", 0 },
	{ "it has read a part of that", "head -c 3 >/dev/null", PROGRAM_EXITED, 0,
	    false, "exit status 0", "", 0 },
	{ "killed", "cat >/dev/null; kill -9 $$", PROGRAM_KILLED, 0, true,
	    "killed by signal 9", "", 0 },
	{ "timed out", "echo waiting; sleep 100 | cat", PROGRAM_TIMED_OUT, 0, false,
	    "timed out", "waiting", SHORT_MS },
};

static void
check_end(void **state)
{
	static const char *const env[] = { "A=1", "B=two words", NULL };
	const struct end_case *c = *state;
	struct program *p;
	struct outcome o;

	p = begin(c->script, env, "input\n",
	    c->deadline_ms != 0 ? c->deadline_ms : LONG_MS, &o);
	RUN_UNTIL(o.count > 0);
	assert_int_equal(o.count, 1);
	assert_int_equal(o.end, c->end);
	assert_int_equal(o.exit_status, c->exit_status);
	assert_int_equal(o.has_read_all, c->has_read_all);
	assert_string_equal(o.how, c->how);
	assert_string_equal(o.words, c->words);
	program_free(p);
}

/* As many variables as there are. */
static void
check_many_variables(void **state UNUSED)
{
	static char text[40][32];
	const char *env[COUNT_OF(text) + 1] = { NULL };
	struct program *p;
	struct outcome o;
	size_t i;

	for (i = 0; i < COUNT_OF(text); i++) {
		snprintf(text[i], sizeof(text[i]), "V%zu=x", i);
		env[i] = text[i];
	}
	p = begin("env | grep -c '^V'", env, "", LONG_MS, &o);
	RUN_UNTIL(o.count > 0);
	assert_string_equal(o.words, "40");
	program_free(p);
}

/* More than a pipe holds. */
static void
check_unread(void **state UNUSED)
{
	char *input = xcalloc(1 << 20, 1);
	struct program *p;
	struct outcome o;

	memset(input, 'x', (1 << 20) - 1);
	p = begin("exit 0", NULL, input, LONG_MS, &o);
	RUN_UNTIL(o.count > 0);
	assert_int_equal(o.exit_status, 0);
	assert_false(o.has_read_all);
	program_free(p);
	free(input);
}

static void
check_not_run(void **state UNUSED)
{
	const char *const argv[] = { "/nonexistent/program", NULL };
	struct program *p;
	struct outcome o = { 0 };

	p = program_start(
	    &(struct program_request){ .argv = argv, .deadline_ms = LONG_MS }, on_done,
	    &o);
	assert_int_equal(o.count, 0);
	RUN_UNTIL(o.count > 0);
	assert_int_equal(o.end, PROGRAM_NOT_RUN);
	assert_string_equal(
	    o.how, "/nonexistent/program cannot be run: No such file or directory");
	program_free(p);
	p = program_start(
	    &(struct program_request){ .argv = argv, .deadline_ms = LONG_MS }, on_done,
	    &o);
	program_free(p); /* and never told */
	one_turn();
	assert_int_equal(o.count, 1);
}

static bool
has_child(void)
{
	siginfo_t info;

	return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/* It is killed, and leaves nothing. */
static void
check_left(void **state UNUSED)
{
	struct outcome o;

	program_free(begin("sleep 100", NULL, "", LONG_MS, &o));
	RUN_UNTIL(!has_child());
	assert_int_equal(o.count, 0);
	program_free(NULL);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_end, end_cases),
		CASE("variables are not dropped, however many", check_many_variables),
		CASE("one that leaves most of its input", check_unread),
		CASE("one that is not there", check_not_run),
		CASE("one that nobody waits for any more", check_left),
	};

	return cases_run_in_loop("program", tables, COUNT_OF(tables));
}
