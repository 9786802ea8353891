/*
 * Numbers under texts, added up.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_SUMS_H
#define HOPSEAL_CLI_SUMS_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/map.h"

#define SUM_FIELDS 6

struct sum {
	struct map_link link;
	char *key; /* all fields, each with a NUL behind it */
	size_t key_len;
	const char *fields[SUM_FIELDS]; /* in key; "" those that were not given */
	uint64_t successes, failures, reports;
	time_t since, until; /* 0: nothing was added */
};

struct sums {
	struct map map;
	struct sum **rows;
	size_t count, room;
};

void sums_init(struct sums *sums);
void sums_clear(struct sums *sums);

/* The row with exactly these fields, a new one of zeros when there is none.  fields: copied, SUM_FIELDS of them; NULL is "". */
struct sum *sums_at(struct sums *sums, const char *const fields[SUM_FIELDS]);

/* Most failures first, then most successes, then in the order of the fields. */
void sums_sort(struct sums *sums);

#endif
