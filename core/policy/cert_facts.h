/*
 * What a certificate says of itself.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_POLICY_CERT_FACTS_H
#define HOPSEAL_POLICY_CERT_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/attr.h"

#define CERT_RSA_BITS_MIN 2048 /* RFC 9325, 4.5 */
#define CERT_KEY_ID_LEN   32

struct cert_facts {
	time_t starts, ends; /* UTC; ends is the last second */
	char key[40];        /* "RSA 2048", "EC P-256", "ED25519" */
	bool is_rsa, is_ec;  /* those that servers have side by side */
	bool is_weak;        /* RSA of less than CERT_RSA_BITS_MIN */
	bool is_self_signed; /* issued by its own name: nobody else vouches for it */
	bool is_old_digest;  /* its signature is over MD5 or SHA-1 (RFC 9325, 4.5) */
	uint8_t
	    key_id[CERT_KEY_ID_LEN]; /* SHA2-256 of the key: the same, the same key */
};

/* False: the len octets are no certificate that can be read. */
MUST_CHECK bool cert_facts_find(const uint8_t *der, size_t len, struct cert_facts *out);

#endif
