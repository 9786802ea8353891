/*
 * The table of keys.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CONFIG_KEYS_H
#define HOPSEAL_CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"

struct kind;

struct key {
	const char *section, *name;
	const struct kind *kind;
	size_t at, width;     /* of the member in struct config */
	const char *standard; /* the default, in the file's words */
	uint64_t min, max;    /* numbers in the member's unit; texts in bytes */
	const char *const
	    *words;       /* choices: the enum's values in order, ended by NULL */
	bool is_fixed;    /* counts at start only, not on reload */
	const char *help; /* a sentence or two, for the example file */
};

extern const struct key config_keys[];
extern const size_t config_key_count;

/* The row of a key; NULL if there is none. */
const struct key *key_find(const char *section, const char *name);

/* The section's name as in the table; NULL if no key is in it. */
const char *key_section(const char *section);

/* Say what the writer may have meant: append "; did you mean ...?" or nothing. */
void key_hint(struct strbuf *out, const char *section, const char *name);
void key_section_hint(struct strbuf *out, const char *section);

#endif
