/* SPDX-License-Identifier: ISC */
#include "policy/rsa_bits.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

int
rsa_bits(const uint8_t *spki, size_t len)
{
	const uint8_t *end = spki;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &end, (long)len);
	int bits = 0;

	if (key != NULL && EVP_PKEY_is_a(key, "RSA") == 1 && end == spki + len)
		bits = EVP_PKEY_get_bits(key);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return bits;
}
