/* SPDX-License-Identifier: ISC */
#include "store/store.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/queue.h"
#include "store/sqlite.h"

#define BATCH_MAX     512  /* changes in one transaction */
#define BATCH_WAIT_MS 100  /* how long the first of them waits for more */
#define RETRY_MS      5000 /* after a failed batch */

struct store {
	char *folder;
	bool is_readonly, is_started;
	/* The caller's until store_start(), then the writer's.  NULL: it could not be opened. */
	struct db *db;
	pthread_t writer;
	pthread_mutex_t lock; /* for all below */
	pthread_cond_t work, settled;
	struct queue queue;
	struct store_state
	    state; /* its is_healthy is changed by the owner of db only */
	size_t in_flight;
	uint64_t flush_asked, flush_done;
	bool is_stopping;
};

/* --- the database, its accidents and what is said of them -------------------------------------- */

/* Replace a damaged database by an empty one. */
static enum db_outcome
start_anew(struct store *s, struct why *why)
{
	struct why name;

	db_close(s->db);
	s->db = NULL;
	if (db_set_aside(s->folder, &name) != ST_OK) {
		*why = name;
		return DB_FAILED;
	}
	log_err("store: folder=%s status=damaged reason=\"%s\" moved-to=%s "
		"action=\"starting with an empty one\"",
	    s->folder, why->text, name.text);
	return db_open(s->folder, DB_WRITE, &s->db, why);
}

static enum db_outcome
open_db(struct store *s, struct why *why)
{
	enum db_outcome rc = db_open(s->folder, DB_WRITE, &s->db, why);

	return rc == DB_DAMAGED ? start_anew(s, why) : rc;
}

static enum db_outcome
write_batch(struct store *s, const struct list *batch, struct why *why)
{
	enum db_outcome rc = DB_OK;

	if (s->db == NULL)
		rc = open_db(s, why);
	if (rc == DB_OK)
		rc = db_write(s->db, batch, why);
	if (rc == DB_DAMAGED) {
		rc = start_anew(s, why);
		if (rc == DB_OK)
			rc = db_write(s->db, batch, why);
	}
	if (rc != DB_OK) { /* the next try starts from the files as they are then */
		db_close(s->db);
		s->db = NULL;
	}
	return rc;
}

/* Log on change only.  The owner of db calls it, without the lock. */
static void
say(const struct store *s, enum db_outcome rc, const struct why *why)
{
	if (rc != DB_OK && s->state.is_healthy)
		log_err("store: folder=%s status=failing reason=\"%s\" "
			"action=\"going on from memory\" retry-s=%d",
		    s->folder, why->text, RETRY_MS / 1000);
	if (rc == DB_OK && !s->state.is_healthy)
		log_info("store: folder=%s status=recovered", s->folder);
}

static void
set_health(struct store *s, enum db_outcome rc, const struct why *why)
{
	bool was_healthy = s->state.is_healthy;

	s->state.is_healthy = rc == DB_OK;
	snprintf(
	    s->state.error, sizeof(s->state.error), "%s", rc == DB_OK ? "" : why->text);
	if (rc == DB_OK)
		s->state.failing_since = 0;
	else if (was_healthy)
		s->state.failing_since = time(NULL);
}

/* --- open and close --------------------------------------------------------------------------- */

static enum status
check_folder(const char *folder, struct why *why)
{
	struct stat st;

	if (stat(folder, &st) == -1) {
		why_set(why, "%s: %s", folder, strerror(errno));
		return ST_IO;
	}
	if (!S_ISDIR(st.st_mode)) {
		why_set(why, "%s: %s", folder, strerror(ENOTDIR));
		return ST_IO;
	}
	return ST_OK;
}

static struct store *
store_new(const char *folder)
{
	struct store *s = xcalloc(1, sizeof(*s));
	pthread_condattr_t attr;

	s->folder = xstrdup(folder);
	s->state.is_healthy = true;
	queue_init(&s->queue);
	/* These fail only for arguments that are not ours. */
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->work, &attr);
	pthread_condattr_destroy(&attr);
	pthread_cond_init(&s->settled, NULL);
	return s;
}

static void
store_free(struct store *s)
{
	db_close(s->db);
	queue_clear(&s->queue);
	pthread_cond_destroy(&s->settled);
	pthread_cond_destroy(&s->work);
	pthread_mutex_destroy(&s->lock);
	free(s->folder);
	free(s);
}

enum status
store_open(const char *folder, struct store **out, struct why *why)
{
	struct why fault = { "" };
	enum db_outcome rc;
	struct store *s;

	*out = NULL;
	if (check_folder(folder, why) != ST_OK)
		return ST_IO;
	s = store_new(folder);
	rc = open_db(s, &fault);
	if (rc == DB_OK && db_check(s->db, &fault) == DB_DAMAGED)
		rc = start_anew(s, &fault);
	if (rc == DB_TOO_NEW) {
		why_set(why, "%s: %s", folder, fault.text);
		store_free(s);
		return ST_IO;
	}
	say(s, rc, &fault);
	set_health(s, rc, &fault);
	*out = s;
	return ST_OK;
}

