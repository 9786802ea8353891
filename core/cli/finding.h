/*
 * What a check has found.  SPDX-License-Identifier: ISC
 *
 * A headline and notes under it; printed for people or as JSON.
 */
#ifndef HOPSEAL_CLI_FINDING_H
#define HOPSEAL_CLI_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/strbuf.h"
#include "cli/command.h"

/* error: a standard is broken, though we can live with it. */
enum note_level { NOTE_ERROR, NOTE_ADVICE };

struct note {
	enum note_level level;
	char *text;
};

#define NOTES_MAX 32 /* more are not kept */

struct finding {
	const char *yes, *no; /* the words for both outcomes: "valid", "not valid" */
	bool is_yes;
	struct strbuf headline;
	size_t count;
	struct note notes[NOTES_MAX];
};

/* All zero but for the words. */
void finding_init(struct finding *finding, const char *yes, const char *no);
void finding_note(struct finding *finding, enum note_level level, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* Print and free; EXIT_YES or EXIT_NO. */
enum exit_code finding_print(struct finding *finding, bool as_json);

#endif
