/* SPDX-License-Identifier: ISC */
#include "report/delivery.h"

#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "net/loop.h"
#include "report/commits.h"
#include "report/job.h"

#define POLL_S_MAX   60    /* the outbox is looked at so often at least */
#define POLL_MS_MIN  1000  /* and no more often while what is due cannot go yet */
#define RETRY_MS     10000 /* the store could not be read */
#define JOBS_MAX     1024  /* in memory; the rest waits in the store */
#define LOOK_FURTHER 1024  /* due ones looked at beyond those in memory */
#define FEW          64    /* so few waiting: look for more at once */

struct delivery {
	struct store *store;
	struct account *account;
	const struct report_options *options;
	struct means means;
	struct dkim_key *key;
	struct why fault; /* why mail cannot leave; "": it can */
	char helo[DOMAIN_MAX + 1];
	struct commits *commits;
	struct loop_timer *timer;
	struct hosts hosts;
	struct map jobs;       /* by number: not to be begun again */
	struct list unwritten; /* jobs that are over, in order */
	size_t seen;           /* due ones, in this look */
	bool has_more;         /* due ones that were left in the store */
	bool has_settled;      /* what others had put before we began is written */
	struct delivery_status counts;
};

/* --- what must not be begun again -------------------------------------------------------------------------- */

static uint64_t
hash_of(const struct delivery *d, uint64_t id)
{
	return map_hash(&d->jobs, &id, sizeof(id));
}

static bool
is_numbered(const struct map_link *link, const void *id)
{
	return LIST_ITEM(link, struct job, link)->sending.id == *(const uint64_t *)id;
}

static bool
is_known(const struct delivery *d, uint64_t id)
{
	return map_find(&d->jobs, hash_of(d, id), is_numbered, &id) != NULL;
}

/* Its outcome goes to the store; until it is there the outbox still shows it as due. */
static void
put(struct delivery *d, struct job *job)
{
	store_put_sending(d->store, &job->sending);
	job->question = commits_ask(d->commits);
	list_append(&d->unwritten, &job->node);
}

static void
forget_written(struct delivery *d)
{
	uint64_t done = commits_done(d->commits);
	struct job *job;

	while (!list_is_empty(&d->unwritten)) {
		job = LIST_ITEM(d->unwritten.next, struct job, node);
		if (job->question > done)
			break;
		list_remove(&job->node);
		map_remove(&d->jobs, &job->link);
		job_free(job);
	}
}

/* --- attempts ---------------------------------------------------------------------------------------------------- */

static void start_waiting(struct delivery *d);

/* Look at the outbox at once where that brings something. */
static void
refill(struct delivery *d)
{
	if (d->has_more && d->hosts.waiting < FEW && d->jobs.count < JOBS_MAX)
		loop_timer_set(d->timer, 0);
}

static void
count(struct delivery *d, enum sending_state state)
{
	d->counts.sent += state == SENDING_SENT;
	d->counts.failed += state != SENDING_SENT;
	d->counts.given_up += state == SENDING_GIVEN_UP;
}

/* Whatever happens now, it is not sent twice (RPT-RETRY-02). */
static void
on_accepted(void *arg)
{
	struct job *job = arg;
	struct delivery *d = job->owner;

	if (d->account != NULL)
		account_note_sent(d->account, job->sending.id);
}

static void
on_answer(const struct attempt_answer *answer, void *arg)
{
	struct job *job = arg;
	struct delivery *d = job->owner;

	hosts_leave(&d->hosts, &job->berth);
	job_end(job, answer);
	count(d, job->sending.state);
	put(d, job);
	start_waiting(d);
	refill(d);
}

static void
start_waiting(struct delivery *d)
{
	struct berth *berth;
	struct job *job;

	while (d->hosts.running < d->options->parallel &&
	       (berth = hosts_next(&d->hosts)) != NULL) {
		job = LIST_ITEM(berth, struct job, berth);
		job_begin(job, loop_time());
		job->attempt = attempt_start(
		    &d->means, &job->sending, &job->rua, on_accepted, on_answer, job);
	}
}

/* --- the outbox --------------------------------------------------------------------------------------------------- */

/* Of a version with other ideas of what a URI is. */
static void
give_up(struct delivery *d, struct job *job, const char *reason)
{
	job_give_up(job, reason);
	count(d, job->sending.state);
	put(d, job);
}

