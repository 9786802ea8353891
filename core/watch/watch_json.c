/* SPDX-License-Identifier: ISC */
#include "watch/watch_json.h"

#include <json-c/json.h>

#include "wire/put.h"
#include "wire/rfc3339.h"

struct json_object *
watch_json_finding(const struct watch_finding *f)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "level", remark_level_word(f->level));
	put_text(o, "word", f->word);
	put_text(o, "about", f->about);
	put_text(o, "seen", f->seen);
	put_text(o, "why", f->why);
	put_text(o, "remedy", f->remedy);
	PUT_TIME(o, "since", f->since);
	return o;
}

typedef bool is_wanted_fn(const struct watch_finding *finding);

static struct json_object *
list(const struct watch_state *s, is_wanted_fn *is_wanted)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < s->count; i++)
		if (is_wanted(&s->findings[i]))
			json_object_array_add(
			    array, watch_json_finding(&s->findings[i]));
	return array;
}

void
watch_json_change(
    const struct domain *domain, const struct watch_state *s, struct strbuf *out)
{
	struct json_object *o = json_object_new_object();
	char time[RFC3339_TEXT_MAX];

	put_text(o, "domain", domain->text);
	put_text(o, "outcome", watch_outcome_word(s->outcome));
	put_text(o, "before", watch_outcome_word(s->told));
	put_text(o, "time", rfc3339_text(s->looked, time));
	json_object_object_add(o, "appeared", list(s, watch_finding_has_appeared));
	json_object_object_add(o, "gone", list(s, watch_finding_has_gone));
	strbuf_adds(out, json_object_to_json_string_ext(o,
			     JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	strbuf_addc(out, '\n');
	json_object_put(o);
}
