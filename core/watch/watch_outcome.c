/* SPDX-License-Identifier: ISC */
#include "watch/watch_outcome.h"

#include <string.h>

static const struct {
	const char *word;
	int number;
} outcomes[] = {
#define X(name, word, number) [name] = { word, number },
	WATCH_OUTCOMES(X)
#undef X
};

const char *
watch_outcome_word(enum watch_outcome outcome)
{
	return outcomes[outcome].word;
}

int
watch_outcome_number(enum watch_outcome outcome)
{
	return outcomes[outcome].number;
}

enum status
watch_outcome_parse(const char *word, enum watch_outcome *out)
{
	unsigned i;

	for (i = 0; i < COUNT_OF(outcomes); i++)
		if (strcmp(outcomes[i].word, word) == 0) {
			*out = (enum watch_outcome)i;
			return ST_OK;
		}
	return ST_UNKNOWN;
}
