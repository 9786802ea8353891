/* SPDX-License-Identifier: ISC */
#include "wire/tls_result.h"

/* A name of a registry: the report's word and the datagram's number, in the enum's order. */
struct name {
	const char *word;
	long long code;
};

static const struct name results[] = {
#define X(name, code, word) [name] = { word, code },
	TLS_RESULTS(X)
#undef X
};

static const struct name types[] = {
#define X(name, code, word) [name] = { word, code },
	POLICY_TYPES(X)
#undef X
};

/* The place of the word in the table, count when it is not there. */
static size_t
find_word(const struct name *names, size_t count, const char *word, size_t len)
{
	size_t i = 0;

	while (i < count &&
	       (strlen(names[i].word) != len || memcmp(names[i].word, word, len) != 0))
		i++;
	return i;
}

static size_t
find_code(const struct name *names, size_t count, long long code)
{
	size_t i = 0;

	while (i < count && names[i].code != code)
		i++;
	return i;
}

const char *
tls_result_word(enum tls_result result)
{
	return results[result].word;
}

enum status
tls_result_parse(const char *word, size_t len, enum tls_result *out)
{
	size_t i = find_word(results, COUNT_OF(results), word, len);

	if (i == COUNT_OF(results))
		return ST_UNKNOWN;
	*out = (enum tls_result)i;
	return ST_OK;
}

enum status
tls_result_of_code(long long code, enum tls_result *out)
{
	size_t i = find_code(results, COUNT_OF(results), code);

	if (i == COUNT_OF(results))
		return ST_UNKNOWN;
	*out = (enum tls_result)i;
	return ST_OK;
}

const char *
policy_type_word(enum policy_type type)
{
	return types[type].word;
}

enum status
policy_type_parse(const char *word, size_t len, enum policy_type *out)
{
	size_t i = find_word(types, COUNT_OF(types), word, len);

	if (i == COUNT_OF(types))
		return ST_UNKNOWN;
	*out = (enum policy_type)i;
	return ST_OK;
}

enum status
policy_type_of_code(long long code, enum policy_type *out)
{
	size_t i = find_code(types, COUNT_OF(types), code);

	if (i == COUNT_OF(types))
		return ST_UNKNOWN;
	*out = (enum policy_type)i;
	return ST_OK;
}
