/* SPDX-License-Identifier: ISC */
#include "net/loop.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

struct call {
	loop_fn *fn; /* NULL: cancelled */
	void *arg;
};

struct calls {
	struct call *items;
	size_t count, cap;
};

struct watched_signal {
	struct watched_signal *next;
	struct event *event;
	loop_fn *fn;
	void *arg;
};

static struct {
	struct event_base *base;
	bool is_stopped;
	bool has_now, has_time; /* read in this turn */
	int64_t now_ms;
	time_t time;
	struct calls waiting; /* for the next turn */
	struct calls running; /* of this one */
	struct watched_signal *signals;
} loop;

/* --- the loop itself ---------------------------------------------------------- */

static void
on_library_message(int severity, const char *text)
{
	if (severity >= EVENT_LOG_WARN)
		log_warn("loop: library=libevent message=\"%s\"", text);
}

/* libevent's objects end the process with memory, like our own (base/mem.h). */
static void *
checked(void *object)
{
	if (object == NULL) {
		log_err("loop: memory=exhausted action=exit");
		abort();
	}
	return object;
}

enum status
loop_init(struct why *why)
{
	struct event_config *config = checked(event_config_new());

	memset(&loop, 0, sizeof(loop));
	event_set_log_callback(on_library_message);
	event_config_set_flag(
	    config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV);
	loop.base = event_base_new_with_config(config);
	event_config_free(config);
	if (loop.base == NULL) {
		why_set(why, "the event loop cannot be made: %s", strerror(errno));
		return ST_LIBRARY;
	}
	signal(SIGPIPE, SIG_IGN);
	return ST_OK;
}

void
loop_clear(void)
{
	struct watched_signal *s;

	while ((s = loop.signals) != NULL) {
		loop.signals = s->next;
		event_free(s->event);
		free(s);
	}
	event_base_free(loop.base);
	free(loop.waiting.items);
	free(loop.running.items);
	memset(&loop, 0, sizeof(loop));
}

/* What the calls themselves defer waits for the next turn. */
static void
run_deferred(void)
{
	struct calls batch = loop.waiting;
	size_t i;

	loop.waiting = loop.running;
	loop.waiting.count = 0;
	loop.running = batch;
	for (i = 0; i < loop.running.count; i++) {
		struct call call = loop.running.items[i];

		loop.running.items[i].fn = NULL;
		if (call.fn != NULL)
			call.fn(call.arg);
	}
	loop.running.count = 0;
}

static void
forget_clocks(void)
{
	loop.has_now = loop.has_time = false;
}

void
loop_run(void)
{
	int flags;

	forget_clocks();
	while (!loop.is_stopped) {
		run_deferred();
		forget_clocks();
		flags = EVLOOP_ONCE | EVLOOP_NO_EXIT_ON_EMPTY;
		if (loop.waiting.count > 0 || loop.is_stopped)
			flags |= EVLOOP_NONBLOCK;
		if (event_base_loop(loop.base, flags) == -1) {
			log_err(
			    "loop: failed reason=\"%s\" action=stop", strerror(errno));
			break;
		}
	}
	loop.is_stopped = false;
}

void
loop_stop(void)
{
	loop.is_stopped = true;
}

/* --- clocks ------------------------------------------------------------------- */

