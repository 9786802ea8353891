/*
 * "Did you mean ...?"  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CONFIG_NEAREST_H
#define HOPSEAL_CONFIG_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

#define NEAREST_MAX 40 /* bytes; longer words are like nothing we know */

/*
 * How many insertions, deletions, replacements and swaps of neighbours lie between two words; a
 * number above NEAREST_MAX when one of them is too long.
 */
size_t edit_distance(const char *a, const char *b);

/* Whether a distance is small enough for a word of this length to be worth a hint. */
bool is_near(const char *word, size_t distance);

#endif
