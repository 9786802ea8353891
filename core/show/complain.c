/* SPDX-License-Identifier: ISC */
#include "show/complain.h"

#include <stdarg.h>

#include "show/term.h"

void
complain(const char *fmt, ...)
{
	struct strbuf text = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&text, fmt, ap);
	va_end(ap);
	fputs("hopseal: ", stderr);
	term_write(stderr, strbuf_str(&text));
	putc('\n', stderr);
	strbuf_clear(&text);
}
