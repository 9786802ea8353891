/*
 * MX host names against an MTA-STS policy (RFC 8461, section 4.1).  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_POLICY_STS_MATCH_H
#define HOPSEAL_POLICY_STS_MATCH_H

#include <stdbool.h>

#include "base/domain.h"
#include "wire/sts_policy.h"

/* One pattern: the same name, or one label in place of the star. */
bool sts_pattern_matches(const struct sts_pattern *pattern, const struct domain *host);

/* Whether any pattern of the policy names this MX host. */
bool sts_policy_names(const struct sts_policy *policy, const struct domain *host);

#endif
