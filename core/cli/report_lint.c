/*
 * hopseal report lint: a TLSRPT record, without DNS and without a daemon.  SPDX-License-Identifier: ISC
 */
#include "cli/command.h"
#include "cli/complain.h"
#include "cli/finding.h"
#include "cli/input.h"
#include "wire/tlsrpt_record.h"

static void
describe_destinations(
    const struct rua_list *list, const char *skipped, struct finding *finding)
{
	size_t i;

	strbuf_addf(&finding->headline, "reports go to ");
	for (i = 0; i < list->count; i++)
		strbuf_addf(
		    &finding->headline, "%s%s", i > 0 ? ", " : "", list->items[i].uri);
	if (skipped[0] != '\0')
		finding_note(finding, list->skipped > 0 ? NOTE_ERROR : NOTE_ADVICE,
		    "%s (RFC 8460, 3)", skipped);
	if (list->is_cut)
		finding_note(finding, NOTE_ADVICE,
		    "more than %d destinations; senders need not use more than the first "
		    "ones (RFC 8460, 7)",
		    RUA_MAX);
}

static enum exit_code
lint(const struct records *records, bool as_json)
{
	enum tlsrpt_record_outcome outcome;
	struct why why = { "" };
	struct finding finding;
	struct rua_list list;

	finding_init(&finding, "valid", "not valid");
	outcome =
	    tlsrpt_record_select(records->items, records->count, NULL, &list, &why);
	finding.is_yes = outcome == TLSRPT_RECORD_FOUND;
	if (finding.is_yes)
		describe_destinations(&list, why.text, &finding);
	else
		strbuf_addf(&finding.headline, "%s: %s (RFC 8460, 3)",
		    tlsrpt_record_outcome_text(outcome), why.text);
	return finding_print(&finding, as_json);
}

enum exit_code
report_lint_command(const struct args *args)
{
	struct records records;
	enum exit_code code = EXIT_USAGE;

	if (args->record == NULL) {
		complain("report lint wants --record FILE");
		return EXIT_USAGE;
	}
	if (records_read(args->record, &records))
		code = lint(&records, args->as_json);
	records_clear(&records);
	return code;
}
