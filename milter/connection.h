/*
 * A connection of somebody's with our MTA, as an event for the daemon.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_MILTER_CONNECTION_H
#define HOPSEAL_MILTER_CONNECTION_H

#include <stdbool.h>
#include <sys/socket.h>
#include <time.h>

#include "client/event_json.h"

#define CONNECTION_JSON_MAX EVENT_JSON_PLAIN

/* Begins as zeros. */
struct connection {
	char address[ADDRESS_TEXT_MAX]; /* "": none of a network, or of this machine */
	char helo[HELO_MAX + 1];
	char version[16], cipher[64]; /* "": no TLS, so far */
	bool is_verified; /* the client's certificate, if it has shown one */
};

/* Where it comes from; NULL: the MTA does not say. */
void connection_from(struct connection *connection, const struct sockaddr *peer);

/* The name in HELO or EHLO; the second one is said inside TLS. */
void connection_helo(struct connection *connection, const char *name);

/* {tls_version}, {cipher} and {verify}; each may be NULL. */
void connection_tls(struct connection *connection, const char *version,
    const char *cipher, const char *verify);

/*
 * Write the event as tls_event_parse() reads it.  False: there is none, as nobody has said hello over a network; or it
 * cannot be said in so many octets.
 */
MUST_CHECK bool connection_event(
    const struct connection *connection, time_t when, char out[CONNECTION_JSON_MAX]);

#endif
