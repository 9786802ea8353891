/* SPDX-License-Identifier: ISC */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "run_loop.h"

static struct strbuf happened = STRBUF_INIT; /* a letter for each call */

static void
begin(void **state)
{
	(void)state;
	strbuf_reset(&happened);
}

/* The same address for the same letter, as deferred calls are told apart by it. */
static char *
letter(char c)
{
	static char texts[128][2];

	texts[(unsigned char)c % 128][0] = c;
	return texts[(unsigned char)c % 128];
}

static void
note(void *arg)
{
	strbuf_adds(&happened, arg);
}

static void
expect(const char *want)
{
	assert_string_equal(strbuf_str(&happened), want);
}

static void
note_and_defer(void *arg)
{
	note(arg);
	loop_defer(note, letter('c'));
}

static void
cancel_b(void *arg)
{
	note(arg);
	loop_deferred_cancel(note, letter('b'));
}

static void
check_deferred(void **state)
{
	begin(state);
	loop_defer(note_and_defer, letter('a'));
	loop_defer(note, letter('b'));
	expect("");
	one_turn();
	expect("ab");
	one_turn();
	expect("abc");
	one_turn();
	expect("abc");
}

static void
check_deferred_cancel(void **state)
{
	static char other_b[] = "b";

	begin(state);
	loop_defer(note, letter('a'));
	loop_defer(note, letter('b'));
	loop_defer(note, other_b);
	loop_deferred_cancel(note, letter('b'));
	one_turn();
	expect("ab");
	loop_defer(cancel_b, letter('x'));
	loop_defer(note, letter('b'));
	one_turn();
	expect("abx");
}

static void
check_stop(void **state)
{
	begin(state);
	loop_stop();
	loop_defer(note, letter('a'));
	loop_run(); /* returns at once */
	expect("");
	one_turn();
	expect("a");
}

struct timed {
	const char *name;
	struct loop_timer *timer;
	int64_t due_ms;
};

static void
on_due(void *arg)
{
	struct timed *t = arg;

	assert_true(loop_now_ms() >= t->due_ms);
	strbuf_adds(&happened, t->name);
}

static void
start_timed(struct timed *t, const char *name, int64_t delay_ms)
{
	t->name = name;
	t->timer = loop_timer_new(on_due, t);
	t->due_ms = loop_now_ms() + delay_ms;
	loop_timer_set(t->timer, delay_ms);
}

static void
check_timers(void **state)
{
	struct timed a, b, c, d, x;

	begin(state);
	start_timed(&c, "c", 30);
	start_timed(&a, "a", 0);
	start_timed(&b, "b", 11);
	start_timed(&d, "d", 5);
	loop_timer_stop(d.timer);
	RUN_UNTIL(happened.len >= 3);
	expect("abc");
	start_timed(&x, "x", 0);
	loop_timer_set(b.timer, 0);
	loop_timer_set(b.timer, 20); /* the last one counts */
	b.due_ms = loop_now_ms() + 20;
	RUN_UNTIL(happened.len >= 5);
	expect("abcxb");
	loop_timer_free(a.timer);
	loop_timer_free(b.timer);
	loop_timer_free(c.timer);
	loop_timer_free(d.timer);
	loop_timer_free(x.timer);
	loop_timer_free(NULL);
}

static struct loop_timer *repeated;

static void
on_repeated(void *arg)
{
	note(arg);
	if (happened.len < 3)
		loop_timer_set(repeated, 1);
	else
		loop_timer_free(repeated);
}

static void
check_timer_in_itself(void **state)
{
	begin(state);
	repeated = loop_timer_new(on_repeated, letter('r'));
	loop_timer_set(repeated, 1);
	RUN_UNTIL(happened.len == 3);
	expect("rrr");
}

static void
on_clock(void *arg)
{
	int64_t now_ms = loop_now_ms();
	time_t now = loop_time();

	(void)arg;
	usleep(5000);
	assert_int_equal(loop_now_ms(), now_ms);
	assert_int_equal(loop_time(), now);
}

static void
check_clocks(void **state)
{
	int64_t before_ms;

	begin(state);
	loop_defer(on_clock, NULL);
	one_turn();
	before_ms = loop_now_ms();
	usleep(5000);
	one_turn();
	assert_true(loop_now_ms() >= before_ms + 5);
	assert_in_range(loop_time(), (uintmax_t)time(NULL) - 1, (uintmax_t)time(NULL));
}

