/* SPDX-License-Identifier: ISC */
#include "report/inbox.h"

#include <pthread.h>
#include <signal.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "net/loop.h"

struct inbox {
	char *path;
	struct loop_timer *timer;
	struct inbox_folder folder; /* the thread's, but at the start */
	bool is_started;
	pthread_t thread;
	atomic_bool is_over;
	pthread_mutex_t lock; /* for all below */
	pthread_cond_t work;
	struct store *store; /* NULL: not yet */
	bool is_wanted;      /* a look */
	time_t now;          /* of who wanted it */
	struct inbox_counts counts;
};

/* --- the thread ------------------------------------------------------------------------------------ */

static bool
has_work(const struct inbox *in)
{
	return in->is_wanted && in->store != NULL;
}

/* With the lock, which is released meanwhile. */
static void
look(struct inbox *in)
{
	struct store *store = in->store;
	time_t now = in->now;

	in->is_wanted = false;
	pthread_mutex_unlock(&in->lock);
	inbox_folder_take(&in->folder, store, now, &in->is_over);
	pthread_mutex_lock(&in->lock);
	in->counts = in->folder.counts;
}

static void *
look_loop(void *arg)
{
	struct inbox *in = arg;

	pthread_mutex_lock(&in->lock);
	while (!atomic_load(&in->is_over))
		if (has_work(in))
			look(in);
		else
			pthread_cond_wait(&in->work, &in->lock);
	pthread_mutex_unlock(&in->lock);
	return NULL;
}

static void
start_thread(struct inbox *in)
{
	sigset_t all, before;
	int rc;

	/* Signals are the loop thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&in->thread, NULL, look_loop, in);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	in->is_started = rc == 0;
	if (rc != 0)
		log_err("inbox: thread=failed reason=\"%s\" "
			"action=\"reports of others wait for a restart\"",
		    strerror(rc));
}

/* --- the loop's side -------------------------------------------------------------------------------- */

static void
want_look(struct inbox *in)
{
	pthread_mutex_lock(&in->lock);
	in->is_wanted = true;
	in->now = loop_time();
	pthread_cond_signal(&in->work);
	pthread_mutex_unlock(&in->lock);
}

static void
on_timer(void *arg)
{
	struct inbox *in = arg;

	want_look(in);
	loop_timer_set(in->timer, INBOX_EVERY_MS);
}

struct inbox *
inbox_start(const char *state_folder)
{
	struct inbox *in = xcalloc(1, sizeof(*in));
	struct strbuf path = STRBUF_INIT;

	strbuf_addf(&path, "%s/" INBOX_FOLDER, state_folder);
	in->folder.path = in->path = strbuf_take(&path);
	inbox_folder_make(&in->folder);
	/* These fail only for arguments that are not ours. */
	pthread_mutex_init(&in->lock, NULL);
	pthread_cond_init(&in->work, NULL);
	in->timer = loop_timer_new(on_timer, in);
	loop_timer_set(in->timer, 0);
	start_thread(in);
	return in;
}

void
inbox_use_store(struct inbox *in, struct store *store)
{
	pthread_mutex_lock(&in->lock);
	in->store = store;
	pthread_mutex_unlock(&in->lock);
	want_look(in);
}

bool
inbox_wake(struct inbox *in)
{
	bool can_look;

	want_look(in);
	pthread_mutex_lock(&in->lock);
	can_look = in->is_started && in->store != NULL;
	pthread_mutex_unlock(&in->lock);
	return can_look;
}

void
inbox_stop(struct inbox *in)
{
	if (in == NULL)
		return;
	pthread_mutex_lock(&in->lock);
	atomic_store(&in->is_over, true);
	pthread_cond_signal(&in->work);
	pthread_mutex_unlock(&in->lock);
	if (in->is_started)
		pthread_join(in->thread, NULL);
	loop_timer_free(in->timer);
	pthread_cond_destroy(&in->work);
	pthread_mutex_destroy(&in->lock);
	free(in->path);
	free(in);
}

void
inbox_counts(struct inbox *in, struct inbox_counts *out)
{
	pthread_mutex_lock(&in->lock);
	*out = in->counts;
	pthread_mutex_unlock(&in->lock);
}
