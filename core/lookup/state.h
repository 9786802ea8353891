/*
 * The engine from inside; for lookup/ only.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_LOOKUP_STATE_H
#define HOPSEAL_LOOKUP_STATE_H

#include "lookup/engine.h"
#include "lookup/gate.h"
#include "lookup/lookup.h"
#include "lookup/policies.h"
#include "lookup/routes.h"

struct selftest;
struct refresh;

struct engine {
	struct lookup lookup;
	struct gate gate; /* of the operations */
	struct store *store;
	struct routes routes;
	struct policies policies;
	struct override_list overrides;
	struct list operations; /* under way */
	struct list questions;  /* waiting for them */
	struct list errands;    /* of others (lookup/errand.h) */
	size_t operation_count, question_count;
	struct selftest *selftest;
	struct refresh *refresh;
	time_t started;
	uint64_t asked, hits, misses, late;
	uint64_t verdicts[VERDICT_REJECT + 1];
	struct settings settings;  /* what engine_settings() lends */
	struct sts_facts told_sts; /* what engine_facts() lends */
};

/* Decide for facts that are at hand and count the verdict. */
void engine_decide(
    struct engine *engine, const struct facts *facts, struct answer *answer);

/* Lookups that questions make for themselves begin anew: resolver and HTTPS have changed. */
void questions_restart(struct engine *engine);

/* End all questions without an answer: the engine goes away. */
void questions_cancel(struct engine *engine);

#endif
