/*
 * One host, looked at from all sides for its operator.  SPDX-License-Identifier: ISC
 *
 * Its addresses, its TLSA records, and then all of its addresses at once, by STARTTLS.  Nothing is cached, and no address is
 * guarded: people say whom to look at.
 */
#ifndef HOPSEAL_LOOKUP_SURVEY_H
#define HOPSEAL_LOOKUP_SURVEY_H

#include <stdbool.h>

#include "net/dns.h"
#include "policy/judge.h"

struct survey_options {
	struct dns *dns;
	int dns_deadline_ms; /* for each name */
	int look_deadline_ms;
	const char *helo;
};

/* All borrowed from the survey. */
struct survey_result {
	const struct host_facts *host;
	bool is_resolver_trusted;
	uint32_t
	    ttl_s; /* of the TLSA records, as the resolver has them; 0 without any */
	size_t count;
	/* At each address, one behind the other where a server has two certificates, EC and RSA; reason also where it
	 * was not reached. */
	const struct evidence *seen;
};

struct survey;

/* result lives until the function returns. */
typedef void survey_done_fn(const struct survey_result *result, void *arg);

/* Look.  done runs exactly once, never before this returns.  options and host are copied, but for what they point to. */
struct survey *survey_start(const struct survey_options *options,
    const struct domain *host, uint16_t port, survey_done_fn *done, void *arg);
void survey_cancel(struct survey *survey); /* NULL is fine; only before done has run */

#endif
