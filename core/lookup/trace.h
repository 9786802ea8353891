/*
 * What a lookup did, step by step, for "hopseal explain".  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_LOOKUP_TRACE_H
#define HOPSEAL_LOOKUP_TRACE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/domain.h"
#include "wire/dns_message.h"

/*
 * One step in words: "what" was asked, what "came" of it, the "rule" that makes it matter (RFC and section).
 * security is "secure", "insecure", "error" or "" where it does not apply.
 */
struct trace_step {
	char *what, *came;
	const char *security, *rule;
	uint32_t ttl_s;
	int64_t ms; /* since the trace began */
};

struct trace {
	int64_t began_ms; /* loop clock */
	size_t count, cap;
	struct trace_step *steps;
};

#define TRACE_MAX 2000 /* steps; more are dropped */

void trace_init(struct trace *trace);
void trace_clear(struct trace *trace);

/* Add a step.  trace may be NULL: then nothing happens, so that lookups need no "if". */
void trace_add(struct trace *trace, const char *what, const char *security,
    const char *rule, const char *fmt, ...) PRINTF_LIKE(5, 6);

/* Add a DNS reply: the question, outcome, security, TTL, up to five records in words. */
void trace_dns(struct trace *trace, const struct domain *name, enum dns_type type,
    const struct dns_reply *reply, const char *rule);

#endif
