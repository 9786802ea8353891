/* SPDX-License-Identifier: ISC */
#include "cli/finding.h"

#include <json-c/json.h>

#include "cli/json.h"
#include "cli/remark_list.h"
#include "show/term.h"
#include "wire/put.h"

void
finding_init(struct finding *finding, const char *yes, const char *no)
{
	memset(finding, 0, sizeof(*finding));
	finding->yes = yes;
	finding->no = no;
}

static const char *
outcome(const struct finding *finding)
{
	return finding->is_yes ? finding->yes : finding->no;
}

/* One finding is one line, however long: these are read by grep(1) too. */
static void
print_text(const struct finding *finding)
{
	term_put(finding->is_yes ? TERM_GOOD : TERM_BAD, outcome(finding), 0);
	term_put(TERM_PLAIN, ": ", 0);
	term_put(TERM_PLAIN, strbuf_str(&finding->headline), 0);
	putchar('\n');
	remark_list_print(&finding->remarks, REMARK_NOTE, "");
}

static void
print_json(const struct finding *finding)
{
	struct json_object *top = json_object_new_object();

	put_flag(top, "ok", finding->is_yes);
	put_text(top, "outcome", outcome(finding));
	put_text(top, "reason", strbuf_str(&finding->headline));
	json_object_object_add(top, "remarks", remark_list_json(&finding->remarks));
	json_print(top);
	json_object_put(top);
}

enum exit_code
finding_print(struct finding *finding, bool as_json)
{
	enum exit_code code = finding->is_yes ? EXIT_YES : EXIT_NO;

	if (as_json)
		print_json(finding);
	else
		print_text(finding);
	remarks_clear(&finding->remarks);
	strbuf_clear(&finding->headline);
	return code;
}
