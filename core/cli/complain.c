/* SPDX-License-Identifier: ISC */
#include "cli/complain.h"

#include <stdarg.h>

#include "base/strbuf.h"

void
complain(const char *fmt, ...)
{
	struct strbuf text = STRBUF_INIT;
	va_list ap;
	size_t i;

	va_start(ap, fmt);
	strbuf_vaddf(&text, fmt, ap);
	va_end(ap);
	for (i = 0; i < text.len; i++)
		if ((unsigned char)text.data[i] < ' ' || text.data[i] == 0x7f)
			text.data[i] = '?';
	fprintf(stderr, "hopseal: %s\n", strbuf_str(&text));
	strbuf_clear(&text);
}
