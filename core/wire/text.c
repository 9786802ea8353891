/* SPDX-License-Identifier: ISC */
#include "wire/text.h"

#include <string.h>

#include "base/number.h"

#define HEAD_WORDS_MAX 5 /* "Nov 22 02:40:01 host name[pid]:" */

void
text_skip(struct text *t, size_t n)
{
	t->p += n;
	t->len -= n;
}

bool
text_take(struct text *t, const char *literal)
{
	size_t n = strlen(literal);

	if (t->len < n || memcmp(t->p, literal, n) != 0)
		return false;
	text_skip(t, n);
	return true;
}

bool
text_take_until(struct text *t, const char *ends, struct text *out)
{
	size_t n = 0;

	while (n < t->len && strchr(ends, t->p[n]) == NULL)
		n++;
	if (n == t->len || t->p[n] == '\0')
		return false;
	*out = (struct text){ t->p, n };
	text_skip(t, n);
	return true;
}

bool
text_is(struct text t, const char *literal)
{
	return text_take(&t, literal) && t.len == 0;
}

/* The first word that ends in a colon; times have theirs inside. */
static bool
take_tag(struct text *t, struct text *tag)
{
	size_t i;

	for (i = 0; i < HEAD_WORDS_MAX; i++) {
		while (text_take(t, " "))
			continue;
		if (!text_take_until(t, " ", tag))
			return false;
		if (tag->len > 0 && tag->p[tag->len - 1] == ':')
			return text_take(t, " ");
	}
	return false;
}

/* "postfix/smtp[123]:" */
static bool
read_tag(struct text tag, struct text *name, uint32_t *pid)
{
	struct text number;
	uint64_t n;

	if (!text_take_until(&tag, "[", name))
		return false;
	text_skip(&tag, 1);
	if (!text_take_until(&tag, "]", &number) || !text_is(tag, "]:") ||
	    number_parse(number.p, number.len, UINT32_MAX, &n) != ST_OK)
		return false;
	*pid = (uint32_t)n;
	return true;
}

bool
text_take_log_head(struct text *t, struct text *name, uint32_t *pid)
{
	struct text rest = *t, tag;

	if (!take_tag(&rest, &tag) || !read_tag(tag, name, pid))
		return false;
	*t = rest;
	return true;
}
