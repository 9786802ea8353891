/*
 * The daemon's JSON, read member by member.  SPDX-License-Identifier: ISC
 *
 * A member that is missing or of another type reads as nothing: an older daemon then shows less, but
 * the command still works.
 */
#ifndef HOPSEAL_CLI_JSON_H
#define HOPSEAL_CLI_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;

/* "" when missing; lives as long as object. */
const char *json_text(const struct json_object *object, const char *name);
int64_t json_number(const struct json_object *object, const char *name); /* 0 */
bool json_flag(const struct json_object *object, const char *name);      /* false */
bool json_has(const struct json_object *object, const char *name); /* and is not null */

/* An object or NULL; every reader here takes NULL. */
const struct json_object *json_member(
    const struct json_object *object, const char *name);

/* Members of an array; NULL or "" beyond its end. */
size_t json_count(const struct json_object *object, const char *name);
const struct json_object *json_item(
    const struct json_object *object, const char *name, size_t i);
const char *json_string_at(
    const struct json_object *object, const char *name, size_t i);

/* NULL unless text is one JSON value. */
struct json_object *json_read(const char *text, size_t len);

/* Print in readable form, with a line end.  Control characters are escaped, those that JSON would allow, too. */
void json_print(struct json_object *object);

#endif
