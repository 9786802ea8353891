/*
 * hopseal sts match: whether an mx pattern names a host.  SPDX-License-Identifier: ISC
 */
#include "policy/sts_match.h"

#include "cli/command.h"
#include "cli/finding.h"
#include "wire/idn.h"
#include "wire/sts_policy.h"

#define SHOWN_MAX 80 /* octets of an argument in a sentence */

/*
 * The pattern as a policy of one mx line, so that it is judged by the parser that judges policies.  NULL: it is
 * none.
 */
static struct sts_policy *
pattern_parse(const char *text)
{
	struct strbuf body = STRBUF_INIT;
	struct sts_policy *policy = NULL;

	strbuf_addf(&body, "version: STSv1\nmode: enforce\nmax_age: 1\nmx: %s\n", text);
	if (strpbrk(text, " \t\r\n") != NULL ||
	    sts_policy_parse(body.data, body.len, &policy, NULL) != ST_OK)
		policy = NULL;
	strbuf_clear(&body);
	return policy;
}

static void
describe_match(const struct sts_pattern *pattern, const struct domain *host,
    struct finding *finding)
{
	finding->is_yes = sts_pattern_matches(pattern, host);
	if (!pattern->is_wildcard)
		strbuf_addf(&finding->headline, "the names are %s",
		    finding->is_yes ? "equal" : "different");
	else if (finding->is_yes)
		strbuf_addf(&finding->headline, "the star stands for \"%.*s\"",
		    (int)strcspn(host->text, "."), host->text);
	else
		strbuf_addf(&finding->headline,
		    "the star stands for exactly one label in front of %s",
		    pattern->name);
	strbuf_adds(&finding->headline, " (RFC 8461, 4.1)");
}

/* A pattern or a host that is none of these matches nothing; say which and why. */
enum exit_code
sts_match_command(const struct args *args)
{
	const char *pattern = args->words[0], *name = args->words[1];
	struct sts_policy *policy = pattern_parse(pattern);
	struct finding finding;
	struct domain host;
	struct why why;

	finding_init(&finding, "match", "no match");
	if (policy == NULL) {
		strbuf_adds(&finding.headline, "\"");
		strbuf_escape(&finding.headline, pattern, strlen(pattern), SHOWN_MAX);
		strbuf_adds(&finding.headline,
		    "\" is no mx pattern: that is a host name, or \"*.\" and one (RFC 8461, "
		    "3.2)");
	} else if (idn_domain_parse(name, strlen(name), &host, &why) != ST_OK) {
		strbuf_adds(&finding.headline, "\"");
		strbuf_escape(&finding.headline, name, strlen(name), SHOWN_MAX);
		strbuf_addf(&finding.headline, "\" is no host name: %s", why.text);
	} else {
		describe_match(&policy->patterns[0], &host, &finding);
	}
	free(policy);
	return finding_print(&finding, args->as_json);
}
