/* SPDX-License-Identifier: ISC */
#include "report/commits.h"

#include <pthread.h>
#include <stdbool.h>

#include "base/mem.h"
#include "store/tally.h"

/* What both threads hold.  The writer frees it when nobody listens any more. */
struct line {
	pthread_mutex_t lock;
	struct loop_bell *bell; /* NULL: nobody listens */
	bool is_out;            /* the writer will call on_written() */
};

struct commits {
	struct store *store;
	struct line *line;
	uint64_t asked, under_way, done;
	loop_fn *fn;
	void *arg;
};

static void
line_free(struct line *line)
{
	pthread_mutex_destroy(&line->lock);
	free(line);
}

/* In the writer's thread. */
static void
on_written(void *arg)
{
	struct line *line = arg;
	bool is_heard;

	pthread_mutex_lock(&line->lock);
	line->is_out = false;
	is_heard = line->bell != NULL;
	if (is_heard)
		loop_bell_ring(line->bell);
	pthread_mutex_unlock(&line->lock);
	if (!is_heard)
		line_free(line);
}

static bool
is_out(struct line *line)
{
	bool result;

	pthread_mutex_lock(&line->lock);
	result = line->is_out;
	pthread_mutex_unlock(&line->lock);
	return result;
}

static void
call_writer(struct commits *c)
{
	c->under_way = c->asked;
	c->line->is_out = true; /* nobody else looks while it is not */
	store_when_written(c->store, on_written, c->line);
}

static void
on_bell(void *arg)
{
	struct commits *c = arg;

	if (c->done == c->under_way || is_out(c->line))
		return;
	c->done = c->under_way;
	if (c->asked > c->done)
		call_writer(c);
	c->fn(c->arg);
}

struct commits *
commits_new(struct store *store, loop_fn *fn, void *arg)
{
	struct commits *c = xcalloc(1, sizeof(*c));

	c->store = store;
	c->fn = fn;
	c->arg = arg;
	c->line = xcalloc(1, sizeof(*c->line));
	pthread_mutex_init(&c->line->lock, NULL); /* fails only for attributes */
	c->line->bell = loop_bell_new(on_bell, c);
	return c;
}

void
commits_free(struct commits *c)
{
	bool is_ours;

	if (c == NULL)
		return;
	pthread_mutex_lock(&c->line->lock);
	loop_bell_free(c->line->bell);
	c->line->bell = NULL;
	is_ours = !c->line->is_out;
	pthread_mutex_unlock(&c->line->lock);
	if (is_ours)
		line_free(c->line);
	free(c);
}

uint64_t
commits_ask(struct commits *c)
{
	uint64_t number = ++c->asked;

	if (c->under_way == c->done)
		call_writer(c);
	return number;
}

uint64_t
commits_done(const struct commits *c)
{
	return c->done;
}
