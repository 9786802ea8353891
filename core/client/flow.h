/*
 * Ask the daemon without waiting.  SPDX-License-Identifier: ISC
 *
 * For an adapter with a loop of its own: one question, one reply, one connection, as client_ask(), in steps.  Uses libc
 * only, never ends the process, never waits, never raises SIGPIPE.  A flow begins as zeros.
 */
#ifndef HOPSEAL_CLIENT_FLOW_H
#define HOPSEAL_CLIENT_FLOW_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "client/client.h"
#include "client/place.h"

#define FLOW_TEXT_MAX   1000                 /* octets of a reply */
#define FLOW_FRAMED_MAX (FLOW_TEXT_MAX + 24) /* of its netstring */

enum flow_state {
	FLOW_IDLE,
	FLOW_CALLING, /* the daemon has no place for one more connection yet */
	FLOW_SENDING,
	FLOW_READING,
	FLOW_DONE,
};

struct flow {
	enum flow_state state;
	enum client_outcome outcome; /* when done */
	const char
	    *text; /* when done: the reply's, one line; of CLIENT_DOWN the fault */
	/* The rest is the flow's own. */
	const struct place *place;
	int fd;
	int64_t deadline_ms, again_ms;
	char *request;
	size_t request_len, sent;
	char reply[FLOW_FRAMED_MAX + 1];
	size_t reply_len;
};

/*
 * Begin.  The flow is idle.
 *
 * place      borrowed until it is done; map and key are not kept
 * now_ms     of the clock that flow_step() is given, which never goes back
 * wait_ms    for everything
 */
void flow_start(struct flow *flow, const struct place *place, const char *map,
    const char *key, int64_t now_ms, int wait_ms);

/* What poll(2) is to wait for; fd is -1 when that is nothing. */
struct pollfd flow_poll(const struct flow *flow);

/* When flow_step() is due, whatever poll(2) says; INT64_MAX when idle. */
int64_t flow_due_ms(const struct flow *flow);

/* Go on as far as that needs no waiting.  Returns true when it is done. */
bool flow_step(struct flow *flow, int64_t now_ms);

/* Give back what it holds, done or not; idle again. */
void flow_clear(struct flow *flow);

#endif
