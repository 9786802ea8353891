/*
 * One try to hand a report to one of its destinations.  SPDX-License-Identifier: ISC
 *
 *   way (where can it be reached?) -> report, read from the store -> POST or mail
 */
#ifndef HOPSEAL_REPORT_ATTEMPT_H
#define HOPSEAL_REPORT_ATTEMPT_H

#include <stdbool.h>

#include "lookup/engine.h"
#include "net/https.h"
#include "report/dkim.h"
#include "report/options.h"
#include "report/relay.h"
#include "store/outbox.h"
#include "wire/tlsrpt_record.h"

/* What all attempts stand on; borrowed by them. */
struct means {
	struct engine *engine;
	struct https *https;
	struct store *store;
	const struct report_options *options;
	struct relay relay;         /* MAIL_WAY_RELAY */
	const struct dkim_key *key; /* NULL: the MTA signs */
	const char *fault; /* why mail must stay here for now; "": it need not */
	const char *helo;
};

struct attempt_answer {
	bool is_accepted;
	const char *detail; /* one line, escaped; never NULL */
};

/* The destination has it: to be written down before it is told that we know.  done follows. */
typedef void attempt_accepted_fn(void *arg);

/* answer lives until the function returns. */
typedef void attempt_done_fn(const struct attempt_answer *answer, void *arg);

struct attempt;

/* Whether the configuration has a way for this kind of destination. */
bool attempt_is_served(const struct report_options *options, const struct rua *rua);

/* Whom it will talk to, for the bound of hosts.h; borrowed from one of the two. */
const char *attempt_host(const struct report_options *options, const struct rua *rua);

/*
 * Try.  done runs exactly once, never before this returns, after a minute or two at most.  sending (its first is this
 * attempt's time, if it is the first one) and rua stay where they are until then.
 */
struct attempt *attempt_start(const struct means *means,
    const struct stored_sending *sending, const struct rua *rua,
    attempt_accepted_fn *accepted, attempt_done_fn *done, void *arg);
void attempt_cancel(struct attempt *attempt); /* done will not run; NULL is fine */

#endif
