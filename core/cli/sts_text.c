/* SPDX-License-Identifier: ISC */
#include "cli/sts_text.h"

#include "cli/txt_line.h"
#include "wire/put.h"

#define URL "https://mta-sts.%s/.well-known/mta-sts.txt"

void
sts_text_print(const struct domain *domain, const struct sts_draft *draft)
{
	const char *line = draft->policy, *end;

	printf("First serve this at " URL ", as text/plain:\n\n", domain->text);
	for (; (end = strstr(line, "\r\n")) != NULL; line = end + 2)
		printf("%.*s\n", (int)(end - line), line);
	printf("\nThen publish this record:\n\n");
	txt_line_print("_mta-sts", domain->text, draft->record);
}

void
sts_text_put(
    struct json_object *o, const struct domain *domain, const struct sts_draft *draft)
{
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, URL, domain->text);
	put_text(o, "url", strbuf_str(&text));
	put_text(o, "policy", draft->policy);
	strbuf_reset(&text);
	strbuf_addf(&text, "_mta-sts.%s.", domain->text);
	put_text(o, "owner", strbuf_str(&text));
	put_text(o, "record", draft->record);
	put_text(o, "id", draft->id);
	strbuf_clear(&text);
}
