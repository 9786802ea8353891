/*
 * The end of a day: who wants a report, and what is in it.  SPDX-License-Identifier: ISC
 *
 * For every open domain of every day that is over: look up its record, render, put into the outbox.  A crash in
 * between costs nothing: what is not closed is still open.
 */
#ifndef HOPSEAL_REPORT_CLOSING_H
#define HOPSEAL_REPORT_CLOSING_H

#include <stdint.h>

#include "lookup/engine.h"
#include "net/loop.h"
#include "report/options.h"

struct closing;
struct store;

struct closing_status {
	time_t day;        /* being closed; 0: none */
	uint64_t made;     /* reports, since start */
	uint64_t unwanted; /* domains without a record */
	time_t next;       /* when the next day is closed; 0: never */
};

/*
 * All borrowed.  Nothing is closed before what was put into the store until now is written.  Without a contact days
 * are only forgotten.
 *
 * on_made   there may be something to send
 */
struct closing *closing_start(struct engine *engine, struct store *store,
    const struct report_options *options, loop_fn *on_made, void *arg);
void closing_stop(struct closing *closing); /* NULL is fine */

void closing_status(const struct closing *closing, struct closing_status *out);

#endif
