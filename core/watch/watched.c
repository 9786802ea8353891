/* SPDX-License-Identifier: ISC */
#include "watch/watched.h"

#include "base/mem.h"
#include "net/loop.h"
#include "watch/watch_command.h"
#include "watch/watch_keep.h"
#include "watch/watch_say.h"
#include "watch/watch_schedule.h"

static void
keep(const struct watched *d)
{
	watch_keep_put(d->watch->store, &d->domain, &d->state);
}

/* What nobody is to be told of. */
static void
pass_over(struct watched *d)
{
	watch_state_pass_over(&d->state, d->watch->least);
}

/* --- the command ----------------------------------------------------------------------------- */

/* "exit status 1: no route to host" */
static void
note_failure(struct watched *d, const struct program_answer *end)
{
	struct strbuf error = STRBUF_INIT;
	unsigned pause_s = watch_run_pause(++d->failures);

	strbuf_addf(
	    &error, "%s%s%s", end->how, end->words[0] != '\0' ? ": " : "", end->words);
	d->next_run_ms = loop_now_ms() + (int64_t)pause_s * 1000;
	d->watch->runs_failed++;
	free(d->error);
	d->error = strbuf_take(&error);
	if (d->failures == 1)
		watch_say_command_failed(&d->domain, d->error, pause_s);
}

static void
forget_failures(struct watched *d)
{
	d->failures = 0;
	d->next_run_ms = 0;
	free(d->error);
	d->error = NULL;
}

static void
note_success(struct watched *d)
{
	if (d->failures > 0)
		watch_say_command_again(&d->domain, d->failures);
	forget_failures(d);
}

static void
on_command(const struct program_answer *end, void *arg)
{
	struct watched *d = arg;
	struct watch *w = d->watch;
	bool is_told = end->end == PROGRAM_EXITED && end->exit_status == 0;

	w->runs--;
	w->runs_ended++;
	if (is_told)
		note_success(d);
	else
		note_failure(d, end);
	watch_state_sent(&d->state, is_told);
	pass_over(d);
	keep(d);
	program_free(d->command);
	d->command = NULL;
	watch_wake(w);
}

bool
watched_can_tell(const struct watched *d)
{
	return watch_state_has_news(&d->state) && d->watch->runs < WATCH_RUNS_MAX;
}

void
watched_tell(struct watched *d)
{
	d->watch->runs++;
	d->command = watch_command_start(
	    d->watch->command, &d->domain, &d->state, on_command, d);
	watch_state_send(&d->state);
}

static void
cancel_command(struct watched *d)
{
	if (d->command == NULL)
		return;
	program_free(d->command);
	d->command = NULL;
	d->watch->runs--;
}

/* --- looks ----------------------------------------------------------------------------------- */

static void
on_news(const struct watch_finding *finding, void *arg)
{
	const struct watched *d = arg;

	watch_say_finding(&d->domain, finding);
}

static void
on_look(struct audit *audit, void *arg)
{
	struct watched *d = arg;
	struct watch *w = d->watch;
	enum watch_outcome before = d->state.outcome;
	time_t now = loop_time();

	d->look = NULL;
	w->looks--;
	w->looks_ended++;
	watch_state_look(&d->state, &audit->remarks, now, on_news, d);
	audit_free(audit);
	watch_say_outcome(&d->domain, &d->state, before);
	pass_over(d);
	if (d->command == NULL && !watch_state_has_news(&d->state))
		forget_failures(d); /* what could not be told is over */
	keep(d);
	d->next = watch_next_look(&d->domain, &d->state, w->every_s, now);
	watch_wake(w);
}

bool
watched_is_due(const struct watched *d)
{
	return watch_is_due(d->next, &d->state, loop_time());
}

bool
watched_can_look(const struct watched *d)
{
	return d->look == NULL && d->watch->looks < WATCH_LOOKS_MAX;
}

void
watched_look(struct watched *d)
{
	d->watch->looks++;
	d->look = audit_start(&d->watch->audit, &d->domain, on_look, d);
}

void
watched_cancel_look(struct watched *d)
{
	if (d->look == NULL)
		return;
	audit_cancel(d->look);
	d->look = NULL;
	d->watch->looks--;
}

/* --- life ------------------------------------------------------------------------------------ */

void
watched_begin(struct watched *d)
{
	d->next =
	    watch_next_look(&d->domain, &d->state, d->watch->every_s, loop_time());
	pass_over(d);
}

struct watched *
watched_new(struct watch *w, const struct domain *domain)
{
	struct watched *d = xcalloc(1, sizeof(*d));

	d->watch = w;
	d->domain = *domain;
	return d;
}

void
watched_free(struct watched *d)
{
	if (d == NULL)
		return;
	watched_cancel_look(d);
	cancel_command(d);
	watch_state_clear(&d->state);
	free(d->error);
	free(d);
}
