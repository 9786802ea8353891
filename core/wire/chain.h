/*
 * A certificate chain in bytes.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_WIRE_CHAIN_H
#define HOPSEAL_WIRE_CHAIN_H

#include <stddef.h>
#include <stdint.h>

#define CHAIN_CERTS_MAX 32

/* A chain as the server sent it, leaf first, in DER; all borrowed. */
struct chain {
	size_t count;
	struct {
		const uint8_t *der;
		size_t len;
	} certs[CHAIN_CERTS_MAX];
};

#endif
