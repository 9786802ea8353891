/* SPDX-License-Identifier: ISC */
#include "cli/json.h"

#include <json-c/json.h>

#include "base/attr.h"

#define DEPTH_MAX 32

static struct json_object *
get(const struct json_object *object, const char *name, enum json_type type)
{
	struct json_object *member;

	if (object == NULL || !json_object_object_get_ex(object, name, &member) ||
	    !json_object_is_type(member, type))
		return NULL;
	return member;
}

const char *
json_text(const struct json_object *object, const char *name)
{
	struct json_object *member = get(object, name, json_type_string);

	return member != NULL ? json_object_get_string(member) : "";
}

int64_t
json_number(const struct json_object *object, const char *name)
{
	return json_object_get_int64(get(object, name, json_type_int));
}

bool
json_flag(const struct json_object *object, const char *name)
{
	return json_object_get_boolean(get(object, name, json_type_boolean));
}

bool
json_has(const struct json_object *object, const char *name)
{
	struct json_object *member;

	return object != NULL && json_object_object_get_ex(object, name, &member) &&
	       member != NULL;
}

const struct json_object *
json_member(const struct json_object *object, const char *name)
{
	return get(object, name, json_type_object);
}

size_t
json_count(const struct json_object *object, const char *name)
{
	struct json_object *array = get(object, name, json_type_array);

	return array != NULL ? json_object_array_length(array) : 0;
}

static struct json_object *
at(const struct json_object *object, const char *name, size_t i)
{
	struct json_object *array = get(object, name, json_type_array);

	return array != NULL ? json_object_array_get_idx(array, i) : NULL;
}

const struct json_object *
json_item(const struct json_object *object, const char *name, size_t i)
{
	struct json_object *item = at(object, name, i);

	return json_object_is_type(item, json_type_object) ? item : NULL;
}

const char *
json_string_at(const struct json_object *object, const char *name, size_t i)
{
	struct json_object *item = at(object, name, i);

	return json_object_is_type(item, json_type_string)
		   ? json_object_get_string(item)
		   : "";
}

/* Strict, and all of text: json-c alone would stop silently at the first value's end. */
struct json_object *
json_read(const char *text, size_t len)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *object;

	json_tokener_set_flags(
	    tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, text, (int)len);
	if (json_tokener_get_error(tokener) != json_tokener_success ||
	    json_tokener_get_parse_end(tokener) != len) {
		json_object_put(object);
		object = NULL;
	}
	json_tokener_free(tokener);
	return object;
}

/* DEL, and C1 in its UTF-8 form: they stand in strings only. */
static bool
is_control(const char *p)
{
	return *p == 0x7f ||
	       ((unsigned char)p[0] == 0xc2 && (unsigned char)p[1] < 0xa0);
}

void
json_print(struct json_object *object)
{
	const char *p = json_object_to_json_string_ext(
	    object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);

	for (; *p != '\0'; p++)
		if (!is_control(p))
			putchar(*p);
		else if (*p == 0x7f)
			printf("\\u007f");
		else
			printf("\\u%04x", (unsigned char)*++p);
	putchar('\n');
}
