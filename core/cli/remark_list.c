/* SPDX-License-Identifier: ISC */
#include "cli/remark_list.h"

#include <json-c/json.h>

#include "show/complain.h"
#include "show/term.h"
#include "wire/put.h"

static const enum term_style styles[] = {
	[REMARK_NOTE] = TERM_DIM,
	[REMARK_ADVICE] = TERM_WARN,
	[REMARK_UNSURE] = TERM_WARN,
	[REMARK_BROKEN] = TERM_BAD,
};

typedef void put_fn(const struct remark *remark, const char *whole);

/* What stands behind the level. */
static void
add_rest(struct strbuf *out, const struct remark *r, const char *whole)
{
	if (whole[0] != '\0' && strcmp(whole, r->about) != 0)
		strbuf_addf(out, ": %s", whole);
	if (r->about[0] != '\0')
		strbuf_addf(out, ": %s", r->about);
	strbuf_adds(out, ": ");
	remark_add_text(out, r);
}

static void
put_line(const struct remark *r, const char *whole)
{
	struct strbuf rest = STRBUF_INIT;

	add_rest(&rest, r, whole);
	term_put(styles[r->kind->level], remark_level_word(r->kind->level), 0);
	term_put(TERM_PLAIN, strbuf_str(&rest), 0);
	putchar('\n');
	strbuf_clear(&rest);
}

static void
put_complaint(const struct remark *r, const char *whole)
{
	struct strbuf rest = STRBUF_INIT;

	add_rest(&rest, r, whole);
	complain("%s%s", remark_level_word(r->kind->level), strbuf_str(&rest));
	strbuf_clear(&rest);
}

static void
put_each(const struct remarks *remarks, enum remark_level least, put_fn *put,
    const char *whole)
{
	int level;
	size_t i;

	for (level = REMARK_BROKEN; level >= (int)least; level--)
		for (i = 0; i < remarks->count; i++)
			if ((int)remarks->items[i].kind->level == level)
				put(&remarks->items[i], whole);
}

void
remark_list_print(
    const struct remarks *remarks, enum remark_level least, const char *whole)
{
	put_each(remarks, least, put_line, whole);
}

void
remark_list_complain(const struct remarks *remarks)
{
	put_each(remarks, REMARK_NOTE, put_complaint, "");
}

struct json_object *
remark_list_json(const struct remarks *remarks)
{
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < remarks->count; i++) {
		const struct remark *r = &remarks->items[i];
		struct json_object *o = json_object_new_object();

		put_text(o, "level", remark_level_word(r->kind->level));
		put_text(o, "word", r->kind->word);
		put_text(o, "about", r->about);
		put_text(o, "seen", r->seen);
		put_text(o, "why", r->kind->why);
		put_text(o, "remedy", r->kind->remedy);
		json_object_array_add(list, o);
	}
	return list;
}
