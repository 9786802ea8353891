/*
 * Counting in a story: events come in, the daemon dies and lives again, the books are read.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_TESTS_SCENARIO_CLERK_H
#define HOPSEAL_TESTS_SCENARIO_CLERK_H

#include "report/account.h"
#include "scenario/stage.h"

#define GRACE    300
#define TODAY    (NOON - NOON % DAY)
#define MIDNIGHT (TODAY + DAY)

/* A session of Postfix with this domain, as libtlsrpt tells of it: a policy in these words, and what came of it. */
#define TOLD(domain, policy, end)                                                      \
	"{\"dpv\":\"1\",\"d\":\"" domain "\",\"policies\":[{" policy "," end "}]}"
#define STS_OF(domain, mode)                                                           \
	"\"policy-type\":2,\"policy-domain\":\"" domain                                \
	"\",\"policy-string\":[\"version: STSv1\",\"mode: " mode                       \
	"\",\"mx: mx1.example.org\",\"max_age: 604800\"],\"mx-host\":[\"mx1.example."  \
	"org\"]"
#define NONE_OF(domain) "\"policy-type\":9,\"policy-domain\":\"" domain "\""
#define WENT_WELL       "\"t\":0,\"f\":0"
#define EXPIRED                                                                          \
	"\"failure-details\":[{\"c\":204,\"s\":\"192.0.2.7\",\"n\":\"mx1.example.org\"," \
	"\"h\":\"250-mx1.example.org\\r\\n250 STARTTLS\",\"r\":\"192.0.2.1\"}],"         \
	"\"t\":1,\"f\":1"

/* The usual one: example.org, enforced, and no failure. */
#define GOOD TOLD("example.org", STS_OF("example.org", "enforce"), WENT_WELL)
#define BAD  TOLD("example.org", STS_OF("example.org", "enforce"), EXPIRED)

struct clerk {
	struct story story;
	struct account_options options;
	struct probe_options probe;
	struct probes *probes;
	struct account *account;
	bool has_no_store; /* it cannot be opened for now */
};

/* example.org with this policy, a folder, probing off; options may be changed before clerk_go(). */
void clerk_begin(struct clerk *clerk, const char *policy);

/* The daemon begins, or begins again. */
void clerk_go(struct clerk *clerk);

/* It dies without a word, whatever is under way. */
void clerk_die(struct clerk *clerk);

/* Both, and time for what is left over. */
void clerk_restart(struct clerk *clerk);

/* The store can be opened at last. */
void clerk_use_store(struct clerk *clerk);

void clerk_end(struct clerk *clerk);

/* Have everything at hand about a next-hop. */
void clerk_knows(struct clerk *clerk, const char *next_hop);

/* One datagram comes, is accepted, and taken out of the socket. */
void tell(struct clerk *clerk, const char *datagram);
void tell_times(struct clerk *clerk, const char *datagram, unsigned times);

/* The same for several in one batch; taken out of the socket, or not.  What was answered. */
bool offer(
    struct clerk *clerk, const char *const *datagrams, size_t count, bool is_taken);

/* An adapter's event. */
enum status send_event(struct clerk *clerk, const char *json);

/* Time for everything that waits for nothing but time. */
void settle(struct clerk *clerk);

/*
 * What the store has about a domain's day: "TYPE POLICY-DOMAIN SUCCESSES/FAILURES RESULT=COUNT...; ...", or "nothing".
 * The text lives until the next call.
 */
const char *counted_on(struct clerk *clerk, const char *domain, time_t day);
const char *counted(struct clerk *clerk, const char *domain); /* TODAY */

struct account_status clerk_status(const struct clerk *clerk);

/* Of a file in the clerk's folder. */
const char *clerk_path(const struct clerk *clerk, const char *name);

#endif
