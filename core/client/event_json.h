/*
 * A session, as an adapter tells it.  SPDX-License-Identifier: ISC
 *
 * Writes what wire/tls_event.h reads into memory of the caller.  Uses libc only, allocates nothing, never writes past
 * the end.  What does not fit is left out whole, so that the text is one JSON object at any size.
 */
#ifndef HOPSEAL_CLIENT_EVENT_JSON_H
#define HOPSEAL_CLIENT_EVENT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "base/attr.h"
#include "base/status.h"
#include "wire/tls_event.h"

#define EVENT_JSON_LEAST 64 /* octets that begin needs */
#define EVENT_JSON_PLAIN                                                               \
	(8 * 1024) /* enough for an event of one text of each name, without a chain */

/* In the making; for the functions below only. */
struct event_json {
	char *buf;
	size_t len, max; /* max: without what ends it */
	bool is_cut;
};

/* Room for an event with this chain, as far as it will be told. */
size_t event_json_size(const struct chain *chain);

/*
 * Begin an event.
 *
 * buf        size octets, at least EVENT_JSON_LEAST
 * when       UTC; left out when not above 0: then it counts as the time of its arrival
 */
void event_json_begin(struct event_json *json, char *buf, size_t size,
    enum event_source source, bool is_inbound, time_t when);

/*
 * Add a member; "" is left out.  Of text, which anybody may have chosen, printable ASCII is kept, and at most max octets.
 */
void event_json_text(struct event_json *json, const char *name, const char *text,
    size_t len, size_t max);

/* The same for a domain, which may be in UTF-8.  Not cut: too long it is left out. */
void event_json_domain(
    struct event_json *json, const char *name, const char *text, size_t len);

/* What TLS did, and what the MTA made of the certificate. */
void event_json_tls(
    struct event_json *json, enum event_tls tls, enum event_verified verified);

/* The chain, as the last member: as many of its first certificates as fit. */
void event_json_chain(struct event_json *json, const struct chain *chain);

/*
 * End it: buf holds the event, ended by NUL.
 * Returns ST_OK, or ST_TOO_BIG: a member is missing, and not just some of the chain.
 */
MUST_CHECK enum status event_json_end(struct event_json *json);

#endif
