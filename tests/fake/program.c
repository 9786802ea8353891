/* SPDX-License-Identifier: ISC */
#include "net/program.h"

#include "base/mem.h"
#include "base/strbuf.h"
#include "fake/fake.h"
#include "fake/fakes.h"
#include "net/loop.h"

#define RUNS_MAX 256

struct program {
	struct loop_timer *timer;
	bool is_late;
	program_done_fn *done;
	void *arg;
};

static struct fake_run runs[RUNS_MAX];
static size_t run_count, under_way;
static int exit_status;
static int64_t delay_ms;

void
fake_program_begin(void)
{
	while (run_count > 0) {
		run_count--;
		free(runs[run_count].words);
		free(runs[run_count].env);
		free(runs[run_count].input);
	}
	under_way = 0;
	exit_status = 0;
	delay_ms = 1;
}

void
program_says(int status)
{
	exit_status = status;
}

void
program_takes_ms(int64_t ms)
{
	delay_ms = ms;
}

const struct fake_run *
program_run(size_t index)
{
	return index < run_count ? &runs[index] : NULL;
}

size_t
program_runs(void)
{
	return run_count;
}

size_t
program_runs_now(void)
{
	return under_way;
}

/* With a blank between. */
static char *
joined(const char *const *texts)
{
	struct strbuf sb = STRBUF_INIT;
	size_t i;

	for (i = 0; texts != NULL && texts[i] != NULL; i++)
		strbuf_addf(&sb, "%s%s", i > 0 ? " " : "", texts[i]);
	return strbuf_take(&sb);
}

static void
on_timer(void *arg)
{
	struct program *p = arg;
	struct program_answer answer = {
		.end = p->is_late ? PROGRAM_TIMED_OUT : PROGRAM_EXITED,
		.exit_status = exit_status,
		.has_read_all = true,
		.how = p->is_late ? "timed out" : "as the test wants",
		.words = "",
	};

	p->done(&answer, p->arg);
}

struct program *
program_start(const struct program_request *request, program_done_fn *done, void *arg)
{
	struct program *p = xcalloc(1, sizeof(*p));

	if (run_count == RUNS_MAX)
		abort();
	runs[run_count++] = (struct fake_run){
		.words = joined(request->argv),
		.env = joined(request->env),
		.input = xmemdup(request->input, request->len),
	};
	under_way++;
	p->is_late = delay_ms > request->deadline_ms;
	p->done = done;
	p->arg = arg;
	p->timer = loop_timer_new(on_timer, p);
	loop_timer_set(p->timer, p->is_late ? request->deadline_ms : delay_ms);
	return p;
}

void
program_free(struct program *p)
{
	if (p == NULL)
		return;
	under_way--;
	loop_timer_free(p->timer);
	free(p);
}
