/*
 * What differs between the kinds of destination; for attempt.c, post.c and mailing.c.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_REPORT_CARRIER_H
#define HOPSEAL_REPORT_CARRIER_H

#include "lookup/find_way.h"
#include "report/attempt.h"

#define ATTEMPT_MS                                                                     \
	60000 /* for one host, from the first packet to the last (RPT-HTTP-04) */

struct carrier;

struct attempt {
	const struct means *means;
	const struct stored_sending *sending;
	const struct rua *rua;
	const struct carrier *carrier;
	struct find_way *find;
	struct way_host
	    *hosts; /* own copies; none when the way is known without a lookup */
	size_t host_count, host;
	void *under_way; /* the carrier's */
	struct why detail;
	attempt_accepted_fn *accepted;
	attempt_done_fn *done;
	void *arg;
};

struct carrier {
	/* The name to look up first; NULL: none, the way is known. */
	const struct domain *(*name)(
	    const struct attempt *attempt, enum way_kind *kind);
	/*
	 * Start handing the report, which is borrowed for the call, to the host whose turn it is.  Anything but ST_OK:
	 * it cannot, and the attempt's detail says why.
	 */
	enum status (*send)(
	    struct attempt *attempt, const struct stored_report *report);
	void (*cancel)(void *under_way); /* never NULL */
};

extern const struct carrier carrier_post, carrier_mailing;

/* What net/https.h and net/mail.h call as accepted; arg is the attempt. */
void attempt_accepted(void *arg);

/* It is over; the attempt's detail says how, and the attempt is gone. */
void attempt_finish(struct attempt *attempt, bool is_accepted);

/* The same report to the next host; false: that was the last one. */
bool attempt_next_host(struct attempt *attempt);

#endif
