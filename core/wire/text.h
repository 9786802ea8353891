/*
 * Reading a line from left to right.  SPDX-License-Identifier: ISC
 *
 * What is taken is taken from the front; a function that returns false leaves the text as it was.
 */
#ifndef HOPSEAL_WIRE_TEXT_H
#define HOPSEAL_WIRE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is left of it: len bytes, borrowed, not ended by NUL. */
struct text {
	const char *p;
	size_t len;
};

/* Drop the first n bytes, of which there are that many. */
void text_skip(struct text *text, size_t n);

/* Take these bytes. */
bool text_take(struct text *text, const char *literal);

/* Take everything up to the first of these characters, which must be there and stays; a NUL before it is a fault. */
bool text_take_until(struct text *text, const char *ends, struct text *out);

/* Whether it is these bytes and no more. */
bool text_is(struct text text, const char *literal);

/*
 * Take what syslog puts in front of a message, "Nov 22 02:40:01 host name[123]: ", with any kind of date, or without.
 */
bool text_take_log_head(struct text *text, struct text *name, uint32_t *pid);

#endif
