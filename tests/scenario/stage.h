/*
 * The stage of many stories, example.org with one MX host and an MTA-STS policy, and questions asked in the background.
 * SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_TESTS_SCENARIO_STAGE_H
#define HOPSEAL_TESTS_SCENARIO_STAGE_H

#include "scenario/story.h"

#define WEB   "mta-sts.example.org"
#define TXT   "_mta-sts.example.org TXT"
#define MX1   "mx1.example.org"
#define OTHER "mx2.example.org"

#define ENFORCED "sts-verify mx1.example.org=sts-verify"
#define FREE     "may mx1.example.org=may"

/* What a server shows, and a record speaks of, where nobody looks into it. */
#define SOME_DIGEST "4d3d38600aa83b4144e445854a911c2e6012abc988b367274f8a13604bd293ed"
extern const struct chain some_chain;

/* A new world with example.org, unsigned, whose policy has the id 1. */
void stage_begin(struct story *story, const char *policy);

/* The same, and the engine begins. */
void stage_go(struct story *story, const char *policy);

/* One more domain with the same MX host and a policy of its own, id 1. */
void stage_add(const char *domain, const char *policy);

struct next_hop stage_next_hop(const char *text);

/* What a question asked in the background heard. */
struct ear {
	struct story *story;
	struct question *question; /* NULL once answered */
	unsigned times;
	enum verdict verdict;
};

/* An engine_done_fn; arg is the ear. */
void on_heard(const struct answer *answer, void *arg);

/* Ask, and do not wait for the answer. */
void ask_later(
    struct story *story, const char *next_hop, int deadline_ms, struct ear *ear);

/* So many domains of which the world knows nothing. */
#define STRANGERS 50
void ask_strangers(struct story *story, struct ear ears[STRANGERS], int deadline_ms);

#endif
