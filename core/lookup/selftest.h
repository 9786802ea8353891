/*
 * The resolver is tested at start and every few minutes.  SPDX-License-Identifier: ISC
 *
 * One that stops validating would switch DANE off without a sound (lookup/resolver_test.h, conformance DNS-13).
 */
#ifndef HOPSEAL_LOOKUP_SELFTEST_H
#define HOPSEAL_LOOKUP_SELFTEST_H

#include "lookup/engine.h"
#include "lookup/lookup.h"

struct selftest;

/* The first test starts at once.  lookup is borrowed; on_repaired runs when a resolver that could not be believed
 * can be. */
struct selftest *selftest_start(
    struct lookup *lookup, void (*on_repaired)(void *arg), void *arg);
void selftest_stop(struct selftest *selftest); /* NULL is fine */

/* Test again now: the resolver has changed. */
void selftest_again(struct selftest *selftest);

struct selftest_result {
	enum resolver_state state;
	time_t since;
	char detail[FACT_DETAIL_MAX];
};

const struct selftest_result *selftest_result(const struct selftest *selftest);

#endif
