/* SPDX-License-Identifier: ISC */
#include "wire/put.h"

#include <json-c/json.h>

#include "wire/rfc3339.h"

void
put_text(struct json_object *o, const char *name, const char *text)
{
	json_object_object_add(o, name, json_object_new_string(text));
}

void
put_number(struct json_object *o, const char *name, uint64_t n)
{
	json_object_object_add(o, name, json_object_new_uint64(n));
}

void
put_flag(struct json_object *o, const char *name, bool flag)
{
	json_object_object_add(o, name, json_object_new_boolean(flag));
}

void
put_time(struct json_object *o, const char *name, const char *epoch_name, time_t t)
{
	char text[RFC3339_TEXT_MAX];

	json_object_object_add(
	    o, name, t != 0 ? json_object_new_string(rfc3339_text(t, text)) : NULL);
	json_object_object_add(o, epoch_name, t != 0 ? json_object_new_int64(t) : NULL);
}

void
put_day(struct json_object *o, const char *name, time_t day)
{
	char text[RFC3339_TEXT_MAX];

	json_object_object_add(o, name,
	    day != 0 ? json_object_new_string(rfc3339_day_text(day, text)) : NULL);
}