int64_t
loop_now_ms(void)
{
	struct timespec t;

	if (!loop.has_now) {
		clock_gettime(CLOCK_MONOTONIC, &t);
		loop.now_ms = (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
		loop.has_now = true;
	}
	return loop.now_ms;
}

time_t
loop_time(void)
{
	if (!loop.has_time) {
		loop.time = time(NULL);
		loop.has_time = true;
	}
	return loop.time;
}

/* --- timers ------------------------------------------------------------------- */

struct loop_timer {
	struct event *event;
	int64_t due_ms;
	loop_fn *fn;
	void *arg;
};

static void
wait_until_due(struct loop_timer *timer)
{
	int64_t left_ms = timer->due_ms - loop_now_ms();
	struct timeval tv = { 0 };

	if (left_ms > 0) {
		tv.tv_sec = (time_t)(left_ms / 1000);
		tv.tv_usec = (suseconds_t)(left_ms % 1000) * 1000;
	}
	event_add(timer->event, &tv);
}

/* libevent counts from its own, coarser clock: on ours nothing fires early. */
static void
on_timer(evutil_socket_t fd UNUSED, short what UNUSED, void *arg)
{
	struct loop_timer *timer = arg;

	if (loop_now_ms() < timer->due_ms)
		wait_until_due(timer);
	else
		timer->fn(timer->arg);
}

struct loop_timer *
loop_timer_new(loop_fn *fn, void *arg)
{
	struct loop_timer *timer = xcalloc(1, sizeof(*timer));

	timer->event = checked(event_new(loop.base, -1, 0, on_timer, timer));
	timer->fn = fn;
	timer->arg = arg;
	return timer;
}

void
loop_timer_set(struct loop_timer *timer, int64_t delay_ms)
{
	timer->due_ms = loop_now_ms() + delay_ms;
	wait_until_due(timer);
}

void
loop_timer_stop(struct loop_timer *timer)
{
	event_del(timer->event);
}

void
loop_timer_free(struct loop_timer *timer)
{
	if (timer == NULL)
		return;
	event_free(timer->event);
	free(timer);
}

/* --- deferred calls ----------------------------------------------------------- */

void
loop_defer(loop_fn *fn, void *arg)
{
	struct calls *calls = &loop.waiting;

	if (calls->count == calls->cap) {
		calls->cap = calls->cap > 0 ? calls->cap * 2 : 64;
		calls->items =
		    xreallocarray(calls->items, calls->cap, sizeof(calls->items[0]));
	}
	calls->items[calls->count++] = (struct call){ fn, arg };
}

static void
cancel_in(struct calls *calls, loop_fn *fn, const void *arg)
{
	size_t i;

	for (i = 0; i < calls->count; i++)
		if (calls->items[i].fn == fn && calls->items[i].arg == arg)
			calls->items[i].fn = NULL;
}

void
loop_deferred_cancel(loop_fn *fn, void *arg)
{
	cancel_in(&loop.running, fn, arg);
	cancel_in(&loop.waiting, fn, arg);
}

/* --- descriptors -------------------------------------------------------------- */

/* One event for each direction: adding the second changes the kernel's entry with one call. */
struct loop_io {
	struct event *read, *write;
	int fd, events;
	loop_io_fn *fn;
	void *arg;
};

static void
on_io(evutil_socket_t fd, short what, void *arg)
{
	struct loop_io *io = arg;

	io->fn(fd, (what & EV_READ) != 0 ? LOOP_READ : LOOP_WRITE, io->arg);
}

static void
watch(struct loop_io *io, struct event **event, short what)
{
	if (*event == NULL)
		*event =
		    checked(event_new(loop.base, io->fd, what | EV_PERSIST, on_io, io));
	if (event_add(*event, NULL) == -1)
		log_err("loop: descriptor=%d watch=failed reason=\"%s\"", io->fd,
		    strerror(errno));
}

struct loop_io *
loop_io_new(int fd, int events, loop_io_fn *fn, void *arg)
{
	struct loop_io *io = xcalloc(1, sizeof(*io));

	io->fd = fd;
	io->fn = fn;
	io->arg = arg;
	loop_io_want(io, events);
	return io;
}

void
loop_io_want(struct loop_io *io, int events)
{
	int more = events & ~io->events, less = io->events & ~events;

	/* First add, then remove: the kernel keeps its entry. */
	if ((more & LOOP_READ) != 0)
		watch(io, &io->read, EV_READ);
	if ((more & LOOP_WRITE) != 0)
		watch(io, &io->write, EV_WRITE);
	if ((less & LOOP_READ) != 0)
		event_del(io->read);
	if ((less & LOOP_WRITE) != 0)
		event_del(io->write);
	io->events = events;
}

void
loop_io_free(struct loop_io *io)
{
	if (io == NULL)
		return;
	if (io->read != NULL)
		event_free(io->read);
	if (io->write != NULL)
		event_free(io->write);
	free(io);
}

/* --- signals ------------------------------------------------------------------ */

static void
on_signal(evutil_socket_t number UNUSED, short what UNUSED, void *arg)
{
	struct watched_signal *s = arg;

	s->fn(s->arg);
}

enum status
loop_on_signal(int number, loop_fn *fn, void *arg)
{
	struct watched_signal *s = xcalloc(1, sizeof(*s));

	s->fn = fn;
	s->arg = arg;
	s->event = checked(evsignal_new(loop.base, number, on_signal, s));
	s->next = loop.signals;
	loop.signals = s;
	return event_add(s->event, NULL) == 0 ? ST_OK : ST_LIBRARY;
}

/* --- bells -------------------------------------------------------------------- */

struct loop_bell {
	int fd;
	struct loop_io *io;
	loop_fn *fn;
	void *arg;
};

static void
on_bell(int fd, int events UNUSED, void *arg)
{
	struct loop_bell *bell = arg;
	uint64_t rings;

	if (read(fd, &rings, sizeof(rings)) == sizeof(rings))
		bell->fn(bell->arg);
}

struct loop_bell *
loop_bell_new(loop_fn *fn, void *arg)
{
	struct loop_bell *bell = xcalloc(1, sizeof(*bell));

	bell->fn = fn;
	bell->arg = arg;
	bell->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (bell->fd == -1) {
		log_err("loop: bell=failed reason=\"%s\" action=exit", strerror(errno));
		abort();
	}
	bell->io = loop_io_new(bell->fd, LOOP_READ, on_bell, bell);
	return bell;
}

void
loop_bell_ring(struct loop_bell *bell)
{
	const uint64_t one = 1;

	/* It fails only when the counter is full: then it is ringing already. */
	if (write(bell->fd, &one, sizeof(one)) == -1)
		return;
}

void
loop_bell_free(struct loop_bell *bell)
{
	if (bell == NULL)
		return;
	loop_io_free(bell->io);
	close(bell->fd);
	free(bell);
}
