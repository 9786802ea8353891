/* SPDX-License-Identifier: ISC */
#include "policy/remark.h"

#include <stdarg.h>
#include <stdbool.h>

#include "base/mem.h"
#include "base/strbuf.h"

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
is_there(const struct remarks *r, const char *about, const char *text)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		if (strcmp(r->items[i].about, about) == 0 &&
		    strcmp(r->items[i].text, text) == 0)
			return true;
	return false;
}

static void
append(struct remarks *r, enum remark_level level, const char *about, char *text)
{
	if (r->count == r->cap) {
		r->cap = r->cap == 0 ? 16 : r->cap * 2;
		r->items = xreallocarray(r->items, r->cap, sizeof(r->items[0]));
	}
	r->items[r->count++] =
	    (struct remark){ .level = level, .about = xstrdup(about), .text = text };
}

void
remark_add(
    struct remarks *r, enum remark_level level, const char *about, const char *fmt, ...)
{
	struct strbuf text = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&text, fmt, ap);
	va_end(ap);
	if (!is_there(r, about, strbuf_str(&text)))
		append(r, level, about, strbuf_take(&text));
	strbuf_clear(&text);
}

enum remark_level
remarks_worst(const struct remarks *r)
{
	enum remark_level worst = REMARK_NOTE;
	size_t i;

	for (i = 0; i < r->count; i++)
		if (r->items[i].level > worst)
			worst = r->items[i].level;
	return worst;
}

void
remarks_clear(struct remarks *r)
{
	size_t i;

	for (i = 0; i < r->count; i++) {
		free(r->items[i].about);
		free(r->items[i].text);
	}
	free(r->items);
	*r = (struct remarks)REMARKS_INIT;
}
