/*
 * Remarks as text, and what is wanted of them.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_TESTS_UNIT_REMARK_LINES_H
#define HOPSEAL_TESTS_UNIT_REMARK_LINES_H

#include "cases.h"
#include "policy/remark.h"

/* "LEVEL ABOUT: TEXT;" for each remark. */
static inline void
add_remarks(struct strbuf *out, const struct remarks *remarks)
{
	size_t i;

	for (i = 0; i < remarks->count; i++) {
		const struct remark *r = &remarks->items[i];

		strbuf_addf(
		    out, "%s %s: ", remark_level_word(r->kind->level), r->about);
		remark_add_text(out, r);
		strbuf_adds(out, ";\n");
	}
}

/* Every line of want stands in got, none behind a "!" does, or there are no remarks at all and none is wanted. */
static inline void
assert_remarks(const char *got, const char *want)
{
	char line[256];
	size_t len;

	if (want[0] == '\0')
		assert_string_equal(got, "");
	for (; *want != '\0'; want += len + (want[len] == '|')) {
		len = strcspn(want, "|");
		snprintf(line, sizeof(line), "%.*s", (int)len, want);
		if (line[0] == '!' && strstr(got, line + 1) != NULL)
			fail_msg("\"%s\" is in \"%s\"", line + 1, got);
		if (line[0] != '!' && strstr(got, line) == NULL)
			fail_msg("\"%s\" is not in \"%s\"", line, got);
	}
}

#endif
