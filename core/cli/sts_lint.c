/*
 * hopseal sts lint: records and policies, without DNS and without a daemon.  SPDX-License-Identifier: ISC
 */
#include "audit/sts_audit.h"
#include "cli/command.h"
#include "cli/finding.h"
#include "cli/input.h"
#include "show/complain.h"
#include "show/when.h"

#define POLICY_MAX ((size_t)1024 * 1024) /* no policy is as big */

static enum exit_code
lint_records(const struct records *records, bool as_json)
{
	struct finding finding;
	struct sts_record record;
	struct why why = { "" };
	enum sts_record_outcome outcome;

	finding_init(&finding, "valid", "not valid");
	outcome = sts_record_select(records->items, records->count, &record, &why);
	finding.is_yes = outcome == STS_RECORD_FOUND;
	if (!finding.is_yes) {
		strbuf_addf(&finding.headline, "%s: %s (RFC 8461, 3.1)",
		    sts_record_outcome_text(outcome), why.text);
	} else {
		strbuf_addf(&finding.headline, "id %s", record.id);
		sts_audit_record(records->items, records->count, "", &finding.remarks);
	}
	return finding_print(&finding, as_json);
}

static void
describe_policy(const struct sts_policy *policy, struct finding *finding)
{
	strbuf_addf(&finding->headline, "mode %s, max_age %u (",
	    sts_mode_text(policy->mode), policy->max_age_s);
	when_add_duration(&finding->headline, policy->max_age_s);
	strbuf_addf(&finding->headline, "), %u mx pattern%s", policy->pattern_count,
	    policy->pattern_count == 1 ? "" : "s");
	sts_audit_policy(policy, NULL, "", &finding->remarks);
}

static enum exit_code
lint_policy(const struct strbuf *body, bool as_json)
{
	struct finding finding;
	struct sts_policy *policy;
	struct why why;
	enum status rc;

	finding_init(&finding, "valid", "not valid");
	rc = sts_policy_parse(strbuf_str(body), body->len, &policy, &why);
	finding.is_yes = rc == ST_OK;
	if (finding.is_yes)
		describe_policy(policy, &finding);
	else
		strbuf_addf(&finding.headline, "%s (RFC 8461, 3.%s)", why.text,
		    rc == ST_TOO_BIG ? "3" : "2");
	free(policy);
	return finding_print(&finding, as_json);
}

static enum exit_code
lint_record_file(const struct args *args)
{
	struct records records;
	enum exit_code code = EXIT_USAGE;

	if (records_read(args->record, &records))
		code = lint_records(&records, args->as_json);
	records_clear(&records);
	return code;
}

static enum exit_code
lint_policy_file(const struct args *args)
{
	struct strbuf body = STRBUF_INIT;
	enum exit_code code = EXIT_USAGE;

	if (input_read(args->policy, POLICY_MAX, "no policy", &body))
		code = lint_policy(&body, args->as_json);
	strbuf_clear(&body);
	return code;
}

enum exit_code
sts_lint_command(const struct args *args)
{
	if ((args->record == NULL) != (args->policy == NULL))
		return args->record != NULL ? lint_record_file(args)
					    : lint_policy_file(args);
	complain("sts lint wants either --record FILE or --policy FILE");
	return EXIT_USAGE;
}