/* False: it stays in the store for now. */
static bool
take(struct delivery *d, const struct stored_sending *row)
{
	struct job *job;
	struct why why;

	if (d->jobs.count >= JOBS_MAX)
		return false;
	job = job_new(row, d);
	if (rua_parse(row->uri, strlen(row->uri), &job->rua, &why) != ST_OK) {
		give_up(d, job, why.text);
	} else if (!hosts_wait(
		       &d->hosts, attempt_host(d->options, &job->rua), &job->berth)) {
		job_free(job);
		return false;
	}
	map_add(&d->jobs, &job->link, hash_of(d, row->id));
	return true;
}

static void
on_due(const struct stored_sending *row, void *arg)
{
	struct delivery *d = arg;

	d->seen++;
	if (!is_known(d, row->id) && !take(d, row))
		d->has_more = true;
}

/* Returns milliseconds until the next look. */
static int64_t
look(struct delivery *d)
{
	size_t max = d->jobs.count + LOOK_FURTHER;
	time_t now = loop_time(), next;

	d->seen = 0;
	d->has_more = false;
	if (store_is_busy(d->store))
		return POLL_MS_MIN;
	if (store_each_due(d->store, now, max, on_due, d) != ST_OK ||
	    store_next_due(d->store, &next) != ST_OK)
		return RETRY_MS;
	d->has_more = d->has_more || d->seen == max;
	if (next == 0 || next > now + POLL_S_MAX)
		return POLL_S_MAX * 1000;
	return next > now ? (int64_t)(next - now) * 1000 : POLL_MS_MIN;
}

static void
on_timer(void *arg)
{
	struct delivery *d = arg;

	loop_timer_set(d->timer, look(d));
	start_waiting(d);
}

void
delivery_wake(struct delivery *d)
{
	if (d->has_settled)
		loop_timer_set(d->timer, 0);
}

static void
on_written(void *arg)
{
	struct delivery *d = arg;

	forget_written(d);
	if (d->has_settled) {
		refill(d);
		return;
	}
	d->has_settled = true;
	delivery_wake(d);
}

/* --- begin and end ------------------------------------------------------------------------------------------------- */

/* Mail stays here, and a person is told, rather than that it leaves unsigned (RPT-DKIM-01). */
static void
open_key(struct delivery *d)
{
	const char *path = d->options->dkim_key;
	struct why why;

	if (path[0] == '\0')
		return;
	if (dkim_key_open(path, &d->key, &why) == ST_OK) {
		d->means.key = d->key;
		return;
	}
	log_err("delivery: dkim-key=%s reason=\"%s\" effect=\"no report mail leaves\"",
	    path, why.text);
	why_set(&d->fault, "no DKIM key: %s", why.text);
}

static void
read_relay(struct delivery *d)
{
	const char *relay = d->options->relay;

	if (d->options->mail == MAIL_WAY_RELAY &&
	    relay_parse(relay, &d->means.relay) != ST_OK)
		why_set(&d->fault, "\"%s\" is no mail server", relay);
}

static const char *
our_name(struct delivery *d)
{
	if (d->options->helo[0] != '\0')
		return d->options->helo;
	if (gethostname(d->helo, sizeof(d->helo) - 1) == -1)
		return "localhost";
	return d->helo;
}

struct delivery *
delivery_start(struct engine *engine, struct https *https, struct store *store,
    struct account *account, const struct report_options *options)
{
	struct delivery *d = xcalloc(1, sizeof(*d));

	d->store = store;
	d->account = account;
	d->options = options;
	d->means = (struct means){
		.engine = engine,
		.https = https,
		.store = store,
		.options = options,
		.fault = d->fault.text,
		.helo = our_name(d),
	};
	read_relay(d);
	open_key(d);
	hosts_init(&d->hosts);
	map_init(&d->jobs, 0);
	list_init(&d->unwritten);
	d->timer = loop_timer_new(on_timer, d);
	d->commits = commits_new(store, on_written, d);
	commits_ask(d->commits);
	return d;
}

static void
drop(struct map_link *link, void *arg)
{
	struct delivery *d = arg;
	struct job *job = LIST_ITEM(link, struct job, link);

	if (list_is_empty(&job->node))
		hosts_leave(&d->hosts, &job->berth);
	map_remove(&d->jobs, link);
	job_free(job);
}

void
delivery_stop(struct delivery *d)
{
	size_t cursor = 0;

	if (d == NULL)
		return;
	map_walk(&d->jobs, &cursor, d->jobs.slot_count, drop, d);
	commits_free(d->commits);
	hosts_clear(&d->hosts);
	map_clear(&d->jobs);
	loop_timer_free(d->timer);
	dkim_key_close(d->key);
	free(d);
}

void
delivery_status(const struct delivery *d, struct delivery_status *out)
{
	*out = d->counts;
	out->under_way = d->hosts.running;
}
