/* SPDX-License-Identifier: ISC */
#include "unit/cases.h"

#include <stdio.h>

#include "report/hosts.h"

#define MANY 40

struct queue {
	struct hosts hosts;
	struct berth berths[MANY];
};

/* Berths from..from + count - 1 queue for this host. */
static void
queue(struct queue *q, const char *name, int from, int count)
{
	int i;

	for (i = from; i < from + count; i++)
		assert_true(hosts_wait(&q->hosts, name, &q->berths[i]));
}

/* Who goes now; -1: nobody. */
static int
next(struct queue *q)
{
	struct berth *berth = hosts_next(&q->hosts);

	return berth != NULL ? (int)(berth - q->berths) : -1;
}

static void
check_four(void **state)
{
	struct queue q;
	int i;

	(void)state;
	hosts_init(&q.hosts);
	queue(&q, "a", 0, 6);
	for (i = 0; i < HOST_PARALLEL_MAX; i++)
		assert_int_equal(next(&q), i);
	assert_int_equal(next(&q), -1);
	assert_int_equal(q.hosts.waiting, 2);
	assert_int_equal(q.hosts.running, 4);
	hosts_leave(&q.hosts, &q.berths[2]);
	assert_int_equal(next(&q), 4);
	assert_int_equal(next(&q), -1);
	for (i = 0; i < 6; i++)
		if (i != 2)
			hosts_leave(&q.hosts, &q.berths[i]);
	assert_int_equal(q.hosts.waiting + q.hosts.running, 0);
	assert_int_equal(q.hosts.by_name.count, 0);
	hosts_clear(&q.hosts);
}

static void
check_turns(void **state)
{
	static const int want[] = { 0, 10, 20, 1, 11, 2, 3, -1 };
	struct queue q;
	size_t i;

	(void)state;
	hosts_init(&q.hosts);
	queue(&q, "a", 0, 8);
	queue(&q, "b", 10, 2);
	queue(&q, "c", 20, 1);
	for (i = 0; i < COUNT_OF(want); i++)
		assert_int_equal(next(&q), want[i]);
	for (i = 0; i < 8; i++)
		hosts_leave(&q.hosts, &q.berths[i]);
	hosts_leave(&q.hosts, &q.berths[10]);
	hosts_leave(&q.hosts, &q.berths[11]);
	hosts_leave(&q.hosts, &q.berths[20]);
	assert_int_equal(q.hosts.by_name.count, 0);
	hosts_clear(&q.hosts);
}

static void
check_leaves_the_queue(void **state)
{
	struct queue q;

	(void)state;
	hosts_init(&q.hosts);
	queue(&q, "a", 0, 3);
	hosts_leave(&q.hosts, &q.berths[0]);
	assert_int_equal(next(&q), 1);
	hosts_leave(&q.hosts, &q.berths[2]);
	assert_int_equal(next(&q), -1);
	hosts_leave(&q.hosts, &q.berths[1]);
	assert_int_equal(q.hosts.by_name.count, 0);
	hosts_clear(&q.hosts);
}

static void
check_enough(void **state)
{
	struct berth *berths = xcalloc(HOST_WAITING_MAX, sizeof(berths[0]));
	struct hosts hosts;
	struct berth more;
	int i;

	(void)state;
	hosts_init(&hosts);
	for (i = 0; i < HOST_WAITING_MAX; i++)
		assert_true(hosts_wait(&hosts, "a", &berths[i]));
	assert_false(hosts_wait(&hosts, "a", &more));
	assert_true(hosts_wait(&hosts, "b", &more));
	hosts_leave(&hosts, &more);
	for (i = 0; i < HOST_WAITING_MAX; i++)
		hosts_leave(&hosts, &berths[i]);
	hosts_clear(&hosts);
	free(berths);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("four at once to one host", check_four),
		CASE("hosts take turns", check_turns),
		CASE("who waits may leave", check_leaves_the_queue),
		CASE("only so many wait for one host", check_enough),
	};

	return cases_run("hosts", tables, COUNT_OF(tables));
}
