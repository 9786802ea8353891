/*
 * JSON from outside, member by member, in any order.  SPDX-License-Identifier: ISC
 *
 * For what is small and read all over: a document is two pieces of memory, in proportion to its text (for what is big
 * and read along, wire/json_cursor.h).
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
#include "wire/txt.h"

struct json_value;

struct json_document {
	char *text; /* a copy, in which strings are made what they mean */
	struct json_value *values; /* the first is the whole; owned, as text is */
	size_t count, cap;
};

/*
 * All of bytes must be one object.  An octet that is no UTF-8, or a control character that JSON has escaped, is read as
 * DEL: libtlsrpt passes a server's octets on as they are, and whoever cleans a text drops it.
 *
 * Returns ST_OK, or ST_SYNTAX with why; *out is freed with json_document_clear() after ST_OK only.
 */
MUST_CHECK enum status json_in_parse(
    const char *bytes, size_t len, struct json_document *out, struct why *why);
void json_document_clear(struct json_document *document);

/* The first fault found while reading. */
struct json_in {
	bool is_bad;
	struct why *why;
};

/* Note a fault, unless there was one before. */
void json_in_refuse(struct json_in *in, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A member's text is not what it must be: why names it, and shows it escaped. */
void json_in_refuse_text(
    struct json_in *in, const char *name, const char *fault, struct txt text);

/* Lives as long as the document, ended by NUL; "" with len 0 when missing. */
struct txt json_in_text(
    struct json_in *in, const struct json_value *object, const char *name);

/* A whole number, those too big for 64 bits at their limit; false when missing. */
bool json_in_number(struct json_in *in, const struct json_value *object,
    const char *name, int64_t *out);

/* Names and addresses that are none read as missing, too; an IPv4 address in IPv6's clothes as IPv4 (RPT-JSON-17). */
bool json_in_domain(struct json_in *in, const struct json_value *object,
    const char *name, struct domain *out);
bool json_in_address(struct json_in *in, const struct json_value *object,
    const char *name, struct address *out);

/* NULL when missing: an array of no items. */
const struct json_value *json_in_array(
    struct json_in *in, const struct json_value *object, const char *name);
size_t json_in_count(const struct json_value *array);

/* Its items one after the other: NULL behind the last one. */
const struct json_value *json_in_first(const struct json_value *array);
const struct json_value *json_in_next(
    const struct json_value *array, const struct json_value *item);

/* What an item must be: else in is bad, and it is empty. */
struct txt json_in_item_text(struct json_in *in, const struct json_value *item);
const struct json_value *json_in_item_object(
    struct json_in *in, const struct json_value *item);

#endif
