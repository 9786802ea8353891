/*
 * How a domain that is watched does, in one word.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WATCH_WATCH_OUTCOME_H
#define HOPSEAL_WATCH_WATCH_OUTCOME_H

#include "base/status.h"

/* By the gravest remark; the number is the exit status of "hopseal check" and the metric. */
#define WATCH_OUTCOMES(X)                                                              \
	X(WATCH_UNKNOWN, "unknown", -1) /* not looked at yet */                        \
	X(WATCH_GOOD, "good", 0)                                                       \
	X(WATCH_ADVICE, "advice", 1)                                                   \
	X(WATCH_UNSURE, "unsure", 3)                                                   \
	X(WATCH_BROKEN, "broken", 2)

enum watch_outcome {
#define X(name, word, number) name,
	WATCH_OUTCOMES(X)
#undef X
};

#define WATCH_OUTCOME_COUNT (WATCH_BROKEN + 1)

const char *watch_outcome_word(enum watch_outcome outcome);
int watch_outcome_number(enum watch_outcome outcome);
MUST_CHECK enum status watch_outcome_parse(const char *word, enum watch_outcome *out);

#endif