static void
on_pipe(int fd, int events, void *arg)
{
	char c;

	(void)arg;
	if (events == LOOP_WRITE) {
		note(letter('w'));
		return;
	}
	assert_int_equal(read(fd, &c, 1), 1);
	note(letter('r'));
}

static void
check_io(void **state)
{
	struct loop_io *in, *out;
	int fds[2];

	begin(state);
	assert_int_equal(pipe(fds), 0);
	in = loop_io_new(fds[0], LOOP_READ, on_pipe, NULL);
	out = loop_io_new(fds[1], 0, on_pipe, NULL);
	one_turn();
	expect("");
	assert_int_equal(write(fds[1], "12", 2), 2);
	one_turn();
	one_turn();
	one_turn();
	expect("rr");
	loop_io_want(in, 0);
	assert_int_equal(write(fds[1], "3", 1), 1);
	one_turn();
	expect("rr");
	loop_io_want(in, LOOP_READ);
	one_turn();
	expect("rrr");
	loop_io_want(out, LOOP_WRITE);
	one_turn();
	one_turn();
	expect("rrrww");
	loop_io_free(in);
	loop_io_free(out);
	loop_io_free(NULL);
	close(fds[0]);
	close(fds[1]);
}

static struct loop_io *doomed;

static void
on_doomed(int fd, int events, void *arg)
{
	(void)fd, (void)events, (void)arg;
	note(letter('d'));
	loop_io_free(doomed);
}

static void
check_io_in_itself(void **state)
{
	int fds[2];

	begin(state);
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "1", 1), 1);
	doomed = loop_io_new(fds[0], LOOP_READ, on_doomed, NULL);
	one_turn();
	one_turn();
	expect("d");
	close(fds[0]);
	close(fds[1]);
}

static void
check_signals(void **state)
{
	begin(state);
	assert_int_equal(loop_on_signal(SIGUSR1, note, letter('1')), ST_OK);
	assert_int_equal(loop_on_signal(SIGUSR2, note, letter('2')), ST_OK);
	raise(SIGUSR1);
	RUN_UNTIL(happened.len == 1);
	raise(SIGUSR2);
	RUN_UNTIL(happened.len == 2);
	raise(SIGUSR1);
	RUN_UNTIL(happened.len == 3);
	expect("121");
}

#define RINGS 1000

struct ringer {
	struct loop_bell *bell;
	atomic_int rung;
	int heard; /* rings that had happened when the bell was last heard */
};

static void
on_bell(void *arg)
{
	struct ringer *r = arg;

	r->heard = atomic_load(&r->rung);
}

static void *
ring(void *arg)
{
	struct ringer *r = arg;
	int i;

	for (i = 0; i < RINGS; i++) {
		atomic_fetch_add(&r->rung, 1);
		loop_bell_ring(r->bell);
	}
	return NULL;
}

static void
check_bell(void **state)
{
	struct ringer r = { .heard = 0 };
	pthread_t thread;

	begin(state);
	r.bell = loop_bell_new(on_bell, &r);
	one_turn();
	assert_int_equal(r.heard, 0);
	assert_int_equal(pthread_create(&thread, NULL, ring, &r), 0);
	RUN_UNTIL(r.heard == RINGS);
	pthread_join(thread, NULL);
	loop_bell_free(r.bell);
	loop_bell_free(NULL);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("deferred calls run once, in order, those they defer a turn later",
		    check_deferred),
		CASE(
		    "a cancelled call does not run, even in the turn of its cancelling",
		    check_deferred_cancel),
		CASE("a stop before the start is heeded", check_stop),
		CASE("timers fire in order, once, and not early", check_timers),
		CASE("a timer may set and free itself", check_timer_in_itself),
		CASE("clocks stand still for one turn", check_clocks),
		CASE("descriptors are watched level-triggered, or rest", check_io),
		CASE("a watch may free itself", check_io_in_itself),
		CASE("every signal reaches its own function", check_signals),
		CASE("a bell is heard after the last ring of another thread",
		    check_bell),
	};
	int failed = cases_run_in_loop("loop", tables, COUNT_OF(tables));

	strbuf_clear(&happened);
	return failed;
}
