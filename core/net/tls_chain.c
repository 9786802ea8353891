/* SPDX-License-Identifier: ISC */
#include "net/tls_chain.h"

#include <openssl/ssl.h>

void
tls_chain_take(const SSL *ssl, struct chain *out)
{
	STACK_OF(X509) *sent = SSL_get_peer_cert_chain(ssl);
	int i;

	tls_chain_clear(out);
	for (i = 0; i < sk_X509_num(sent) && out->count < CHAIN_CERTS_MAX; i++) {
		uint8_t *der = NULL;
		int len = i2d_X509(sk_X509_value(sent, i), &der);

		/* The next one must not pass for this one. */
		if (len <= 0 || len > CERT_BYTES_MAX) {
			OPENSSL_free(der);
			break;
		}
		out->certs[out->count].der = der;
		out->certs[out->count++].len = (size_t)len;
	}
}

void
tls_chain_clear(struct chain *chain)
{
	size_t i;

	for (i = 0; i < chain->count; i++)
		OPENSSL_free((void *)chain->certs[i].der);
	chain->count = 0;
}
