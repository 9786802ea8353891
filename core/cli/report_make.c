/*
 * hopseal report make: a TLSRPT record to publish.  SPDX-License-Identifier: ISC
 */
#include <json-c/json.h>

#include "cli/command.h"
#include "cli/json.h"
#include "cli/txt_line.h"
#include "publish/rua_make.h"
#include "show/complain.h"
#include "wire/idn.h"
#include "wire/put.h"

#define LABELS "_smtp._tls"

static void
print_json(const struct domain *domain, const char *record)
{
	struct json_object *top = json_object_new_object();
	struct strbuf owner = STRBUF_INIT;

	strbuf_addf(&owner, LABELS ".%s.", domain->text);
	put_text(top, "owner", strbuf_str(&owner));
	put_text(top, "record", record);
	json_print(top);
	json_object_put(top);
	strbuf_clear(&owner);
}

enum exit_code
report_make_command(const struct args *args)
{
	const char *name = args->words[0];
	struct strbuf record = STRBUF_INIT;
	enum exit_code code = EXIT_USAGE;
	struct domain domain;
	struct why why;

	if (idn_domain_parse(name, strlen(name), &domain, &why) != ST_OK) {
		complain("\"%s\" is no domain: %s", name, why.text);
	} else if (rua_make(args->words + 1, args->count - 1, &record, &why) != ST_OK) {
		complain("%s", why.text);
	} else {
		code = EXIT_YES;
		if (args->as_json)
			print_json(&domain, strbuf_str(&record));
		else
			txt_line_print(LABELS, domain.text, strbuf_str(&record));
	}
	strbuf_clear(&record);
	return code;
}
