/*
 * Text that grows.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_BASE_STRBUF_H
#define HOPSEAL_BASE_STRBUF_H

#include <stdarg.h>
#include <stddef.h>

#include "base/attr.h"

/*
 * data is NULL or len bytes followed by a NUL.  Start with STRBUF_INIT or zeros.
 * Growth ends the process when memory does (base/mem.h); whoever appends what
 * a peer sent bounds it first.
 */
struct strbuf {
	char *data;
	size_t len, cap;
};

#define STRBUF_INIT                                                                    \
	{                                                                              \
		NULL, 0, 0                                                             \
	}

/* Make room for more bytes behind the text, and for the NUL. */
void strbuf_reserve(struct strbuf *sb, size_t more);

void strbuf_add(struct strbuf *sb, const void *bytes, size_t len);
void strbuf_addc(struct strbuf *sb, char c);
void strbuf_adds(struct strbuf *sb, const char *s);
void strbuf_addf(struct strbuf *sb, const char *fmt, ...) PRINTF_LIKE(2, 3);
void strbuf_vaddf(struct strbuf *sb, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);

/*
 * Add bytes that a peer chose, safe for one log line or a terminal: printable ASCII as it is,
 * backslash and double quote behind a backslash, all else as \xHH.  At most max input bytes
 * are shown; "..." stands for the rest.
 */
void strbuf_escape(struct strbuf *sb, const void *bytes, size_t len, size_t max);

/* Drop the first n bytes. */
void strbuf_consume(struct strbuf *sb, size_t n);

/* Keep the first len bytes, of which there are that many. */
void strbuf_truncate(struct strbuf *sb, size_t len);

/* Empty the text, keep the memory. */
void strbuf_reset(struct strbuf *sb);

/* The text as a C string; "" if nothing was added.  Owned by sb. */
const char *strbuf_str(const struct strbuf *sb);

/* Hand the text to the caller, who frees it; sb is empty afterwards.  Never NULL. */
MUST_CHECK char *strbuf_take(struct strbuf *sb);

/* Free the memory; sb may be used again. */
void strbuf_clear(struct strbuf *sb);

#endif
