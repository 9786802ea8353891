/*
 * A link as an event for the daemon.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_OPENSMTPD_EVENT_H
#define HOPSEAL_OPENSMTPD_EVENT_H

#include "client/event_json.h"
#include "links.h"

#define EVENT_JSON_MAX EVENT_JSON_PLAIN

/* What became of a session. */
struct outcome {
	time_t when;
	struct txt next_hop; /* len 0: not known */
	enum event_tls tls;
	enum event_verified verified;
	bool is_refused; /* the certificate, by smtpd; it does not say why */
};

/*
 * Write the event; "session" is smtpd's own id, by which its log knows the session.
 * False: it cannot be said in so many octets.
 */
MUST_CHECK bool event_write(
    const struct link *link, const struct outcome *outcome, char out[EVENT_JSON_MAX]);

#endif
