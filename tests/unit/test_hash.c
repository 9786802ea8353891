/* SPDX-License-Identifier: ISC */
#include "base/hash.h"
#include "cases.h"

/* As its authors have it: Fowler, Noll, Vo; 64 bits, variant 1a. */
static const struct hash_case {
	const char *name, *text;
	uint64_t want;
} hash_cases[] = {
	{ "nothing", "", UINT64_C(0xcbf29ce484222325) },
	{ "an octet", "a", UINT64_C(0xaf63dc4c8601ec8c) },
	{ "a word", "foobar", UINT64_C(0x85944171f73967e8) },
};

static void
check_hash(void **state)
{
	const struct hash_case *c = *state;

	assert_true(hash_add(HASH_START, c->text, strlen(c->text)) == c->want);
}

static void
check_parts(void **state)
{
	(void)state;
	assert_true(hash_add(hash_add(HASH_START, "foo", 3), "bar", 3) ==
		    hash_add(HASH_START, "foobar", 6));
}

int
main(void)
{
	const struct case_table tables[] = {
		CASES(check_hash, hash_cases),
		CASE("a text in parts", check_parts),
	};

	return cases_run("hash", tables, COUNT_OF(tables));
}
