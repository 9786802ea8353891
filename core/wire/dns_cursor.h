/*
 * Bounded reading of a DNS message.  SPDX-License-Identifier: ISC
 *
 * A fault sticks: after the first one every function takes nothing and gives zeros, so
 * a caller reads a whole structure and looks at fault once.  Loops look at it each time
 * around.
 */
#ifndef HOPSEAL_WIRE_DNS_CURSOR_H
#define HOPSEAL_WIRE_DNS_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/domain.h"

struct dns_cursor {
	const uint8_t
	    *msg; /* the message from its first octet: compression counts from there */
	size_t end; /* of what may be taken */
	size_t pos;
	const char *fault; /* NULL, or what was wrong first; a static string */
};

struct dns_name {
	struct domain domain; /* len 0: the root, or no host name */
	bool is_root;
	uint8_t len;
	char text[DOMAIN_MAX + 1]; /* as sent, dots between labels; "." for the root */
};

/* Record a fault, unless there is one. */
void dns_cursor_stop(struct dns_cursor *c, const char *fault);

uint8_t dns_take_u8(struct dns_cursor *c);
uint16_t dns_take_u16(struct dns_cursor *c);
uint32_t dns_take_u32(struct dns_cursor *c);

/* Pass len octets; returns where they start, NULL on a fault. */
const uint8_t *dns_take_bytes(struct dns_cursor *c, size_t len);

/*
 * Take a name, compressed or not (RFC 1035, section 4.1.4).  Each pointer must lead to
 * before the place where the labels it continues began, so no name can loop.  A name that has a fault is not passed.
 */
void dns_take_name(struct dns_cursor *c, struct dns_name *out);

#endif
