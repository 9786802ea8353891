/*
 * Answers for an MTA that verifies by WebPKI only.  SPDX-License-Identifier: ISC
 *
 *   seal_peek -> answer in memory, and enough seen?  at once
 *             -> else seal_ask: engine_ask -> looks at hosts that want one -> answer
 *
 * How hosts stand comes into the answer by lookup/standing.h; which of them want a look, and when it is enough, is for
 * wire/opensmtpd.h to say.
 */
#ifndef HOPSEAL_LOOKUP_SEAL_H
#define HOPSEAL_LOOKUP_SEAL_H

#include "lookup/engine.h"
#include "lookup/probe.h"
#include "policy/judge.h"
#include "wire/opensmtpd.h"

#define SEAL_LOOKS_MAX 16 /* begun for one question */

/* All borrowed. */
struct seal_tools {
	struct engine *engine;
	struct probes *probes;           /* NULL: nothing is ever seen */
	const struct trust_store *trust; /* NULL: nothing verifies by WebPKI */
};

/* Set the standings of an answer that was made of these facts (lookup/standing.h), by what is remembered of looks. */
void seal_see(
    const struct seal_tools *tools, const struct facts *facts, struct answer *answer);

/* engine_peek() with standings; looks says what must be certain.  Hosts not yet seen are looked at behind it. */
bool seal_peek(const struct seal_tools *tools, const struct next_hop *next_hop,
    enum looks looks, struct answer *answer);

struct seal_question;

/* engine_ask() with standings: done runs as soon as the answer is settled (wire/opensmtpd.h), or no look can help, at most
 * deadline_ms later.  tools are borrowed until then. */
struct seal_question *seal_ask(const struct seal_tools *tools,
    const struct next_hop *next_hop, enum looks looks, int deadline_ms,
    engine_done_fn *done, void *arg);
void seal_cancel(struct seal_question *question); /* NULL is fine */

#endif
