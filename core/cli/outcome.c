/* SPDX-License-Identifier: ISC */
#include "cli/outcome.h"

/* As monitoring programs want them. */
static const struct {
	enum exit_code code;
	const char *text;
	enum term_style style;
} outcomes[] = {
	[REMARK_NOTE] = { EXIT_GOOD, "good", TERM_GOOD },
	[REMARK_ADVICE] = { EXIT_ADVICE, "good, with advice", TERM_WARN },
	[REMARK_UNSURE] = { EXIT_UNSURE, "could not tell", TERM_WARN },
	[REMARK_BROKEN] = { EXIT_BROKEN, "broken", TERM_BAD },
};

enum exit_code
outcome_code(enum remark_level worst)
{
	return outcomes[worst].code;
}

const char *
outcome_text(enum remark_level worst)
{
	return outcomes[worst].text;
}

enum term_style
outcome_style(enum remark_level worst)
{
	return outcomes[worst].style;
}
