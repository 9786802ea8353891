/*
 * Bringing up MTA-STS, and taking it away, in the right order (RFC 8461, sections 8.1 and 8.3).  SPDX-License-Identifier: ISC
 *
 * Pure: what is published, what was, and the time in; steps, done or not, and remarks out.
 */
#ifndef HOPSEAL_PUBLISH_STS_PLAN_H
#define HOPSEAL_PUBLISH_STS_PLAN_H

#include "audit/rua_view.h"
#include "audit/sts_view.h"
#include "policy/remark.h"
#include "publish/sts_history.h"

#define STS_TESTING_S ((time_t)14 * 86400) /* that reports are watched before enforce */

struct sts_plan_input {
	const struct sts_view *view;
	const struct route *route;         /* the MX set; NULL: not known */
	const struct rua_view *rua;        /* for publishing */
	const struct sts_policy *wanted;   /* that is to be served; NULL: what is */
	const struct sts_history *history; /* with this look, if it showed anything */
	uint32_t max_age_served; /* ever, says the operator, for retiring; 0: no word */
	time_t now;
};

#define STS_STEP_STATES(X)                                                             \
	X(STS_STEP_DONE, "done")                                                       \
	X(STS_STEP_READY, "now")   /* may be done, and that is all there is to do */   \
	X(STS_STEP_WAITS, "later") /* for a time, or for what stands before it */      \
	X(STS_STEP_MISSING, "missing")                                                 \
	X(STS_STEP_UNKNOWN, "unknown")

enum sts_step_state {
#define X(name, word) name,
	STS_STEP_STATES(X)
#undef X
};

const char *sts_step_state_word(enum sts_step_state state);

struct sts_step {
	enum sts_step_state state;
	const char *name;  /* "policy file" */
	time_t not_before; /* UTC; 0: no matter when */
	char *detail;      /* what is there, or what to do */
};

#define STS_STEPS_MAX 9

/* Zero before; cleared with sts_plan_clear(). */
struct sts_plan {
	size_t count;
	struct sts_step steps[STS_STEPS_MAX];
	struct remarks remarks;
};

/* From nothing to enforce: sts_audit() and rua_audit() are in it. */
void sts_plan_publish(const struct sts_plan_input *input, struct sts_plan *out);

/* Whether any address serves a policy, be its certificate good or not, that is not of mode none. */
bool sts_plan_is_served(const struct sts_view *view);

/* From a policy to none, and to nothing. */
void sts_plan_retire(const struct sts_plan_input *input, struct sts_plan *out);

/* That of the gravest remark; a step that is missing is as grave as advice, one that is unknown as not to be sure. */
enum remark_level sts_plan_outcome(const struct sts_plan *plan);

void sts_plan_clear(struct sts_plan *plan);

#endif
