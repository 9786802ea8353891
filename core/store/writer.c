/* SPDX-License-Identifier: ISC */
#include "store/writer.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/keeper.h"
#include "store/queue.h"

#define BATCH_MAX     4096 /* changes in one transaction */
#define BATCH_WAIT_MS 100  /* how long the first of them waits for more */
#define RETRY_MS      5000 /* after a failed batch */

struct writer {
	struct keeper keeper; /* the caller's until writer_start(), then the thread's */
	bool is_started;
	pthread_t thread;
	pthread_mutex_t lock; /* for all below */
	pthread_cond_t work, settled;
	struct queue queue;
	struct store_state
	    state; /* its is_healthy is changed by the owner of the keeper only */
	size_t in_flight;
	struct why damage; /* found by a reader; "" none */
	unsigned damaged;  /* the generation that it found so */
	bool is_merging;   /* a merge waits, or is being written: one at a time */
	bool is_telling;   /* that a batch is written */
	uint64_t flush_asked, flush_done, flush_failed; /* the last of each */
	bool is_stopping;
};

/* --- health -------------------------------------------------------------------------------------- */

/* Log on change only.  The owner of the keeper calls it, without the lock. */
static void
say(const struct writer *w, enum db_outcome rc, const struct why *why)
{
	if (rc != DB_OK && w->state.is_healthy)
		log_err("store: folder=%s status=failing reason=\"%s\" "
			"action=\"going on from memory\" retry-s=%d",
		    w->keeper.folder, why->text, RETRY_MS / 1000);
	if (rc == DB_OK && !w->state.is_healthy)
		log_info("store: folder=%s status=recovered", w->keeper.folder);
}

static void
set_health(struct writer *w, enum db_outcome rc, const struct why *why)
{
	bool was_healthy = w->state.is_healthy;

	w->state.is_healthy = rc == DB_OK;
	snprintf(
	    w->state.error, sizeof(w->state.error), "%s", rc == DB_OK ? "" : why->text);
	if (rc == DB_OK)
		w->state.failing_since = 0;
	else if (was_healthy)
		w->state.failing_since = time(NULL);
}

/* --- open and close --------------------------------------------------------------------------- */

static struct writer *
writer_new(const char *folder)
{
	struct writer *w = xcalloc(1, sizeof(*w));
	pthread_condattr_t attr;

	keeper_init(&w->keeper, folder);
	w->state.is_healthy = true;
	queue_init(&w->queue);
	/* These fail only for arguments that are not ours. */
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->work, &attr);
	pthread_condattr_destroy(&attr);
	pthread_cond_init(&w->settled, NULL);
	return w;
}

static void
writer_free(struct writer *w)
{
	keeper_clear(&w->keeper);
	queue_clear(&w->queue);
	pthread_cond_destroy(&w->settled);
	pthread_cond_destroy(&w->work);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

enum status
writer_open(const char *folder, struct writer **out, struct why *why)
{
	struct writer *w = writer_new(folder);
	struct why fault = { "" };
	enum db_outcome rc;

	*out = NULL;
	rc = keeper_open(&w->keeper, &fault);
	if (rc == DB_TOO_NEW) {
		why_set(why, "%s: %s", folder, fault.text);
		writer_free(w);
		return ST_IO;
	}
	say(w, rc, &fault);
	set_health(w, rc, &fault);
	*out = w;
	return ST_OK;
}

void
writer_close(struct writer *w)
{
	if (w == NULL)
		return;
	if (w->is_started) {
		pthread_mutex_lock(&w->lock);
		w->is_stopping = true;
		pthread_cond_signal(&w->work);
		pthread_mutex_unlock(&w->lock);
		pthread_join(w->thread, NULL);
	}
	if (w->queue.count > 0)
		log_err("store: folder=%s changes-lost=%zu", w->keeper.folder,
		    w->queue.count);
	writer_free(w);
}

/* --- the thread ------------------------------------------------------------------------------- */

/* The one clock outside the loop: it is the loop's time that commits must not take. */
static struct timespec
in_ms(long ms)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	t.tv_sec += ms / 1000;
	t.tv_nsec += ms % 1000 * 1000000;
	if (t.tv_nsec >= 1000000000) {
		t.tv_nsec -= 1000000000;
		t.tv_sec++;
	}
	return t;
}

static bool
is_urgent(const struct writer *w)
{
	return w->is_stopping || w->flush_asked != w->flush_done;
}

/* A merge is as good as a full batch. */
static bool
is_batch_full(const struct writer *w)
{
	return w->queue.count >= BATCH_MAX || w->is_merging;
}

static bool
is_idle(const struct writer *w)
{
	return w->queue.count == 0 && w->damage.text[0] == '\0' && !is_urgent(w);
}

/* Until a batch is full, or old enough, or a failed one is to be tried again. */
static void
wait_for_batch(struct writer *w)
{
	bool is_failing = !w->state.is_healthy;
	struct timespec deadline;

	while (!is_failing && is_idle(w))
		pthread_cond_wait(&w->work, &w->lock);
	deadline = in_ms(is_failing ? RETRY_MS : BATCH_WAIT_MS);
	while (!is_urgent(w) && (is_failing || !is_batch_full(w)))
		if (pthread_cond_timedwait(&w->work, &w->lock, &deadline) == ETIMEDOUT)
			break;
}

