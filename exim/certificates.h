/*
 * The certificates of one session, as tls:cert shows them.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_EXIM_CERTIFICATES_H
#define HOPSEAL_EXIM_CERTIFICATES_H

#include "arguments.h"
#include "wire/chain.h"

/* By depth, 0 is the server's own; len 0: not seen.  Begins as zeros. */
struct certificates {
	struct {
		uint8_t *der;
		size_t len;
	} items[CHAIN_CERTS_MAX];
	size_t bytes; /* of all; no more than an event can hold */
};

/*
 * Keep one, in the place of what was seen at this depth, which is below CHAIN_CERTS_MAX.  What is no base64, or more than
 * 64 KiB of DER, is not kept; what does not fit takes the room of those behind it.
 */
void certificates_keep(
    struct certificates *certificates, size_t depth, struct piece base64);

/*
 * Borrow them as a chain, from the server's own to the first that is missing: without its leaf, as OpenSSL shows a chain
 * that it refuses, it would be judged by another certificate.
 */
void certificates_chain(const struct certificates *certificates, struct chain *out);

void certificates_clear(struct certificates *certificates);

#endif
