/*
 * What there is to say about what a domain publishes.  SPDX-License-Identifier: ISC
 *
 * Each remark is of a kind, which stands beside the code that finds it: how grave, why it matters, what to do.  Only what was
 * seen differs from one remark to the next.
 */
#ifndef HOPSEAL_POLICY_REMARK_H
#define HOPSEAL_POLICY_REMARK_H

#include <stddef.h>

#include "base/attr.h"
#include "base/strbuf.h"

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

/* Static, and one of its word: "tlsa-no-match", for programs; hopseal.1 lists them. */
struct remark_kind {
	enum remark_level level;
	const char *word;
	const char
	    *why; /* it matters, with RFC and section: "mail waits (RFC 7672, 2.2)" */
	const char *remedy; /* what to do; "" nothing */
};

struct remark {
	const struct remark_kind *kind;
	char *about; /* what it is about, an address perhaps; "" all of it */
	char *seen;  /* "no record matches the certificate" */
};

struct remarks {
	size_t count, cap;
	struct remark *items;
};

#define REMARKS_INIT                                                                   \
	{                                                                              \
		0, 0, NULL                                                             \
	}

/* fmt says what was seen.  A remark that stands there already, word by word, is not added again. */
void remarks_add(struct remarks *remarks, const struct remark_kind *kind,
    const char *about, const char *fmt, ...) PRINTF_LIKE(4, 5);

/* Move all of them behind those of to, each about its own thing of whole: "mx1.example.org" and "192.0.2.1" are
 * "mx1.example.org 192.0.2.1".  from is empty then. */
void remarks_take(struct remarks *to, struct remarks *from, const char *whole);

/* "no record matches: mail waits (RFC 7672, 2.2); publish ...": a remark without its level and what it is about. */
void remark_add_text(struct strbuf *out, const struct remark *remark);

/* The gravest; REMARK_NOTE for none at all. */
enum remark_level remarks_worst(const struct remarks *remarks);

void remarks_clear(struct remarks *remarks);

#endif
