/* SPDX-License-Identifier: ISC */
#include "policy/remark.h"

#include <stdarg.h>
#include <stdbool.h>

#include "base/mem.h"

const char *
remark_level_word(enum remark_level level)
{
	static const char *const words[] = {
#define X(name, word) [name] = word,
		REMARK_LEVELS(X)
#undef X
	};

	return words[level];
}

static bool
is_there(const struct remarks *r, const struct remark_kind *kind, const char *about,
    const char *seen)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		if (r->items[i].kind == kind && strcmp(r->items[i].about, about) == 0 &&
		    strcmp(r->items[i].seen, seen) == 0)
			return true;
	return false;
}

static void
append(struct remarks *r, const struct remark_kind *kind, const char *about,
    const char *seen)
{
	if (is_there(r, kind, about, seen))
		return;
	if (r->count == r->cap) {
		r->cap = r->cap == 0 ? 16 : r->cap * 2;
		r->items = xreallocarray(r->items, r->cap, sizeof(r->items[0]));
	}
	r->items[r->count++] = (struct remark){
		.kind = kind, .about = xstrdup(about), .seen = xstrdup(seen)
	};
}

void
remarks_add(struct remarks *r, const struct remark_kind *kind, const char *about,
    const char *fmt, ...)
{
	struct strbuf seen = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&seen, fmt, ap);
	va_end(ap);
	append(r, kind, about, strbuf_str(&seen));
	strbuf_clear(&seen);
}

void
remarks_take(struct remarks *to, struct remarks *from, const char *whole)
{
	struct strbuf about = STRBUF_INIT;
	size_t i;

	for (i = 0; i < from->count; i++) {
		const struct remark *r = &from->items[i];
		bool has_both = whole[0] != '\0' && r->about[0] != '\0';

		strbuf_reset(&about);
		strbuf_addf(&about, "%s%s%s", whole, has_both ? " " : "", r->about);
		append(to, r->kind, strbuf_str(&about), r->seen);
	}
	strbuf_clear(&about);
	remarks_clear(from);
}

void
remark_add_text(struct strbuf *out, const struct remark *r)
{
	strbuf_addf(out, "%s: %s", r->seen, r->kind->why);
	if (r->kind->remedy[0] != '\0')
		strbuf_addf(out, "; %s", r->kind->remedy);
}

enum remark_level
remarks_worst(const struct remarks *r)
{
	enum remark_level worst = REMARK_NOTE;
	size_t i;

	for (i = 0; i < r->count; i++)
		if (r->items[i].kind->level > worst)
			worst = r->items[i].kind->level;
	return worst;
}

void
remarks_clear(struct remarks *r)
{
	size_t i;

	for (i = 0; i < r->count; i++) {
		free(r->items[i].about);
		free(r->items[i].seen);
	}
	free(r->items);
	*r = (struct remarks)REMARKS_INIT;
}
