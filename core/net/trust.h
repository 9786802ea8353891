/*
 * The roots that policy hosts are verified against, and how.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_NET_TRUST_H
#define HOPSEAL_NET_TRUST_H

#include <stdbool.h>

#include "base/domain.h"
#include "base/status.h"
#include "wire/chain.h"

struct trust;

/*
 * Read a PEM bundle, once: parsing it for every connection would stall the loop.
 * Returns ST_OK, or ST_IO (missing, unreadable, damaged, or without a certificate).
 */
MUST_CHECK enum status trust_open(
    const char *ca_file, struct trust **out, struct why *why);

void trust_close(struct trust *trust); /* NULL is fine */

/* What is to be known of one connection; starts as zeros. */
struct trust_watch {
	void *ssl_ctx;
	struct chain *chain; /* set by whoever wants it: filled with what the server
			      * sent, to be cleared by tls_chain_clear() */
	const char *
	    fault; /* of the certificate, after a handshake that did not mind; else NULL */
	bool
	    has_ended; /* close_notify came: nothing was cut off (RFC 9112, section 9.8) */
};

/* Whether a fault of the certificate ends the handshake, or is only told in the watch. */
enum trust_need { TRUST_REQUIRED, TRUST_WANTED };

/*
 * Make an SSL_CTX take for good only chains to these roots whose leaf has host among its dNSNames: no common
 * name, no partial wildcards (RFC 8461, section 3.3; conformance NAME-03).  watch is
 * kept until trust_forget().
 */
void trust_apply(const struct trust *trust, void *ssl_ctx, const struct domain *host,
    enum trust_need need, struct trust_watch *watch);

/* The connection may live on; watch does not hear of it any more. */
void trust_forget(struct trust_watch *watch);

#endif
