/*
 * What a TLSA source is made of, in OpenSSL's terms.  SPDX-License-Identifier: ISC
 *
 * For tlsa_source.c, which reads it, and tlsa_make.c only.
 */
#ifndef HOPSEAL_POLICY_TLSA_SOURCE_PARTS_H
#define HOPSEAL_POLICY_TLSA_SOURCE_PARTS_H

#include <openssl/x509.h>

#include "policy/tlsa_source.h"

struct tlsa_source {
	STACK_OF(X509) *certs; /* leaf first; none: there is a key */
	EVP_PKEY *key;
};

#endif
