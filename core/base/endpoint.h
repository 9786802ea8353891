/*
 * An IP address with a port.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_BASE_ENDPOINT_H
#define HOPSEAL_BASE_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/address.h"
#include "base/status.h"

#define ENDPOINT_TEXT_MAX (ADDRESS_TEXT_MAX + 8) /* "[" "]:65535" */

struct endpoint {
	struct address address;
	uint16_t port;
};

/*
 * Parse "192.0.2.1:53", "[2001:db8::1]:53", or an address alone (with or without brackets)
 * when there is a default_port; 0: the port must be there.  ST_OK or ST_SYNTAX.
 */
MUST_CHECK enum status endpoint_parse(
    const char *text, size_t len, uint16_t default_port, struct endpoint *out);

/* Write "192.0.2.1:53" or "[2001:db8::1]:53", NUL-ended, into buf; returns buf. */
const char *endpoint_text(const struct endpoint *e, char buf[ENDPOINT_TEXT_MAX]);

/* The form that sockets take; returns its length. */
socklen_t endpoint_to_sockaddr(const struct endpoint *e, struct sockaddr_storage *out);

/* False when sa is neither IPv4 nor IPv6; then *out is not written. */
bool endpoint_from_sockaddr(const struct sockaddr *sa, struct endpoint *out);

#endif
