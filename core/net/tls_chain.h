/*
 * The certificates that a TLS server sent.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_NET_TLS_CHAIN_H
#define HOPSEAL_NET_TLS_CHAIN_H

#include <openssl/types.h>

#include "wire/chain.h"

#define CERT_BYTES_MAX (64 * 1024) /* of one certificate */

/*
 * Put copies into *out after the handshake, the server's own first: up to CHAIN_CERTS_MAX, and up to one that is too big or
 * that OpenSSL cannot write.  What *out had is given back.
 */
void tls_chain_take(const SSL *ssl, struct chain *out);

/* Give them back; *chain is empty then.  Only for what tls_chain_take() filled, or zeros. */
void tls_chain_clear(struct chain *chain);

#endif
