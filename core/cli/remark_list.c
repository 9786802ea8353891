/* SPDX-License-Identifier: ISC */
#include "cli/remark_list.h"

#include <json-c/json.h>

#include "cli/complain.h"
#include "cli/term.h"
#include "control/put.h"

static const enum term_style styles[] = {
	[REMARK_NOTE] = TERM_DIM,
	[REMARK_ADVICE] = TERM_WARN,
	[REMARK_UNSURE] = TERM_WARN,
	[REMARK_BROKEN] = TERM_BAD,
};

typedef void put_fn(const struct remark *remark);

static void
put_line(const struct remark *r)
{
	term_put(styles[r->level], remark_level_word(r->level), 0);
	term_put(TERM_PLAIN, ": ", 0);
	term_put(TERM_PLAIN, r->about, 0);
	term_put(TERM_PLAIN, r->about[0] != '\0' ? ": " : "", 0);
	term_put(TERM_PLAIN, r->text, 0);
	putchar('\n');
}

static void
put_complaint(const struct remark *r)
{
	complain("%s: %s%s%s", remark_level_word(r->level), r->about,
	    r->about[0] != '\0' ? ": " : "", r->text);
}

static void
put_each(const struct remarks *remarks, put_fn *put)
{
	int level;
	size_t i;

	for (level = REMARK_BROKEN; level >= REMARK_NOTE; level--)
		for (i = 0; i < remarks->count; i++)
			if ((int)remarks->items[i].level == level)
				put(&remarks->items[i]);
}

void
remark_list_print(const struct remarks *remarks)
{
	put_each(remarks, put_line);
}

void
remark_list_complain(const struct remarks *remarks)
{
	put_each(remarks, put_complaint);
}

struct json_object *
remark_list_json(const struct remarks *remarks)
{
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < remarks->count; i++) {
		const struct remark *r = &remarks->items[i];
		struct json_object *o = json_object_new_object();

		put_text(o, "level", remark_level_word(r->level));
		put_text(o, "about", r->about);
		put_text(o, "text", r->text);
		json_object_array_add(list, o);
	}
	return list;
}