enum status
store_open_readonly(const char *folder, struct store **out, struct why *why)
{
	struct why fault = { "" };
	struct store *s;

	*out = NULL;
	if (check_folder(folder, why) != ST_OK)
		return ST_IO;
	s = store_new(folder);
	s->is_readonly = true;
	if (db_open(folder, DB_READ, &s->db, &fault) != DB_OK) {
		why_set(why, "%s: %s", folder, fault.text);
		store_free(s);
		return ST_IO;
	}
	*out = s;
	return ST_OK;
}

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	if (store->is_started) {
		pthread_mutex_lock(&store->lock);
		store->is_stopping = true;
		pthread_cond_signal(&store->work);
		pthread_mutex_unlock(&store->lock);
		pthread_join(store->writer, NULL);
	}
	if (store->queue.count > 0)
		log_err("store: folder=%s changes-lost=%zu", store->folder,
		    store->queue.count);
	store_free(store);
}

/* --- the writer ------------------------------------------------------------------------------- */

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
is_urgent(const struct store *s)
{
	return s->is_stopping || s->flush_asked != s->flush_done;
}

/* Until a batch is full, or old enough, or a failed one is to be tried again. */
static void
wait_for_batch(struct store *s)
{
	bool is_failing = !s->state.is_healthy;
	struct timespec deadline;

	while (!is_failing && s->queue.count == 0 && !is_urgent(s))
		pthread_cond_wait(&s->work, &s->lock);
	deadline = in_ms(is_failing ? RETRY_MS : BATCH_WAIT_MS);
	while (!is_urgent(s) && (is_failing || s->queue.count < BATCH_MAX))
		if (pthread_cond_timedwait(&s->work, &s->lock, &deadline) == ETIMEDOUT)
			break;
}

/* Write the oldest changes, with the lock released meanwhile.  False when that failed. */
static bool
write_oldest(struct store *s)
{
	struct why why = { "" };
	enum db_outcome rc;
	struct list batch;

	s->in_flight = queue_take(&s->queue, BATCH_MAX, &batch);
	pthread_mutex_unlock(&s->lock);
	rc = write_batch(s, &batch, &why);
	say(s, rc, &why);
	if (rc == DB_OK)
		batch_clear(&batch);
	pthread_mutex_lock(&s->lock);
	set_health(s, rc, &why);
	if (rc == DB_OK)
		s->state.written += s->in_flight;
	else
		queue_put_back(&s->queue, &batch);
	s->in_flight = 0;
	return rc == DB_OK;
}

static void *
write_loop(void *arg)
{
	struct store *s = arg;
	bool is_last = false;
	uint64_t asked;

	pthread_mutex_lock(&s->lock);
	while (!is_last) {
		wait_for_batch(s);
		asked = s->flush_asked;
		if (write_oldest(s) && s->queue.count > 0)
			continue;
		is_last = s->is_stopping;
		s->flush_done = asked;
		pthread_cond_broadcast(&s->settled);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

enum status
store_start(struct store *store, struct why *why)
{
	sigset_t all, before;
	int rc;

	assert(!store->is_readonly && !store->is_started);
	/* Signals are the loop thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&store->writer, NULL, write_loop, store);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc != 0) {
		why_set(why, "cannot start the writer: %s", strerror(rc));
		return ST_LIBRARY;
	}
	store->is_started = true;
	return ST_OK;
}

/* --- what the rest of the program calls ------------------------------------------------------- */

static enum status
status_of(const struct store *s, enum db_outcome rc, const struct why *why)
{
	if (rc == DB_OK)
		return ST_OK;
	log_err(
	    "store: folder=%s status=unreadable reason=\"%s\"", s->folder, why->text);
	return ST_IO;
}

enum status
store_each_policy(struct store *store, store_policy_fn *fn, void *arg)
{
	struct why why;

	assert(!store->is_started);
	if (store->db == NULL)
		return ST_OK;
	return status_of(store, db_each_policy(store->db, fn, arg, &why), &why);
}

enum status
store_each_override(struct store *store, store_override_fn *fn, void *arg)
{
	struct why why;

	assert(!store->is_started);
	if (store->db == NULL)
		return ST_OK;
	return status_of(store, db_each_override(store->db, fn, arg, &why), &why);
}

/* The writer waits for the first change and for the one that fills a batch. */
static void
put(struct store *s, struct change *change)
{
	if (s->is_readonly) {
		free(change);
		return;
	}
	pthread_mutex_lock(&s->lock);
	queue_put(&s->queue, change);
	if (s->queue.count == 1 || s->queue.count == BATCH_MAX)
		pthread_cond_signal(&s->work);
	pthread_mutex_unlock(&s->lock);
}

void
store_put_policy(struct store *store, const struct stored_policy *policy)
{
	put(store, change_put_policy(policy));
}

void
store_drop_policy(struct store *store, const struct domain *domain)
{
	put(store, change_drop_policy(domain));
}

void
store_put_override(struct store *store, const struct stored_override *override)
{
	put(store, change_put_override(override));
}

void
store_drop_override(
    struct store *store, const struct domain *domain, bool with_subdomains)
{
	put(store, change_drop_override(domain, with_subdomains));
}

void
store_state(struct store *store, struct store_state *out)
{
	pthread_mutex_lock(&store->lock);
	*out = store->state;
	out->queued = store->queue.count + store->in_flight;
	out->dropped = store->queue.dropped;
	pthread_mutex_unlock(&store->lock);
}

void
store_flush(struct store *store)
{
	uint64_t mine;

	if (!store->is_started)
		return;
	pthread_mutex_lock(&store->lock);
	mine = ++store->flush_asked;
	pthread_cond_signal(&store->work);
	while (store->flush_done < mine)
		pthread_cond_wait(&store->settled, &store->lock);
	pthread_mutex_unlock(&store->lock);
}
