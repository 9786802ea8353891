/*
 * From the outbox to its destinations.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_REPORT_DELIVERY_H
#define HOPSEAL_REPORT_DELIVERY_H

#include <stdint.h>

#include "lookup/engine.h"
#include "net/https.h"
#include "report/account.h"
#include "report/options.h"

struct delivery;

struct delivery_status {
	uint64_t sent, failed, given_up; /* attempts and ends, since start */
	size_t under_way;
};

/*
 * All borrowed.  Nothing is sent before what was put into the store until now is written.  account may be NULL: then
 * an acknowledgement is safe when the store has it.
 */
struct delivery *delivery_start(struct engine *engine, struct https *https,
    struct store *store, struct account *account, const struct report_options *options);
void delivery_stop(
    struct delivery *delivery); /* what is under way is cancelled; NULL is fine */

/* Look at the outbox now. */
void delivery_wake(struct delivery *delivery);

void delivery_status(const struct delivery *delivery, struct delivery_status *out);

#endif
