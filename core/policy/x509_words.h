/*
 * Words for what is wrong with a certificate.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_POLICY_X509_WORDS_H
#define HOPSEAL_POLICY_X509_WORDS_H

#include <stdbool.h>

#include "wire/tls_result.h"

struct x509_fault {
	const char *name;       /* "X509_V_ERR_CERT_HAS_EXPIRED"; static */
	enum tls_result result; /* RFC 8460, 4.3.1 */
};

/*
 * Find the verification error that OpenSSL has these words for, or this name.  "-", "_" and " " are alike, as is case:
 * Postfix writes "self-signed_certificate", OpenSSL "self-signed certificate", older ones "self signed certificate".
 * False: not its words.
 */
bool x509_fault_find(const char *words, struct x509_fault *out);

#endif
