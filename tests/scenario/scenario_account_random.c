/*
 * Random walks through a day or two of sessions, crashes, full disks and databases that are not there: beside the account
 * walks a model that only adds up, and at the end both have the same numbers.
 * SPDX-License-Identifier: ISC
 */
#include <signal.h>
#include <sys/resource.h>

#include "net/loop.h"
#include "report/schedule.h"
#include "scenario/clerk.h"
#include "store/tally.h"

#define STEPS     400
#define QUEUE_MAX 200 /* datagrams in the socket */
#define KINDS     4   /* of sessions */

/* --- chance ------------------------------------------------------------------------------------ */

static uint64_t seed;

static unsigned
chance(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 20) % n;
}

/* --- the model --------------------------------------------------------------------------------- */

/* Each is counted under one policy.  Of the strangers nothing is known at first: their sessions wait. */
static const struct kind {
	const char *domain, *datagram;
	bool is_failed;
} kinds[KINDS] = {
	{ "example.org", GOOD, false },
	{ "example.org", BAD, true },
	{ "d1.example", TOLD("d1.example", NONE_OF("d1.example"), WENT_WELL), false },
	{ "d2.example", TOLD("d2.example", NONE_OF("d2.example"), WENT_WELL), false },
};

struct walk {
	struct clerk clerk;
	const struct kind *queue[QUEUE_MAX]; /* in the socket */
	size_t queued;
	uint64_t counts[KINDS];
	unsigned ids; /* given to events so far, from 1 */
	unsigned old_ids,
	    last_ids;     /* before the life before this one, and before this one */
	unsigned unheard; /* the id of an event that was not acknowledged; 0: none */
	bool is_disk_full;
};

static void
add(struct walk *w, const struct kind *kind)
{
	w->counts[kind - kinds]++;
}

/* --- steps ------------------------------------------------------------------------------------- */

