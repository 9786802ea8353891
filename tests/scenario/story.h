/*
 * Telling a story to the engine: what the world says, what is asked, what time passes.
 * SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_TESTS_SCENARIO_STORY_H
#define HOPSEAL_TESTS_SCENARIO_STORY_H

#include "unit/cases.h"

#include "fake/fake.h"
#include "lookup/engine.h"

#define NOON  1700000000 /* when every story begins, UTC */
#define HOUR  3600
#define DAY   86400
#define EE256 "3 1 1 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

/* A policy of this mode for one MX pattern, living a week. */
#define POLICY(mode, mx) "version: STSv1\nmode: " mode "\nmx: " mx "\nmax_age: 604800\n"

struct story {
	struct engine_options options;
	struct engine *engine;
	struct store *store;
	char folder[64]; /* of the store; "" without one */
};

/* A new world at NOON with a validating resolver and an engine that keeps nothing; options may be changed between
 * story_begin and story_go. */
void story_begin(struct story *story);
void story_go(struct story *story);

/* Keep what is learnt in a store from story_go on. */
void story_use_store(struct story *story);

/* The same in the middle of the story: the store could not be opened until now. */
void story_open_store(struct story *story);

/* The daemon ends and starts again; memory is lost, the store is not. */
void story_restart(struct story *story);

void story_end(struct story *story);

/*
 * Ask and let time pass until there is an answer: "VERDICT HOST=VERDICT HOST=VERDICT".  The text lives until the next
 * question.
 */
const char *ask(struct story *story, const char *next_hop);

/* The same for a question in the words of a map: "OK secure match=...". */
const char *ask_as(struct story *story, const char *map, const char *next_hop);

/* Whether the answer is in memory, without asking for it. */
bool is_at_hand(struct story *story, const char *next_hop);

/* The domain's cached policy: "enforce id=1", or "none cached". */
const char *cached(struct story *story, const char *domain);

#endif
