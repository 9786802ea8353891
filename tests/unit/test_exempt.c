/* Queue ids of messages that policies are not for.  SPDX-License-Identifier: ISC */
#include "cases.h"
#include "lookup/exempt.h"

#include <stdio.h>

#define NOW ((time_t)1800000000)

static void
check_noted(void **state)
{
	struct exempt e = { .has_any = false };

	(void)state;
	assert_false(exempt_has(&e, "6ALL5Vu3006162", NOW));
	exempt_note(&e, "6ALL5Vu3006162", NOW);
	assert_true(exempt_has(&e, "6ALL5Vu3006162", NOW));
	assert_false(exempt_has(&e, "6ALL5Vu3006163", NOW));
	assert_false(exempt_has(&e, "6ALL5Vu300616", NOW));
	assert_false(exempt_has(&e, "", NOW));
	exempt_clear(&e);
}

/* Queue ids come again. */
static void
check_time(void **state)
{
	struct exempt e = { .has_any = false };

	(void)state;
	exempt_note(&e, "a", NOW);
	exempt_note(&e, "b", NOW);
	exempt_note(&e, "a", NOW + 60);
	assert_true(exempt_has(&e, "b", NOW + EXEMPT_S - 1));
	assert_false(exempt_has(&e, "b", NOW + EXEMPT_S));
	assert_true(exempt_has(&e, "a", NOW + EXEMPT_S));
	assert_false(exempt_has(&e, "a", NOW + 60 + EXEMPT_S));
	exempt_clear(&e);
}

static void
check_room(void **state)
{
	struct exempt e = { .has_any = false };
	char id[16];
	int i;

	(void)state;
	for (i = 0; i < EXEMPT_MAX; i++) {
		snprintf(id, sizeof(id), "id%d", i);
		exempt_note(&e, id, NOW);
	}
	exempt_note(&e, "id0", NOW);
	exempt_note(&e, "more", NOW);
	assert_int_equal(e.map.count, EXEMPT_MAX);
	assert_true(exempt_has(&e, "more", NOW));
	assert_true(exempt_has(&e, "id0", NOW));
	assert_false(exempt_has(&e, "id1", NOW));
	assert_true(exempt_has(&e, "id2", NOW));
	exempt_clear(&e);
}

static void
check_clear(void **state)
{
	struct exempt e = { .has_any = false };

	(void)state;
	exempt_note(&e, "a", NOW);
	exempt_clear(&e);
	assert_false(exempt_has(&e, "a", NOW));
	exempt_note(&e, "b", NOW);
	assert_true(exempt_has(&e, "b", NOW));
	assert_false(exempt_has(&e, "a", NOW));
	exempt_clear(&e);
	exempt_clear(&e);
}

int
main(void)
{
	const struct case_table tables[] = {
		CASE("what was noted, and nothing else", check_noted),
		CASE("for five days", check_time),
		CASE("the one noted longest ago makes room", check_room),
		CASE("cleared, and used again", check_clear),
	};

	return cases_run("exempt", tables, COUNT_OF(tables));
}
