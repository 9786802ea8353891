/*
 * Tables of cases as cmocka tests.  SPDX-License-Identifier: ISC
 *
 * Every case becomes a test of its own under its own words, so the TAP lines read like
 * the table and `make conformance` finds the IDs in them.
 *
 *	static const struct sum_case {
 *		const char *name; // first: it becomes the test's name
 *		int a, b, want;
 *	} sum_cases[] = {
 *		{ "SUM-01 small numbers", 1, 1, 2 },
 *	};
 *
 *	static void
 *	check_sum(void **state)
 *	{
 *		const struct sum_case *c = *state;
 *
 *		assert_int_equal(c->a + c->b, c->want);
 *	}
 *
 *	int
 *	main(void)
 *	{
 *		const struct case_table tables[] = {
 *			CASES(check_sum, sum_cases),
 *			CASE("overflow is refused", check_overflow),
 *		};
 *
 *		return cases_run("sum", tables, COUNT_OF(tables));
 *	}
 */
#ifndef HOPSEAL_TESTS_UNIT_CASES_H
#define HOPSEAL_TESTS_UNIT_CASES_H

/* cmocka wants these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/domain.h"
#include "base/mem.h"

/* A string constant and its length, for two members of a case: NUL may stand inside. */
#define BYTES(text) text, sizeof(text) - 1

/* For names that are right. */
static inline struct domain
domain_named(const char *text)
{
	struct domain d;

	assert_int_equal(domain_parse(text, strlen(text), &d, NULL), ST_OK);
	return d;
}

struct case_table {
	CMUnitTestFunction check; /* its *state is the case */
	const void *cases;        /* structs that begin with const char *name */
	size_t size, count;
};

#define CASES(check, cases)                                                            \
	{                                                                              \
		check, cases, sizeof((cases)[0]), COUNT_OF(cases)                      \
	}

/* One test without a table.  Both belong into a list that is local to main(). */
#define CASE(name, check)                                                              \
	{                                                                              \
		check, &(const char *const){ name }, sizeof(const char *), 1           \
	}

/* Run all of them; returns what main() is to return. */
static inline int
cases_run(const char *group, const struct case_table *tables, size_t count)
{
	struct CMUnitTest *tests;
	size_t i, k, n = 0;
	int failed;

	for (i = 0; i < count; i++)
		n += tables[i].count;
	tests = xcalloc(n, sizeof(tests[0]));
	n = 0;
	for (i = 0; i < count; i++)
		for (k = 0; k < tables[i].count; k++) {
			const char *one =
			    (const char *)tables[i].cases + k * tables[i].size;

			tests[n].name = *(const char *const *)one;
			tests[n].test_func = tables[i].check;
			tests[n++].initial_state = (void *)one;
		}
	failed = _cmocka_run_group_tests(group, tests, n, NULL, NULL);
	free(tests);
	return failed;
}

#endif
