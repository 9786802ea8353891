/*
 * The tag lists of DKIM (RFC 6376, section 3.2), those of keys and those of signatures.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WIRE_DKIM_TAGS_H
#define HOPSEAL_WIRE_DKIM_TAGS_H

#include <stdbool.h>

#include "base/status.h"
#include "wire/txt.h"

#define DKIM_TAGS_MAX 32 /* of a list; no list has half as many that mean something */

/* All tags, in order; the text is borrowed, blanks around names and values are gone. */
struct dkim_tags {
	size_t count;
	struct {
		struct txt name, value;
	} items[DKIM_TAGS_MAX];
};

/* ST_OK; ST_SYNTAX (no tag list, a tag twice); ST_TOO_BIG (more tags).  why may be NULL. */
MUST_CHECK enum status dkim_tags_parse(
    struct txt text, struct dkim_tags *out, struct why *why);

/* NULL: there is no such tag. */
const struct txt *dkim_tags_find(const struct dkim_tags *tags, const char *name);

/* Whether the value is this word, or a list with it, colons between; as written, or in any case. */
bool dkim_value_is(const struct txt *value, const char *word);
bool dkim_value_has(const struct txt *list, const char *word);
bool dkim_value_has_name(const struct txt *list, const char *name);

/* FWS, as it comes out of DNS or of a header field. */
bool dkim_is_space(char c);

/* Write what is wrong with a value; returns ST_SYNTAX. */
enum status dkim_value_refuse(
    struct why *why, const char *fault, const struct txt *value);

#endif
