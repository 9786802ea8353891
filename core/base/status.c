/* SPDX-License-Identifier: ISC */
#include "base/status.h"

#include <stdarg.h>

const char *
status_text(enum status status)
{
	static const char *const texts[] = {
#define X(name, text) [name] = text,
		STATUSES(X)
#undef X
	};

	return (size_t)status < COUNT_OF(texts) ? texts[status] : "unknown status";
}

void
why_set(struct why *why, const char *fmt, ...)
{
	va_list ap;

	if (why == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
}