static void
limit_files(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes > 0 ? bytes : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
arrive(struct walk *w)
{
	unsigned n = 1 + chance(6);

	while (n-- > 0 && w->queued < QUEUE_MAX)
		w->queue[w->queued++] = &kinds[chance(KINDS)];
}

static void
take(struct walk *w, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		add(w, w->queue[i]);
	w->queued -= count;
	memmove(w->queue, w->queue + count, w->queued * sizeof(w->queue[0]));
}

static void
restart(struct walk *w)
{
	clerk_die(&w->clerk);
	w->old_ids = w->last_ids;
	w->last_ids = w->ids;
	w->clerk.has_no_store = chance(4) == 0;
	clerk_go(&w->clerk);
}

/* What is only in memory would be lost with it, and is said to be. */
static bool
may_crash(const struct walk *w)
{
	return clerk_status(&w->clerk).in_memory == 0;
}

/* The daemon reads as much as there is; now and then it dies between taking them in and taking them out. */
static void
read_socket(struct walk *w)
{
	const char *batch[DATAGRAM_BATCH_MAX];
	bool dies = may_crash(w) && !w->is_disk_full && chance(12) == 0;
	size_t i, count = w->queued;

	if (count > DATAGRAM_BATCH_MAX)
		count = DATAGRAM_BATCH_MAX;
	for (i = 0; i < count; i++)
		batch[i] = w->queue[i]->datagram;
	if (count == 0 || !offer(&w->clerk, batch, count, !dies))
		return;
	if (dies)
		restart(w);
	else
		take(w, count);
}

/* An adapter sends an event; some were sent before, and are not counted again. */
static void
send_one(struct walk *w)
{
	unsigned id = w->unheard;
	bool is_new = id > 0 || w->ids == w->old_ids || chance(4) > 0;
	enum status rc;
	char json[200];
	int len;

	if (id == 0)
		id = is_new ? ++w->ids : w->ids - chance(w->ids - w->old_ids);
	len = snprintf(json, sizeof(json),
	    "{\"source\":\"exim\",\"next-hop\":\"example.org\",\"host\":\"mx1.example.org\","
	    "\"tls\":\"not-offered\",\"id\":\"%u\",\"when\":%lld}",
	    id, (long long)loop_time() - chance(7200));
	assert_true(len < (int)sizeof(json));
	w->unheard = 0;
	rc = send_event(&w->clerk, json);
	if (rc == ST_OK && is_new)
		add(w, &kinds[1]);
	else if (rc != ST_OK && is_new)
		w->unheard = id;
	assert_true(rc == ST_OK || rc == ST_IO);
}

static void
pass(struct walk *w)
{
	switch (chance(10)) {
	case 0:
		fake_pass(chance(3 * HOUR));
		break;
	case 1:
		settle(&w->clerk);
		break;
	default:
		fake_pass_ms(chance(1500));
		break;
	}
}

static void
fill_disk(struct walk *w)
{
	w->is_disk_full = !w->is_disk_full;
	limit_files(w->is_disk_full ? 1 + chance(20000) : 0);
}

static void
find_store(struct walk *w)
{
	if (w->clerk.has_no_store && !w->is_disk_full)
		clerk_use_store(&w->clerk);
}

static void
step(struct walk *w)
{
	unsigned n = chance(100);

	if (n < 30)
		arrive(w);
	else if (n < 60)
		read_socket(w);
	else if (n < 75)
		send_one(w);
	else if (n < 90)
		pass(w);
	else if (n < 94)
		fill_disk(w);
	else if (n < 97)
		find_store(w);
	else if (may_crash(w) && !w->is_disk_full)
		restart(w);
}

/* --- the end ------------------------------------------------------------------------------------- */

struct sums {
	uint64_t successes, failures, details;
};

static void
on_tally(const struct tally *t, void *arg)
{
	struct sums *s = arg;
	size_t i;

	s->successes += t->successes;
	s->failures += t->failures;
	for (i = 0; i < t->detail_count; i++)
		s->details += t->details[i].count;
}

/* On all days together: what is late for one is counted on the next. */
static void
assert_counted(struct walk *w, const char *domain)
{
	struct sums is = { .successes = 0 }, want = { .successes = 0 };
	time_t day;
	size_t i;

	for (i = 0; i < KINDS; i++) {
		if (strcmp(kinds[i].domain, domain) != 0)
			continue;
		*(kinds[i].is_failed ? &want.failures : &want.successes) +=
		    w->counts[i];
	}
	for (day = TODAY - DAY; day <= loop_time(); day += DAY)
		assert_int_equal(
		    store_each_tally(w->clerk.story.store, day, domain, on_tally, &is),
		    ST_OK);
	assert_int_equal(is.successes, want.successes);
	assert_int_equal(is.failures, want.failures);
	assert_int_equal(is.details, want.failures);
}

/* All troubles end, and everything comes in. */
static void
finish(struct walk *w)
{
	limit_files(0);
	w->is_disk_full = false;
	find_store(w);
	fake_pass(60);
	settle(&w->clerk);
	while (w->queued > 0)
		read_socket(w);
	while (w->unheard != 0)
		send_one(w);
	find_store(w);
	fake_pass(60);
	settle(&w->clerk);
}

static const struct walk_case {
	const char *name;
	uint64_t seed;
} walk_cases[] = {
	{ "RPT-CNT-13 walk 1", 0x9e3779b97f4a7c15 },
	{ "RPT-CNT-13 walk 2", 0xbf58476d1ce4e5b9 },
	{ "RPT-CNT-13 walk 3", 0x94d049bb133111eb },
	{ "RPT-CNT-13 walk 4", 0xd6e8feb86659fd93 },
	{ "RPT-CNT-13 walk 5", 0x5eb69fceb9689c1d },
	{ "RPT-CNT-13 walk 6", 0xb1f7c6bb062ce3c9 },
};

static void
check_walk(void **state)
{
	const struct walk_case *c = *state;
	struct walk w = { .queued = 0 };
	int i;

	seed = c->seed;
	signal(SIGXFSZ, SIG_IGN);
	clerk_begin(&w.clerk, POLICY("enforce", "mx1.example.org"));
	dns_says("d1.example MX I 60 10 mx1.example.org");
	dns_says("d2.example MX I 60 10 mx1.example.org");
	clerk_go(&w.clerk);
	clerk_knows(&w.clerk, "example.org");
	dns_takes_ms(700);
	for (i = 0; i < STEPS; i++)
		step(&w);
	finish(&w);
	assert_int_equal(clerk_status(&w.clerk).waiting, 0);
	assert_int_equal(clerk_status(&w.clerk).rejected, 0);
	assert_counted(&w, "example.org");
	assert_counted(&w, "d1.example");
	assert_counted(&w, "d2.example");
	clerk_restart(&w.clerk);
	assert_counted(&w, "example.org");
	clerk_end(&w.clerk);
}

int
main(void)
{
	const struct case_table tables[] = { CASES(check_walk, walk_cases) };

	return cases_run("account_random", tables, COUNT_OF(tables));
}
