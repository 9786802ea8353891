/* SPDX-License-Identifier: ISC */
#include "policy/sts_match.h"

#include <string.h>

static bool
same(const struct sts_pattern *pattern, const char *name, size_t len)
{
	return pattern->len == len && memcmp(pattern->name, name, len) == 0;
}

bool
sts_pattern_matches(const struct sts_pattern *pattern, const struct domain *host)
{
	const char *rest;

	if (!pattern->is_wildcard)
		return same(pattern, host->text, host->len);
	rest = domain_parent(host);
	return same(pattern, rest, (size_t)(host->text + host->len - rest));
}

bool
sts_policy_names(const struct sts_policy *policy, const struct domain *host)
{
	size_t i;

	for (i = 0; i < policy->pattern_count; i++)
		if (sts_pattern_matches(&policy->patterns[i], host))
			return true;
	return false;
}
