/*
 * What is known of a domain of ours, and what of that is news.  SPDX-License-Identifier: ISC
 *
 * Pure: the remarks of one look after the other go in, what has appeared and what has gone comes out.  A finding is a remark
 * with a history; it is the same one from look to look when it has the same word and is about the same thing.
 *
 * The net has hiccups: what could not be found out is news when two looks in a row say so; and what is not seen while more
 * is unsure than there was when it was seen last has not gone yet.
 */
#ifndef HOPSEAL_WATCH_WATCH_STATE_H
#define HOPSEAL_WATCH_WATCH_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/status.h"
#include "policy/remark.h"
#include "watch/watch_outcome.h"

#define WATCH_FINDINGS_MAX 500   /* of one domain, the gravest; more are not kept */
#define WATCH_HIDDEN_S     86400 /* what cannot be seen so long has gone */

#define FINDING_STAGES(X)                                                              \
	X(FINDING_ONCE, "once") /* unsure, in one look so far: no news */              \
	X(FINDING_THERE, "there")                                                      \
	X(FINDING_GONE, "gone") /* kept until that is told */

enum finding_stage {
#define X(name, word) name,
	FINDING_STAGES(X)
#undef X
};

const char *finding_stage_word(enum finding_stage stage);
MUST_CHECK enum status finding_stage_parse(const char *word, enum finding_stage *out);

struct watch_finding {
	enum remark_level level; /* REMARK_ADVICE or worse */
	char *word, *about, *seen, *why, *remedy;
	enum finding_stage stage;
	time_t since, last; /* first and last seen */
	bool is_seen;       /* in the look that is taken in */
	bool is_told;       /* the operator's command has it as there */
	bool is_sent;       /* so it will when the run under way succeeds */
};

struct watch_state {
	enum watch_outcome outcome;
	time_t since;            /* the outcome is as it is */
	time_t looked, sure;     /* last, and last without anything unsure; 0: never */
	enum watch_outcome told; /* to the operator's command */
	enum watch_outcome sent; /* with the run under way */
	bool is_sending;         /* there is one */
	size_t count, cap;
	struct watch_finding *findings; /* gravest first within a look */
};

/* All zero is a domain that was never looked at. */
void watch_state_clear(struct watch_state *state);

/* Add one that was kept; texts are copied.  The state after the last one is that of before. */
void watch_state_restore(
    struct watch_state *state, const struct watch_finding *finding);

/* A finding that was not known has appeared, or one that was has gone. */
typedef void watch_news_fn(const struct watch_finding *finding, void *arg);

/* Take in a look that has ended at now; news runs for each finding that is THERE or GONE from now on. */
void watch_state_look(struct watch_state *state, const struct remarks *remarks,
    time_t now, watch_news_fn *news, void *arg);

/* Whether the next look should be soon: something could not be found out for the first time. */
bool watch_state_has_doubt(const struct watch_state *state);

/* --- telling: what the command does not have yet -------------------------------------------------------- */

/* What has appeared or gone since it was told, when it was not sent before a run: "is it in the change?" */
bool watch_finding_has_appeared(const struct watch_finding *finding);
bool watch_finding_has_gone(const struct watch_finding *finding);

/*
 * Count as told what is below a level; REMARK_BROKEN + 1: everything, because there is no command.  The outcome counts as told
 * then, and when it is the first and good.
 */
void watch_state_pass_over(struct watch_state *state, int level);

/* Whether there is something to tell, and no run is under way. */
bool watch_state_has_news(const struct watch_state *state);

/* A run begins with what there is to tell now; and ends.  Only what it was told is told. */
void watch_state_send(struct watch_state *state);
void watch_state_sent(struct watch_state *state, bool is_told);

#endif
