/*
 * hopseal report lint: a TLSRPT record, or a report by mail, without DNS and without a daemon.  SPDX-License-Identifier: ISC
 */
#include "audit/dkim_mail.h"
#include "audit/rua_audit.h"
#include "cli/command.h"
#include "cli/finding.h"
#include "cli/input.h"
#include "show/complain.h"
#include "wire/tlsrpt_record.h"

#define MAIL_MAX ((size_t)64 * 1024 * 1024) /* no report by mail is as big */

static void
describe_destinations(
    const struct rua_list *list, const struct why *why, struct finding *finding)
{
	size_t i;

	strbuf_addf(&finding->headline, "reports go to ");
	for (i = 0; i < list->count; i++)
		strbuf_addf(
		    &finding->headline, "%s%s", i > 0 ? ", " : "", list->items[i].uri);
	rua_audit_list(list, why, "", &finding->remarks);
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
		describe_destinations(&list, &why, &finding);
	else
		strbuf_addf(&finding.headline, "%s: %s (RFC 8460, 3)",
		    tlsrpt_record_outcome_text(outcome), why.text);
	return finding_print(&finding, as_json);
}

static enum exit_code
lint_record_file(const struct args *args)
{
	struct records records;
	enum exit_code code = EXIT_USAGE;

	if (records_read(args->record, &records))
		code = lint(&records, args->as_json);
	records_clear(&records);
	return code;
}

/* Good as long as no receiver throws it away for that. */
static enum exit_code
lint_mail(const struct strbuf *mail, bool as_json)
{
	struct finding finding;
	size_t count;

	finding_init(&finding, "valid", "not valid");
	count = dkim_mail_audit(strbuf_str(mail), mail->len, &finding.remarks);
	finding.is_yes = remarks_worst(&finding.remarks) < REMARK_BROKEN;
	strbuf_addf(&finding.headline, "%zu DKIM signature%s (RFC 8460, 3)", count,
	    count == 1 ? "" : "s");
	return finding_print(&finding, as_json);
}

static enum exit_code
lint_mail_file(const struct args *args)
{
	struct strbuf mail = STRBUF_INIT;
	enum exit_code code = EXIT_USAGE;

	if (input_read(args->message, MAIL_MAX, "no report", &mail))
		code = lint_mail(&mail, args->as_json);
	strbuf_clear(&mail);
	return code;
}

enum exit_code
report_lint_command(const struct args *args)
{
	if ((args->record == NULL) != (args->message == NULL))
		return args->record != NULL ? lint_record_file(args)
					    : lint_mail_file(args);
	complain("report lint wants either --record FILE or --message FILE");
	return EXIT_USAGE;
}
