/*
 * Members of JSON objects.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WIRE_PUT_H
#define HOPSEAL_WIRE_PUT_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct json_object;

void put_text(struct json_object *o, const char *name, const char *text);
void put_number(struct json_object *o, const char *name, uint64_t n);
void put_flag(struct json_object *o, const char *name, bool flag);

/* "x" in RFC 3339 form and "x_epoch"; both null for 0, which stands for "never". */
void put_time(
    struct json_object *o, const char *name, const char *epoch_name, time_t t);
#define PUT_TIME(o, name, t) put_time(o, name, name "_epoch", t)

/* "2026-11-21"; null for 0. */
void put_day(struct json_object *o, const char *name, time_t day);

#endif