/* Tell those who wait, and free the changes; without the lock. */
static void
finish_batch(struct list *batch)
{
	const struct list *node;

	for (node = batch->next; node != batch; node = node->next) {
		const struct change *c = LIST_ITEM(node, struct change, place);

		if (c->done != NULL)
			c->done(c->arg);
	}
	batch_clear(batch);
}

static bool
has_merge(const struct list *batch)
{
	const struct list *node;

	for (node = batch->next; node != batch; node = node->next)
		if (LIST_ITEM(node, struct change, place)->kind == CHANGE_MERGE)
			return true;
	return false;
}

/* What a reader has found since, if it is of the database that is there now. */
static enum db_outcome
take_damage(struct writer *w, struct why *why)
{
	bool is_damaged =
	    w->damage.text[0] != '\0' && w->damaged == w->keeper.generation;

	*why = w->damage;
	w->damage.text[0] = '\0';
	return is_damaged ? DB_DAMAGED : DB_OK;
}

/* Write the oldest changes, with the lock released meanwhile.  False when that failed. */
static bool
write_oldest(struct writer *w)
{
	struct why why = { "" };
	enum db_outcome rc = take_damage(w, &why);
	struct list batch;

	w->in_flight = queue_take(&w->queue, BATCH_MAX, &batch);
	pthread_mutex_unlock(&w->lock);
	rc = keeper_write(&w->keeper, rc, &batch, &why);
	say(w, rc, &why);
	pthread_mutex_lock(&w->lock);
	set_health(w, rc, &why);
	if (rc == DB_OK)
		w->state.written += w->in_flight;
	else
		queue_put_back(&w->queue, &batch);
	w->in_flight = 0;
	if (has_merge(&batch)) /* it is written */
		w->is_merging = false;
	w->is_telling = true;
	pthread_mutex_unlock(&w->lock);
	finish_batch(&batch);
	pthread_mutex_lock(&w->lock);
	w->is_telling = false;
	pthread_cond_broadcast(&w->settled);
	return rc == DB_OK;
}

static void *
write_loop(void *arg)
{
	struct writer *w = arg;
	bool is_last = false, is_written;
	uint64_t asked;

	pthread_mutex_lock(&w->lock);
	while (!is_last) {
		wait_for_batch(w);
		asked = w->flush_asked;
		is_written = write_oldest(w);
		if (is_written && w->queue.count > 0)
			continue;
		is_last = w->is_stopping;
		if (!is_written)
			w->flush_failed = asked;
		w->flush_done = asked;
		pthread_cond_broadcast(&w->settled);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

enum status
writer_start(struct writer *w, struct why *why)
{
	sigset_t all, before;
	int rc;

	assert(!w->is_started);
	/* Signals are the loop thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&w->thread, NULL, write_loop, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc != 0) {
		why_set(why, "cannot start the writer: %s", strerror(rc));
		return ST_LIBRARY;
	}
	w->is_started = true;
	return ST_OK;
}

/* --- what others call --------------------------------------------------------------------------- */

struct db *
writer_db(struct writer *w)
{
	assert(!w->is_started);
	return w->keeper.db;
}

/* The thread waits for the first change, and for the one that fills a batch. */
void
writer_put(struct writer *w, struct change *change)
{
	pthread_mutex_lock(&w->lock);
	if (change->kind == CHANGE_MERGE) {
		assert(!w->is_merging);
		w->is_merging = true;
	}
	queue_put(&w->queue, change);
	if (w->queue.count == 1 || w->queue.count == BATCH_MAX || w->is_merging)
		pthread_cond_signal(&w->work);
	pthread_mutex_unlock(&w->lock);
}

void
writer_cancel_merge(struct writer *w)
{
	struct change *merge;

	pthread_mutex_lock(&w->lock);
	while ((merge = queue_take_merge(&w->queue)) == NULL &&
	       (w->is_merging || w->is_telling))
		pthread_cond_wait(&w->settled, &w->lock);
	if (merge != NULL)
		w->is_merging = false;
	pthread_mutex_unlock(&w->lock);
	free(merge);
}

bool
writer_is_busy(struct writer *w)
{
	bool is_busy;

	pthread_mutex_lock(&w->lock);
	is_busy = w->queue.count + w->in_flight > STORE_BUSY ||
		  w->queue.bytes > STORE_BUSY_BYTES;
	pthread_mutex_unlock(&w->lock);
	return is_busy;
}

unsigned
writer_generation(struct writer *w)
{
	return w->keeper.generation;
}

void
writer_replace(struct writer *w, unsigned generation, const struct why *why)
{
	pthread_mutex_lock(&w->lock);
	w->damage = *why;
	w->damaged = generation;
	pthread_cond_signal(&w->work);
	pthread_mutex_unlock(&w->lock);
}

void
writer_state(struct writer *w, struct store_state *out)
{
	pthread_mutex_lock(&w->lock);
	*out = w->state;
	out->queued = w->queue.count + w->in_flight;
	out->dropped = w->queue.dropped;
	pthread_mutex_unlock(&w->lock);
}

bool
writer_flush(struct writer *w)
{
	bool is_written;
	uint64_t mine;

	if (!w->is_started)
		return false;
	pthread_mutex_lock(&w->lock);
	mine = ++w->flush_asked;
	pthread_cond_signal(&w->work);
	while (w->flush_done < mine)
		pthread_cond_wait(&w->settled, &w->lock);
	is_written = w->flush_failed < mine;
	pthread_mutex_unlock(&w->lock);
	return is_written;
}
