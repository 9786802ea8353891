/* SPDX-License-Identifier: ISC */
#include <openssl/ssl.h>

#include "cases.h"
#include "certs.h"
#include "net/tls_chain.h"

static STACK_OF(X509) *sent;

/* Instead of OpenSSL's: a handshake would not take such chains. */
STACK_OF(X509) *
SSL_get_peer_cert_chain(const SSL *ssl UNUSED)
{
	return sent;
}

/* A certificate for each letter; "-" one without any contents. */
static const struct take_case {
	const char *name, *sent;
	size_t count;
} take_cases[] = {
	{ "a chain as it was sent", "li", 2 },
	{ "no certificate", "", 0 },
	{ "a chain ends before what cannot be written", "l-i", 1 },
	{ "what is behind it never takes the place of the server's own", "-li", 0 },
	{ "no more than 32", "aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd",
	    CHAIN_CERTS_MAX },
};

static void
check_take(void **state)
{
	const struct take_case *c = *state;
	struct cert cert = cert_make(&(struct cert_spec){ .cn = "one" }, NULL);
	struct chain chain = { .count = 0 };
	const char *letter;
	size_t i;

	sent = sk_X509_new_null();
	for (letter = c->sent; *letter != '\0'; letter++)
		assert_true(sk_X509_push(sent,
				*letter == '-' ? X509_new() : X509_dup(cert.x509)) > 0);
	tls_chain_take(NULL, &chain);
	assert_int_equal(chain.count, c->count);
	for (i = 0; i < chain.count; i++) {
		assert_int_equal(chain.certs[i].len, cert.len);
		assert_memory_equal(chain.certs[i].der, cert.der, cert.len);
	}
	tls_chain_clear(&chain);
	assert_int_equal(chain.count, 0);
	sk_X509_pop_free(sent, X509_free);
	cert_clear(&cert);
}

int
main(void)
{
	const struct case_table tables[] = { CASES(check_take, take_cases) };

	return cases_run("tls_chain", tables, COUNT_OF(tables));
}
