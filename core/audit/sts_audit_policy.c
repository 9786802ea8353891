/*
 * The text of a policy (RFC 8461, section 3.2), and the MX hosts that it names (section 4.1).  SPDX-License-Identifier: ISC
 */
#include "audit/sts_audit.h"

#include "policy/sts_match.h"
#include "wire/field.h"

#define WEEK_S    604800
#define SHOWN_MAX 5 /* of patterns or keys; the rest is counted */

/* --- what counts ---------------------------------------------------------------------------- */

static const struct remark_kind
    age_cut = { REMARK_BROKEN, "sts-max-age-cut",
	    "it counts as 31557600, and some senders refuse the policy (RFC 8461, 3.2)",
	    "write 31557600 or less" },
    final_dot = { REMARK_ADVICE, "sts-final-dot",
	    "it is tolerated here, others may refuse the policy (RFC 8461, 3.2)",
	    "write it without" },
    short_lived = { REMARK_ADVICE, "sts-max-age-short",
	    "whoever keeps senders from the policy for that long is rid of it "
	    "(RFC 8461, 3.2 and 10.2)",
	    "with mode enforce, use weeks: 604800 and more" },
    testing = { REMARK_NOTE, "sts-testing",
	    "senders report faults, and deliver all the same (RFC 8461, 5)",
	    "when their reports have shown none for some weeks, go on to enforce" },
    mode_none = { REMARK_NOTE, "sts-mode-none",
	    "senders forget the policy they had (RFC 8461, 8.3)",
	    "\"hopseal sts retire\" says when record and host may go" };

static void
audit_mode(const struct sts_policy *p, const char *about, struct remarks *out)
{
	switch (p->mode) {
	case STS_NONE:
		remarks_add(out, &mode_none, about, "the mode is none");
		break;
	case STS_TESTING:
		remarks_add(out, &testing, about, "the mode is testing");
		break;
	case STS_ENFORCE:
		if (p->max_age_s < WEEK_S)
			remarks_add(out, &short_lived, about,
			    "max_age is %u s, under a week", p->max_age_s);
		break;
	}
}

static const struct remark_kind own_wildcard = { REMARK_ADVICE, "sts-wildcard-own",
	"it takes any host of the domain for an MX host: who gets a certificate for one can "
	"take its mail (RFC 8461, 10.4)",
	"name the MX hosts one by one" };

/* "*.example.com" of example.com itself, or of a domain below it. */
static bool
is_own(const struct sts_pattern *pattern, const struct domain *domain)
{
	size_t behind;

	if (!pattern->is_wildcard || pattern->len > domain->len)
		return false;
	behind = (size_t)domain->len - pattern->len;
	return memcmp(domain->text + behind, pattern->name, pattern->len) == 0 &&
	       (behind == 0 || domain->text[behind - 1] == '.');
}

static void
audit_wildcards(const struct sts_policy *p, const struct domain *domain,
    const char *about, struct remarks *out)
{
	size_t i;

	for (i = 0; i < p->pattern_count; i++)
		if (is_own(&p->patterns[i], domain))
			remarks_add(out, &own_wildcard, about, "mx is \"*.%s\"",
			    p->patterns[i].name);
}

/* --- what the parser skips without a word ----------------------------------------------------- */

static const struct remark_kind unknown_key = { REMARK_ADVICE, "sts-unknown-key",
	"senders skip it; upper and lower case count (RFC 8461, 3.2)",
	"correct it, or leave it out" },
				twice = { REMARK_ADVICE, "sts-key-twice",
					"the first counts (RFC 8461, 3.2)",
					"leave one" };

static void
audit_lines(const struct sts_policy *policy, const char *about, struct remarks *out)
{
	static const char *const known[] = { "version", "mode", "max_age", "mx" };
	size_t seen[COUNT_OF(known)] = { 0 }, pos = 0, len, n, i, shown = 0;
	const char *line;

	while (sts_policy_next_line(policy, &pos, &line, &len) && shown < SHOWN_MAX) {
		size_t before = out->count;

		n = field_name_len(line, len);
		for (i = 0; i < COUNT_OF(known); i++)
			if (strlen(known[i]) == n && memcmp(known[i], line, n) == 0)
				break;
		if (i == COUNT_OF(known))
			remarks_add(out, &unknown_key, about,
			    "\"%.*s\" is an unknown key", (int)n, line);
		else if (++seen[i] == 2 && strcmp(known[i], "mx") != 0)
			remarks_add(out, &twice, about, "\"%s\" stands more than once",
			    known[i]);
		shown += out->count - before;
	}
}

