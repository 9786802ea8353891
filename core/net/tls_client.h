/*
 * A TLS client on a connected socket that takes any certificate.  SPDX-License-Identifier: ISC
 *
 * TLS as MTAs do it where nothing is asked of it: the protocols and the security level that Postfix has for its security
 * level "may", that is TLS 1.0 and later with OpenSSL's level 0, but with a certificate always.  Never waits: whoever
 * owns the socket watches it.
 */
#ifndef HOPSEAL_NET_TLS_CLIENT_H
#define HOPSEAL_NET_TLS_CLIENT_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/domain.h"
#include "wire/chain.h"
#include "wire/tls_result.h"

/* What must happen before the next step. */
enum tls_step { TLS_STEP_READ, TLS_STEP_WRITE, TLS_STEP_UP, TLS_STEP_FAILED };

/* The keys that a server may have: of two certificates it then shows the one that is wanted. */
enum tls_keys { TLS_KEYS_ANY, TLS_KEYS_EC, TLS_KEYS_RSA };

struct tls_client;

/* fd is borrowed and does not block.  sni NULL: none is sent. */
struct tls_client *tls_client_new(int fd, const struct domain *sni, enum tls_keys keys);

/* Says goodbye to a server with which TLS is up, as far as that goes without waiting.  NULL is fine. */
void tls_client_free(struct tls_client *tls);

/* The handshake, as far as it goes now.  After UP or FAILED not to be called again. */
enum tls_step tls_client_shake_hands(struct tls_client *tls);

/* After FAILED: OpenSSL's reason, or that of the system; printable ASCII, at most REASON_CODE_MAX.  Owned by tls. */
const char *tls_client_fault(const struct tls_client *tls);

/* After UP: "TLSv1.3", and OpenSSL's name of the cipher suite. */
const char *tls_client_version(const struct tls_client *tls);
const char *tls_client_cipher(const struct tls_client *tls);

/* After UP: the chain as it was sent, up to CHAIN_CERTS_MAX certificates, and up to one that is too big.  Owned by tls. */
const struct chain *tls_client_chain(const struct tls_client *tls);

/*
 * As recv(2) and send(2), for text of any length: EAGAIN means that the socket is not ready.  EPROTO is a fault of TLS,
 * which tls_client_fault() names.  One read may leave more behind without the socket showing it: read until EAGAIN.
 */
ssize_t tls_client_read(struct tls_client *tls, void *buf, size_t cap);
ssize_t tls_client_write(struct tls_client *tls, const void *bytes, size_t len);

#endif
