/*
 * hopseal sts lint: records and policies, without DNS and without a daemon.  SPDX-License-Identifier: ISC
 */
#include "cli/command.h"
#include "cli/complain.h"
#include "cli/finding.h"
#include "cli/input.h"
#include "cli/when.h"
#include "wire/field.h"
#include "wire/sts_policy.h"
#include "wire/sts_record.h"

#define POLICY_MAX ((size_t)1024 * 1024) /* no policy is as big */
#define WEEK_S     604800

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
		if (why.text[0] != '\0')
			finding_note(
			    &finding, NOTE_ADVICE, "%s (RFC 8461, 3.1)", why.text);
	}
	return finding_print(&finding, as_json);
}

static bool
is_short_lived(const struct sts_policy *p)
{
	return p->mode == STS_ENFORCE && p->max_age_s < WEEK_S;
}

static bool
has_cut_age(const struct sts_policy *p)
{
	return p->max_age_was_cut;
}

static bool
has_final_dot(const struct sts_policy *p)
{
	return p->had_final_dot;
}

static const struct {
	bool (*applies)(const struct sts_policy *policy);
	enum note_level level;
	const char *text;
} policy_notes[] = {
	{ has_cut_age, NOTE_ERROR,
	    "max_age is above 31557600 and counts as that; others may refuse the policy "
	    "(RFC 8461, 3.2)" },
	{ has_final_dot, NOTE_ADVICE,
	    "an mx ends in a dot; it is tolerated here, others may refuse the policy "
	    "(RFC 8461, 3.2)" },
	{ is_short_lived, NOTE_ADVICE,
	    "max_age is under a week; mode enforce protects for weeks, usually (RFC 8461, "
	    "3.2 and 10.2)" },
};

/* What the parser skips without a word: a field that counts once but stands twice, and unknown ones. */
static void
note_skipped_lines(const struct sts_policy *policy, struct finding *finding)
{
	static const char *const known[] = { "version", "mode", "max_age", "mx" };
	size_t seen[COUNT_OF(known)] = { 0 }, pos = 0, len, n, i;
	const char *line;

	while (sts_policy_next_line(policy, &pos, &line, &len)) {
		n = field_name_len(line, len);
		for (i = 0; i < COUNT_OF(known); i++)
			if (strlen(known[i]) == n && memcmp(known[i], line, n) == 0)
				break;
		if (i == COUNT_OF(known))
			finding_note(finding, NOTE_ADVICE,
			    "\"%.*s\" is an unknown key and is skipped; mind upper and lower "
			    "case (RFC 8461, 3.2)",
			    (int)n, line);
		else if (++seen[i] == 2 && strcmp(known[i], "mx") != 0)
			finding_note(finding, NOTE_ADVICE,
			    "\"%s\" stands more than once; the first counts (RFC 8461, 3.2)",
			    known[i]);
	}
}

static void
describe_policy(const struct sts_policy *policy, struct finding *finding)
{
	size_t i;

	strbuf_addf(&finding->headline, "mode %s, max_age %u (",
	    sts_mode_text(policy->mode), policy->max_age_s);
	when_add_duration(&finding->headline, policy->max_age_s);
	strbuf_addf(&finding->headline, "), %u mx pattern%s", policy->pattern_count,
	    policy->pattern_count == 1 ? "" : "s");
	for (i = 0; i < COUNT_OF(policy_notes); i++)
		if (policy_notes[i].applies(policy))
			finding_note(
			    finding, policy_notes[i].level, "%s", policy_notes[i].text);
	note_skipped_lines(policy, finding);
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
