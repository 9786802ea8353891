/*
 * Recipients: the daemon finds out about their domains before smtpd(8) looks into its tables.  SPDX-License-Identifier: ISC
 *
 * The table must answer at once, from what the daemon knows; here there is time.  Whatever comes of a question, or nothing
 * in its time: mail proceeds.  A session waits for its own domain only; those that wait for the same one share a question.
 */
#ifndef HOPSEAL_OPENSMTPD_PREFETCH_H
#define HOPSEAL_OPENSMTPD_PREFETCH_H

#include "client/flow.h"
#include "output.h"

#define PREFETCH_MAX         128 /* questions at once; over it mail proceeds without one */
#define PREFETCH_WAITING_MAX 4096 /* requests that wait */
#define PREFETCH_DOMAIN_MAX  1023 /* octets of a domain as people may write it */

struct waiting;

struct question {
	struct flow flow;
	char domain[PREFETCH_DOMAIN_MAX + 1];
	struct waiting *waiting;
};

struct prefetch {
	const struct place *place; /* of the daemon */
	int wait_ms;
	struct output *output;
	struct question questions[PREFETCH_MAX]; /* idle flow: free */
	size_t waiting;
	unsigned long long hurried;    /* requests that there was no room for */
	unsigned long long unanswered; /* questions */
	struct why fault;              /* of the last one */
};

void prefetch_init(struct prefetch *prefetch, const struct place *place, int wait_ms,
    struct output *output);

/* A request has come: it is answered now or later, once. */
void prefetch_take(
    struct prefetch *prefetch, const struct filter_line *line, int64_t now_ms);

/* What poll(2) is to wait for, PREFETCH_MAX of them, and for how long at most. */
int64_t prefetch_poll(const struct prefetch *prefetch, struct pollfd *fds);
void prefetch_step(struct prefetch *prefetch, const struct pollfd *fds, int64_t now_ms);

/* Answer all. */
void prefetch_clear(struct prefetch *prefetch);

#endif
