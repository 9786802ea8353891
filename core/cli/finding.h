/*
 * What a check of one text has found.  SPDX-License-Identifier: ISC
 *
 * A headline and remarks under it; printed for people or as JSON.
 */
#ifndef HOPSEAL_CLI_FINDING_H
#define HOPSEAL_CLI_FINDING_H

#include <stdbool.h>

#include "base/strbuf.h"
#include "cli/command.h"
#include "policy/remark.h"

struct finding {
	const char *yes, *no; /* the words for both outcomes: "valid", "not valid" */
	bool is_yes;
	struct strbuf headline;
	struct remarks remarks;
};

/* All zero but for the words. */
void finding_init(struct finding *finding, const char *yes, const char *no);

/* Print and free; EXIT_YES or EXIT_NO. */
enum exit_code finding_print(struct finding *finding, bool as_json);

#endif
