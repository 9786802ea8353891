/*
 * Where a report of ours goes, and how far it came.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_CLI_DESTINATIONS_H
#define HOPSEAL_CLI_DESTINATIONS_H

#include <stddef.h>

struct json_object;

/* Destinations by their state; starts as zeros. */
struct destination_sums {
	size_t sent, waiting, given_up;
};

/* Print those of a report, REPORT of control/control.h, two lines each, and add them up. */
void destinations_print(
    const struct json_object *report, struct destination_sums *sums);

#endif
