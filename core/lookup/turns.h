/*
 * Whose turn it is: the MX host that sealed mail of OpenSMTPD goes to next.  SPDX-License-Identifier: ISC
 *
 * OpenSMTPD asks for one host with each delivery, and tells much later, of an address only, what came of it.  So what was
 * given is remembered, in bounded memory: by domain, to go on to the next host after a failure; by host, to pass over one
 * that has failed for any domain; by address, to know which domain's session a nameless event is about.
 */
#ifndef HOPSEAL_LOOKUP_TURNS_H
#define HOPSEAL_LOOKUP_TURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/facts.h"
#include "wire/opensmtpd.h"
#include "wire/tls_event.h"

#define TURN_SAME_MS                                                                   \
	60000 /* the same host again: one run of the queue shares its session */
#define TURN_FAILED_MS (15 * 60 * 1000) /* a host that failed comes last so long */
#define TURN_SEEN_MS                                                                   \
	(10 * 60 *                                                                     \
	    1000) /* a session belongs to a route that was asked for within so long */

struct turns;

/* So many domains, hosts and addresses are remembered; those used longest ago are forgotten. */
struct turns *turns_new(size_t max);
void turns_free(struct turns *turns); /* NULL is fine */

/*
 * Choose among the hosts of opensmtpd_hosts(): none that failed lately, the lower tier, the lower preference, the one that
 * was chosen longest ago; if all have failed, the one whose failure is oldest.  The host that was given before and asked
 * for again without a session seen meanwhile has failed, too: no filter tells, or nobody could connect.
 *
 * route has the hosts' addresses; NULL: they are not remembered.  Returns NULL without hosts, else a name of answer's.
 */
const struct domain *turns_take(struct turns *turns, const struct answer *answer,
    const struct route *route, int64_t now_ms);

/*
 * Learn from an outbound event, and fill in what it leaves open, if it is of a session by a route that was given for its
 * next-hop, or where it has none, by the last one to its remote address: next-hop, host, and that with mail the
 * certificate was verified, without was not.  False: it is of no such session.
 */
bool turns_see(struct turns *turns, struct tls_event *event, int64_t now_ms);

#endif
