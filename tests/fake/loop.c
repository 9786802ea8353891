/* SPDX-License-Identifier: ISC */
#include "net/loop.h"

#include <stdatomic.h>

#include "base/list.h"
#include "base/mem.h"
#include "fake/fake.h"
#include "fake/fakes.h"

struct loop_timer {
	struct list node;
	bool is_set;
	int64_t due_ms;
	loop_fn *fn;
	void *arg;
};

struct deferred {
	struct list node;
	loop_fn *fn;
	void *arg;
};

/* Rung by real threads: the store's writer is one. */
struct loop_bell {
	struct list node;
	atomic_bool is_rung;
	loop_fn *fn;
	void *arg;
};

static struct list timers, deferred, bells;
static int64_t now_ms;
static time_t utc_at_zero;

void
fake_begin(time_t now)
{
	list_init(&timers);
	list_init(&deferred);
	list_init(&bells);
	now_ms = 0;
	utc_at_zero = now;
	fake_dns_begin();
	fake_web_begin();
	fake_mail_begin();
	fake_mx_begin();
	fake_program_begin();
}

static void
run_deferred(void)
{
	while (!list_is_empty(&deferred)) {
		struct deferred *d = LIST_ITEM(deferred.next, struct deferred, node);
		loop_fn *fn = d->fn;
		void *arg = d->arg;

		list_remove(&d->node);
		free(d);
		fn(arg);
	}
}

static struct loop_bell *
rung_bell(void)
{
	struct list *node;

	for (node = bells.next; node != &bells; node = node->next) {
		struct loop_bell *bell = LIST_ITEM(node, struct loop_bell, node);

		if (atomic_exchange(&bell->is_rung, false))
			return bell;
	}
	return NULL;
}

/* Until nothing is left that needs no time. */
static void
run_ready(void)
{
	struct loop_bell *bell;

	run_deferred();
	while ((bell = rung_bell()) != NULL) {
		bell->fn(bell->arg);
		run_deferred();
	}
}

/* The timer that is due first, not after end. */
static struct loop_timer *
next_timer(int64_t end_ms)
{
	struct loop_timer *best = NULL;
	struct list *node;

	for (node = timers.next; node != &timers; node = node->next) {
		struct loop_timer *t = LIST_ITEM(node, struct loop_timer, node);

		if (t->is_set && t->due_ms <= end_ms &&
		    (best == NULL || t->due_ms < best->due_ms))
			best = t;
	}
	return best;
}

void
fake_pass_ms(int64_t ms)
{
	int64_t end_ms = now_ms + ms;
	struct loop_timer *t;

	run_ready();
	while ((t = next_timer(end_ms)) != NULL) {
		if (t->due_ms > now_ms)
			now_ms = t->due_ms;
		t->is_set = false;
		t->fn(t->arg);
		run_ready();
	}
	now_ms = end_ms;
}

void
fake_settle(void)
{
	fake_pass_ms(0);
}

void
fake_pass(time_t seconds)
{
	fake_pass_ms((int64_t)seconds * 1000);
}

void
fake_jump(time_t seconds)
{
	utc_at_zero += seconds;
}

int64_t
loop_now_ms(void)
{
	return now_ms;
}

time_t
loop_time(void)
{
	return utc_at_zero + (time_t)(now_ms / 1000);
}

struct loop_timer *
loop_timer_new(loop_fn *fn, void *arg)
{
	struct loop_timer *t = xcalloc(1, sizeof(*t));

	t->fn = fn;
	t->arg = arg;
	list_append(&timers, &t->node);
	return t;
}

void
loop_timer_set(struct loop_timer *t, int64_t delay_ms)
{
	t->is_set = true;
	t->due_ms = now_ms + delay_ms;
}

void
loop_timer_stop(struct loop_timer *t)
{
	t->is_set = false;
}

void
loop_timer_free(struct loop_timer *t)
{
	if (t == NULL)
		return;
	list_remove(&t->node);
	free(t);
}

void
loop_defer(loop_fn *fn, void *arg)
{
	struct deferred *d = xcalloc(1, sizeof(*d));

	d->fn = fn;
	d->arg = arg;
	list_append(&deferred, &d->node);
}

void
loop_deferred_cancel(loop_fn *fn, void *arg)
{
	struct list *node, *next;

	for (node = deferred.next; node != &deferred; node = next) {
		struct deferred *d = LIST_ITEM(node, struct deferred, node);

		next = node->next;
		if (d->fn != fn || d->arg != arg)
			continue;
		list_remove(&d->node);
		free(d);
	}
}

struct loop_bell *
loop_bell_new(loop_fn *fn, void *arg)
{
	struct loop_bell *bell = xcalloc(1, sizeof(*bell));

	bell->fn = fn;
	bell->arg = arg;
	list_append(&bells, &bell->node);
	return bell;
}

void
loop_bell_ring(struct loop_bell *bell)
{
	atomic_store(&bell->is_rung, true);
}

void
loop_bell_free(struct loop_bell *bell)
{
	if (bell == NULL)
		return;
	list_remove(&bell->node);
	free(bell);
}
