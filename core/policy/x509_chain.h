/*
 * Certificate chains in OpenSSL's terms.  SPDX-License-Identifier: ISC
 *
 * What dane_verify.c and pkix_verify.c share; for them only, because it names OpenSSL's types.
 */
#ifndef HOPSEAL_POLICY_X509_CHAIN_H
#define HOPSEAL_POLICY_X509_CHAIN_H

#include <stdbool.h>
#include <time.h>

#include <openssl/x509.h>

#include "policy/dane_verify.h"

/* The certificates, leaf first; NULL when there is none, or one does not parse to its last
 * octet.  Freed with x509_chain_free(). */
STACK_OF(X509) *x509_chain_new(const struct chain *chain);
void x509_chain_free(STACK_OF(X509) *certs); /* NULL is fine */

/* A verification of a TLS server's certs with these trust anchors and no names yet.  Both are borrowed.
 * NULL when OpenSSL has no memory.  Freed with X509_STORE_CTX_free(). */
X509_STORE_CTX *x509_verify_new(X509_STORE *anchors, STACK_OF(X509) *certs);

/* Run it for this time, UTC, and put what it says into *out: outcome and detail. */
void x509_verify_run(X509_STORE_CTX *ctx, time_t now, struct chain_verdict *out);

/* A verdict from elsewhere; detail is cut at the size of its field. */
void x509_verdict_set(
    struct chain_verdict *out, enum chain_outcome outcome, const char *detail);

#endif