void
sts_audit_policy(const struct sts_policy *policy, const struct domain *domain,
    const char *about, struct remarks *out)
{
	if (policy->max_age_was_cut)
		remarks_add(out, &age_cut, about, "max_age is above 31557600");
	if (policy->had_final_dot)
		remarks_add(out, &final_dot, about, "an mx ends in a dot");
	audit_lines(policy, about, out);
	if (domain != NULL)
		audit_wildcards(policy, domain, about, out);
	audit_mode(policy, about, out);
}

static const struct remark_kind untested = { REMARK_ADVICE, "sts-untested",
	"what testing would only report makes mail wait then (RFC 8461, 5 and 8.1)",
	"begin with mode testing, and watch the reports" };

void
sts_audit_haste(const struct sts_policy *wanted, const struct sts_policy *live,
    const char *about, struct remarks *out)
{
	if (wanted->mode == STS_ENFORCE && (live == NULL || live->mode == STS_NONE))
		remarks_add(out, &untested, about,
		    "mode enforce, and nothing was in testing before");
}

/* --- the MX hosts ----------------------------------------------------------------------------- */

static const struct remark_kind
    uncovered = { REMARK_BROKEN, "sts-mx-uncovered",
	    "senders do not use the host (RFC 8461, 4.1 and 5)",
	    "add a line \"mx:\" with its name, and change the id" },
    uncovered_testing = { REMARK_ADVICE, "sts-mx-uncovered-testing",
	    "senders report it, and would not use the host under enforce "
	    "(RFC 8461, 4.1 and 5)",
	    "add a line \"mx:\" with its name, and change the id" },
    unused = { REMARK_ADVICE, "sts-mx-unused",
	    "a name that is no MX host any more may become somebody else's "
	    "(RFC 8461, 4.1 and 8.1)",
	    "leave it out, unless the MX host is about to come" };

static void
audit_hosts(
    const struct sts_policy *policy, const struct route *route, struct remarks *out)
{
	const struct remark_kind *kind =
	    policy->mode == STS_ENFORCE ? &uncovered : &uncovered_testing;
	size_t i;

	for (i = 0; i < route->host_count; i++) {
		const struct domain *name = &route->hosts[i].name;

		if (name->len > 0 && !sts_policy_names(policy, name))
			remarks_add(
			    out, kind, name->text, "no mx of the policy names it");
	}
}

static bool
is_used(const struct sts_pattern *pattern, const struct route *route)
{
	size_t i;

	for (i = 0; i < route->host_count; i++)
		if (sts_pattern_matches(pattern, &route->hosts[i].name))
			return true;
	return false;
}

static void
audit_patterns(const struct sts_policy *policy, const struct route *route,
    const char *about, struct remarks *out)
{
	struct strbuf names = STRBUF_INIT;
	size_t i, count = 0;

	for (i = 0; i < policy->pattern_count; i++) {
		const struct sts_pattern *p = &policy->patterns[i];

		if (is_used(p, route) || count++ >= SHOWN_MAX)
			continue;
		strbuf_addf(&names, "%s%s%s", count > 1 ? ", " : "",
		    p->is_wildcard ? "*." : "", p->name);
	}
	if (count > SHOWN_MAX)
		strbuf_addf(&names, " and %zu more", count - SHOWN_MAX);
	if (count > 0)
		remarks_add(out, &unused, about, "no MX host is named by %s",
		    strbuf_str(&names));
	strbuf_clear(&names);
}

void
sts_audit_coverage(const struct sts_policy *policy, const struct route *route,
    const char *about, struct remarks *out)
{
	if (policy->mode == STS_NONE || route->host_count == 0)
		return;
	audit_hosts(policy, route, out);
	if (!route->is_cut)
		audit_patterns(policy, route, about, out);
}
