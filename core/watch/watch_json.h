/*
 * Findings and changes as JSON.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WATCH_WATCH_JSON_H
#define HOPSEAL_WATCH_WATCH_JSON_H

#include "base/domain.h"
#include "base/strbuf.h"
#include "watch/watch_state.h"

struct json_object;

/* {"level", "word", "about", "seen", "why", "remedy", "since", "since_epoch"}; the caller's. */
struct json_object *watch_json_finding(const struct watch_finding *finding);

/*
 * Append what there is to tell, for the operator's command: {"domain", "outcome", "before", "time", "appeared": [FINDING],
 * "gone": [FINDING]} and a line end.
 */
void watch_json_change(
    const struct domain *domain, const struct watch_state *state, struct strbuf *out);

#endif
