/* SPDX-License-Identifier: ISC */
#include "cli/tlsa_record.h"

#include <json-c/json.h>

#include "base/mem.h"
#include "policy/tlsa_advice.h"
#include "policy/tlsa_usable.h"
#include "wire/put.h"

/* The last word of the record's text. */
static void
put_numbers(struct json_object *o, const struct tlsa *r, const char *text)
{
	const char *data = strrchr(text, ' ');

	put_number(o, "usage", r->usage);
	put_number(o, "selector", r->selector);
	put_number(o, "matching", r->matching);
	put_text(o, "data", r->len > 0 && data != NULL ? data + 1 : "");
}

struct json_object *
tlsa_record_json(const struct tlsa *r)
{
	struct json_object *o = json_object_new_object();
	struct strbuf text = STRBUF_INIT, meaning = STRBUF_INIT;
	const char *why_not;
	bool is_usable = tlsa_is_usable(r, &why_not);

	tlsa_add_text(&text, r);
	tlsa_add_meaning(&meaning, r);
	if (!r->is_short)
		put_numbers(o, r, strbuf_str(&text));
	put_text(o, "record", strbuf_str(&text));
	put_text(o, "matches", strbuf_str(&meaning));
	put_flag(o, "usable", is_usable);
	if (!is_usable)
		put_text(o, "why_not", why_not);
	strbuf_clear(&text);
	strbuf_clear(&meaning);
	return o;
}

struct tlsa_set *
tlsa_record_join(struct tlsa_set *const *sets, size_t count)
{
	struct tlsa_set *all = xmalloc(sizeof(*all) + count * sizeof(all->records[0]));
	size_t i;

	all->count = count;
	for (i = 0; i < count; i++)
		all->records[i] = sets[i]->records[0];
	return all;
}
