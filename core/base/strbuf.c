/* SPDX-License-Identifier: ISC */
#include "base/strbuf.h"

#include <stdint.h>

#include "base/mem.h"

#define STRBUF_FIRST 64

void
strbuf_reserve(struct strbuf *sb, size_t more)
{
	size_t cap = sb->cap > 0 ? sb->cap : STRBUF_FIRST, need;

	if (sb->cap - sb->len > more)
		return;
	/* No memory has more than that, so nor do we: xreallocarray() says so. */
	need = more < PTRDIFF_MAX - sb->len ? sb->len + more : PTRDIFF_MAX;
	while (cap <= need)
		cap *= 2;
	sb->data = xreallocarray(sb->data, cap, 1);
	sb->cap = cap;
}

void
strbuf_add(struct strbuf *sb, const void *bytes, size_t len)
{
	strbuf_reserve(sb, len);
	if (len > 0)
		memcpy(sb->data + sb->len, bytes, len);
	sb->len += len;
	sb->data[sb->len] = '\0';
}

void
strbuf_addc(struct strbuf *sb, char c)
{
	strbuf_add(sb, &c, 1);
}

void
strbuf_adds(struct strbuf *sb, const char *s)
{
	strbuf_add(sb, s, strlen(s));
}

void
strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n > 0) {
		strbuf_reserve(sb, (size_t)n);
		vsnprintf(sb->data + sb->len, (size_t)n + 1, fmt, again);
		sb->len += (size_t)n;
	}
	va_end(again);
}

void
strbuf_addf(struct strbuf *sb, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(sb, fmt, ap);
	va_end(ap);
}

void
strbuf_escape(struct strbuf *sb, const void *bytes, size_t len, size_t max)
{
	const unsigned char *p = bytes;
	size_t i, shown = len < max ? len : max;

	for (i = 0; i < shown; i++) {
		if (p[i] == '\\' || p[i] == '"')
			strbuf_addf(sb, "\\%c", p[i]);
		else if (p[i] >= 0x20 && p[i] < 0x7f)
			strbuf_addc(sb, (char)p[i]);
		else
			strbuf_addf(sb, "\\x%02x", p[i]);
	}
	if (shown < len)
		strbuf_adds(sb, "...");
}

void
strbuf_consume(struct strbuf *sb, size_t n)
{
	if (n > sb->len)
		n = sb->len;
	if (n == 0)
		return;
	memmove(sb->data, sb->data + n, sb->len - n + 1);
	sb->len -= n;
}

void
strbuf_truncate(struct strbuf *sb, size_t len)
{
	sb->len = len;
	if (sb->data != NULL)
		sb->data[len] = '\0';
}

void
strbuf_reset(struct strbuf *sb)
{
	strbuf_truncate(sb, 0);
}

const char *
strbuf_str(const struct strbuf *sb)
{
	return sb->data != NULL ? sb->data : "";
}

char *
strbuf_take(struct strbuf *sb)
{
	char *text = sb->data != NULL ? sb->data : xstrdup("");

	*sb = (struct strbuf)STRBUF_INIT;
	return text;
}

void
strbuf_clear(struct strbuf *sb)
{
	free(sb->data);
	*sb = (struct strbuf)STRBUF_INIT;
}
