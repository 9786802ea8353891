/*
 * JSON from outside, member by member.  SPDX-License-Identifier: ISC
 *
 * A member that is missing, or null, reads as nothing.  One of another type does, too, but makes the whole bad: readers
 * go straight on and look at is_bad once, at the end.
 */
#ifndef HOPSEAL_WIRE_JSON_IN_H
#define HOPSEAL_WIRE_JSON_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/attr.h"
#include "base/domain.h"
#include "base/status.h"

struct json_object;

/*
 * All of bytes must be one object, nested no deeper than is sane.  Texts may hold any bytes, NUL among them, whether
 * they are UTF-8 or not: whoever keeps one cleans it.
 *
 * Returns ST_OK, or ST_SYNTAX with why; *out is freed with json_in_free() after ST_OK only.
 */
MUST_CHECK enum status json_in_parse(
    const char *bytes, size_t len, struct json_object **out, struct why *why);
void json_in_free(struct json_object *object);

/* The first fault found while reading. */
struct json_in {
	bool is_bad;
	struct why *why;
};

/* Note a fault, unless there was one before. */
void json_in_refuse(struct json_in *in, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Lives as long as the object, ended by NUL; "" with len 0 when missing. */
struct json_text {
	const char *p;
	size_t len;
};

/* A member's text is not what it must be: why names it, and shows it escaped. */
void json_in_refuse_text(
    struct json_in *in, const char *name, const char *fault, struct json_text text);

struct json_text json_in_text(
    struct json_in *in, const struct json_object *object, const char *name);

/* A whole number, those too big for 64 bits at their limit; false when missing. */
bool json_in_number(struct json_in *in, const struct json_object *object,
    const char *name, int64_t *out);

/* Names and addresses that are none read as missing, too; an IPv4 address in IPv6's clothes as IPv4 (RPT-JSON-17). */
bool json_in_domain(struct json_in *in, const struct json_object *object,
    const char *name, struct domain *out);
bool json_in_address(struct json_in *in, const struct json_object *object,
    const char *name, struct address *out);

/* NULL when missing: an array of no items. */
const struct json_object *json_in_array(
    struct json_in *in, const struct json_object *object, const char *name);
size_t json_in_count(const struct json_object *array);

/* The items; i is below the count. */
struct json_text json_in_text_at(
    struct json_in *in, const struct json_object *array, size_t i);
const struct json_object *json_in_object_at(/* NULL: it is none, and in is bad */
    struct json_in *in, const struct json_object *array, size_t i);

#endif
