/*
 * Between the files of publish/sts_plan.h.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_PUBLISH_STS_PLAN_PARTS_H
#define HOPSEAL_PUBLISH_STS_PLAN_PARTS_H

#include "publish/sts_plan.h"

struct sts_step *sts_plan_add(struct sts_plan *plan, enum sts_step_state state,
    const char *name, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* Whether record and policy have been changed in the right order: the policy first (RFC 8461, 8.1). */
enum sts_order {
	STS_ORDER_GOOD,
	STS_ORDER_ID_LATE, /* the policy has changed, the id has not */
	STS_ORDER_ID_EARLY /* the id has, and the policy that was wanted by then is not served */
};

enum sts_order sts_plan_audit_order(
    const struct sts_plan_input *input, struct remarks *out);

/* That of a step that asks for a new id. */
enum sts_step_state sts_plan_id_state(enum sts_order order);

/* Line by line: how lines end does not matter. */
bool sts_plan_is_same(const struct sts_policy *a, const struct sts_policy *b);

#endif
