/* SPDX-License-Identifier: ISC */
#include "config/nearest.h"

#include <stdint.h>

#include "base/attr.h"

static size_t
least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Optimal string alignment: Levenshtein's table with a step for swapped neighbours. */
size_t
edit_distance(const char *a, const char *b)
{
	size_t d[NEAREST_MAX + 1][NEAREST_MAX + 1];
	size_t alen = strlen(a), blen = strlen(b), i, j;

	if (alen > NEAREST_MAX || blen > NEAREST_MAX)
		return SIZE_MAX / 4; /* may be doubled */
	for (i = 0; i <= alen; i++)
		d[i][0] = i;
	for (j = 0; j <= blen; j++)
		d[0][j] = j;
	for (i = 1; i <= alen; i++)
		for (j = 1; j <= blen; j++) {
			d[i][j] = least(d[i - 1][j] + 1, d[i][j - 1] + 1,
			    d[i - 1][j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < d[i][j])
				d[i][j] = d[i - 2][j - 2] + 1;
		}
	return d[alen][blen];
}

bool
is_near(const char *word, size_t distance)
{
	return distance <= 1 + strlen(word) / 3;
}
