/*
 * How long a published RSA key is.  SPDX-License-Identifier: ISC
 */
#ifndef HOPSEAL_POLICY_RSA_BITS_H
#define HOPSEAL_POLICY_RSA_BITS_H

#include <stddef.h>
#include <stdint.h>

/* The bits of a SubjectPublicKeyInfo; 0: the octets are no RSA key. */
int rsa_bits(const uint8_t *spki, size_t len);

#endif
