/*
 * What there is to say about records, keys and hosts.  SPDX-License-Identifier: ISC
 *
 * A sentence each: what was seen, why it matters with RFC and section, what to do.
 */
#ifndef HOPSEAL_POLICY_REMARK_H
#define HOPSEAL_POLICY_REMARK_H

#include <stddef.h>

#include "base/attr.h"

/* From harmless to grave; the gravest is the outcome of a check. */
#define REMARK_LEVELS(X)                                                               \
	X(REMARK_NOTE, "note")     /* good to know */                                  \
	X(REMARK_ADVICE, "advice") /* works, could be better */                        \
	X(REMARK_UNSURE, "unsure") /* could not be found out */                        \
	X(REMARK_BROKEN, "broken") /* mail does not arrive, or not protected */

enum remark_level {
#define X(name, word) name,
	REMARK_LEVELS(X)
#undef X
};

const char *remark_level_word(enum remark_level level);

struct remark {
	enum remark_level level;
	char *about; /* what it is about, an address perhaps; "" all of it */
	char *text;
};

struct remarks {
	size_t count, cap;
	struct remark *items;
};

#define REMARKS_INIT                                                                   \
	{                                                                              \
		0, 0, NULL                                                             \
	}

/* One that stands there already, word by word, is not added again. */
void remark_add(struct remarks *remarks, enum remark_level level, const char *about,
    const char *fmt, ...) PRINTF_LIKE(4, 5);

/* The gravest; REMARK_NOTE for none at all. */
enum remark_level remarks_worst(const struct remarks *remarks);

void remarks_clear(struct remarks *remarks);

#endif
