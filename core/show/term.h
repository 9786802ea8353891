/*
 * What stands on the terminal.  SPDX-License-Identifier: ISC
 *
 * Colour only where it is looked at: standard output is a terminal, TERM is not "dumb", NO_COLOR is not set
 * (no-color.org).  Text from outside cannot steer the terminal.
 */
#ifndef HOPSEAL_SHOW_TERM_H
#define HOPSEAL_SHOW_TERM_H

#include <stddef.h>
#include <stdio.h>

#include "base/attr.h"
#include "base/strbuf.h"

enum term_style { TERM_PLAIN, TERM_GOOD, TERM_WARN, TERM_BAD, TERM_DIM, TERM_BOLD };

/* Look at the environment.  Before anything else here. */
void term_open(void);

/* Columns of the terminal, 80 without one; within 60 to 160. */
size_t term_width(void);

/* How many columns a text takes. */
size_t term_columns(const char *text);

/* Write text, control characters as "?", without any style. */
void term_write(FILE *out, const char *text);

/* The same on standard output, in this style, padded with blanks to so many columns (0: not at all). */
void term_put(enum term_style style, const char *text, size_t pad);

/* So many blanks. */
void term_indent(size_t n);

/*
 * Print text, broken between words where the line would be too long; the cursor stands in
 * column at, further lines begin there.  Ends the line.  Words are broken only if they would not fit on a line of their
 * own: what is searched for can be found.
 */
void term_wrap(enum term_style style, const char *text, size_t at);

#endif
