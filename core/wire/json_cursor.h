/*
 * Bounded reading of JSON (RFC 8259), value by value.  SPDX-License-Identifier: ISC
 *
 * Without a tree: one of brackets only is a hundred times as big as its text, and strangers choose the text.  A reader
 * walks along and takes what it knows.  Strict where json-c is not: quotes, numbers, control characters, what follows.
 *
 * A fault sticks, as in wire/dns_cursor.h: after the first one nothing is taken and loops end, so a caller reads a
 * whole structure and looks at fault once.
 */
#ifndef HOPSEAL_WIRE_JSON_CURSOR_H
#define HOPSEAL_WIRE_JSON_CURSOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "wire/txt.h"

#define JSON_DEPTH_MAX 32

/* Start with text and len, the rest zero. */
struct json_cursor {
	const char *text;
	size_t len, pos;
	unsigned depth;
	bool is_first;     /* nothing has been taken since the last bracket opened */
	const char *fault; /* NULL, or what is wrong at pos; a static string */
};

enum json_kind {
	JSON_NONE, /* a fault: there is no value */
	JSON_TEXT,
	JSON_NUMBER,
	JSON_WORD, /* null, true, false */
	JSON_ARRAY,
	JSON_OBJECT,
};

/* Record a fault at this place, unless there is one. */
void json_stop(struct json_cursor *c, const char *fault);

/* Of the next value. */
enum json_kind json_peek(struct json_cursor *c);

/*
 * Take a string.  Lone surrogates and \u0000 become U+FFFD.
 *
 * out  room for as many octets as the string takes in the text, which are always more than it has; may be memory that
 *      the text began in, before pos; NULL: only look whether it is a string
 *
 * Returns how many octets were written; no NUL is.
 */
size_t json_take_text(struct json_cursor *c, char *out);

/* Take a number, as it stands in the text. */
struct txt json_take_number(struct json_cursor *c);

/* Pass any value. */
void json_skip(struct json_cursor *c);

/* Go into an array or object: for (json_enter(c); json_next_item(c);) takes one value each time around. */
void json_enter(struct json_cursor *c);
bool json_next_item(struct json_cursor *c);

/* The same for an object.  name: as written, so that one with an escape in it is never a known one. */
bool json_next_member(struct json_cursor *c, struct txt *name);

/* The text must end here. */
void json_end(struct json_cursor *c);

/* "line 3, column 7: fault" */
void json_why(const struct json_cursor *c, struct why *why);

#endif
