/*
 * The event loop: the only thing that waits, and the only clock.  SPDX-License-Identifier: ISC
 *
 * One per process.  Every function belongs to the loop's thread, except loop_wake().
 * tests/fake/loop.c offers the same names with a clock that the test moves.
 */
#ifndef HOPSEAL_NET_LOOP_H
#define HOPSEAL_NET_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/status.h"

typedef void loop_fn(void *arg);

/* Make the loop; from here on SIGPIPE is ignored.  ST_OK or ST_LIBRARY. */
MUST_CHECK enum status loop_init(struct why *why);
void loop_clear(void);

/* Run until loop_stop(); what was started before is served after. */
void loop_run(void);
void loop_stop(void);

/* Monotonic milliseconds, for timeouts; cached for one turn of the loop. */
int64_t loop_now_ms(void);

/* UTC seconds, for expiry and report days; cached likewise. */
time_t loop_time(void);

/* A timer that fires once per loop_timer_set(), never early by loop_now_ms(); fn may set it
 * again. */
struct loop_timer;
struct loop_timer *loop_timer_new(loop_fn *fn, void *arg);
void loop_timer_set(struct loop_timer *timer, int64_t delay_ms);
void loop_timer_stop(struct loop_timer *timer);
void loop_timer_free(struct loop_timer *timer); /* NULL is fine */

/* Call fn once, in the next turn: for callbacks that must not run inside their start function.
 * Costs no system call; loop_deferred_cancel drops those with this fn and arg. */
void loop_defer(loop_fn *fn, void *arg);
void loop_deferred_cancel(loop_fn *fn, void *arg);

#define LOOP_READ  1
#define LOOP_WRITE 2

/* Watch a descriptor for LOOP_READ and/or LOOP_WRITE, level-triggered, until freed. */
typedef void loop_io_fn(int fd, int events, void *arg);
struct loop_io;
struct loop_io *loop_io_new(int fd, int events, loop_io_fn *fn, void *arg);
void loop_io_want(struct loop_io *io, int events); /* 0: rest for now */
void loop_io_free(struct loop_io *io);

/* Call fn in the loop's thread for every delivery of this signal. */
MUST_CHECK enum status loop_on_signal(int signal, loop_fn *fn, void *arg);

/* A bell that other threads ring: fn runs in the loop's thread, once or more after each ring. */
struct loop_bell;
struct loop_bell *loop_bell_new(loop_fn *fn, void *arg);
void loop_bell_ring(struct loop_bell *bell); /* from any thread; never blocks */
void loop_bell_free(struct loop_bell *bell);

#endif
