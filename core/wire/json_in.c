/* SPDX-License-Identifier: ISC */
#include "wire/json_in.h"

#include <json-c/json.h>
#include <stdarg.h>

#include "base/strbuf.h"
#include "wire/idn.h"

#define DEPTH_MAX 32
#define SHOWN_MAX 40 /* octets of a sender's in a sentence */

/* ::ffff:0:0/96 (RFC 4291, section 2.5.5.2) */
static const struct address_range mapped = {
	.base = { .is_v6 = true, .bytes = { [10] = 0xff, [11] = 0xff } },
	.bits = 96,
};

/* json-c stops without a word at a NUL: only the place where it stopped tells. */
enum status
json_in_parse(const char *bytes, size_t len, struct json_object **out, struct why *why)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *value;
	enum json_tokener_error error;
	size_t end;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	value = json_tokener_parse_ex(tokener, bytes, (int)len);
	error = json_tokener_get_error(tokener);
	end = json_tokener_get_parse_end(tokener);
	json_tokener_free(tokener);
	if (error == json_tokener_success && end == len &&
	    json_object_is_type(value, json_type_object)) {
		*out = value;
		return ST_OK;
	}
	json_object_put(value);
	if (error == json_tokener_continue)
		why_set(why, "no JSON: cut off at octet %zu", len);
	else if (error != json_tokener_success)
		why_set(why, "no JSON: %s at octet %zu", json_tokener_error_desc(error),
		    end + 1);
	else if (end < len)
		why_set(why, "no JSON: more behind its end at octet %zu", end + 1);
	else
		why_set(why, "JSON, but no object");
	return ST_SYNTAX;
}

void
json_in_free(struct json_object *object)
{
	json_object_put(object);
}

void
json_in_refuse(struct json_in *in, const char *fmt, ...)
{
	char fault[WHY_MAX];
	va_list ap;

	if (in->is_bad)
		return;
	in->is_bad = true;
	va_start(ap, fmt);
	vsnprintf(fault, sizeof(fault), fmt, ap);
	va_end(ap);
	why_set(in->why, "%s", fault);
}

void
json_in_refuse_text(
    struct json_in *in, const char *name, const char *fault, struct json_text text)
{
	struct strbuf shown = STRBUF_INIT;

	strbuf_escape(&shown, text.p, text.len, SHOWN_MAX);
	json_in_refuse(in, "\"%s\" %s: \"%s\"", name, fault, strbuf_str(&shown));
	strbuf_clear(&shown);
}

/* NULL unless it is there and of this type. */
static struct json_object *
member(struct json_in *in, const struct json_object *object, const char *name,
    enum json_type type)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, name, &value) || value == NULL)
		return NULL;
	if (json_object_is_type(value, type))
		return value;
	json_in_refuse(in, "\"%s\" is %s where %s was expected", name,
	    json_type_to_name(json_object_get_type(value)), json_type_to_name(type));
	return NULL;
}

static struct json_text
text_of(struct json_object *value)
{
	if (value == NULL)
		return (struct json_text){ "", 0 };
	return (struct json_text){
		json_object_get_string(value),
		(size_t)json_object_get_string_len(value),
	};
}

struct json_text
json_in_text(struct json_in *in, const struct json_object *object, const char *name)
{
	return text_of(member(in, object, name, json_type_string));
}

bool
json_in_number(struct json_in *in, const struct json_object *object, const char *name,
    int64_t *out)
{
	struct json_object *value = member(in, object, name, json_type_int);

	if (value == NULL)
		return false;
	*out = json_object_get_int64(value);
	return true;
}

bool
json_in_domain(struct json_in *in, const struct json_object *object, const char *name,
    struct domain *out)
{
	struct json_text text = json_in_text(in, object, name);

	return text.len > 0 && idn_domain_parse(text.p, text.len, out, NULL) == ST_OK;
}

bool
json_in_address(struct json_in *in, const struct json_object *object, const char *name,
    struct address *out)
{
	struct json_text text = json_in_text(in, object, name);

	if (text.len == 0 || address_parse(text.p, text.len, out) != ST_OK)
		return false;
	if (address_in(out, &mapped)) {
		out->is_v6 = false;
		memmove(out->bytes, out->bytes + 12, 4);
		memset(out->bytes + 4, 0, 12);
	}
	return true;
}

const struct json_object *
json_in_array(struct json_in *in, const struct json_object *object, const char *name)
{
	return member(in, object, name, json_type_array);
}

size_t
json_in_count(const struct json_object *array)
{
	return array != NULL ? json_object_array_length(array) : 0;
}

struct json_text
json_in_text_at(struct json_in *in, const struct json_object *array, size_t i)
{
	struct json_object *item = json_object_array_get_idx(array, i);

	if (json_object_is_type(item, json_type_string))
		return text_of(item);
	json_in_refuse(in, "item %zu of a list is no text", i + 1);
	return text_of(NULL);
}

const struct json_object *
json_in_object_at(struct json_in *in, const struct json_object *array, size_t i)
{
	struct json_object *item = json_object_array_get_idx(array, i);

	if (json_object_is_type(item, json_type_object))
		return item;
	json_in_refuse(in, "item %zu of a list is no object", i + 1);
	return NULL;
}
